"""The narrative: every sentence has its counts and its papers, and says what the tables say."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.carry import carry
from pipeline.codebook import Code, Codebook, Domain, Family, load_codebook
from pipeline.compare import compare
from pipeline.documents import Metadata
from pipeline.export import Results, read_table, write_narrative
from pipeline.export.markdown import escaped
from pipeline.export.narrative import narrative
from pipeline.records import Paper, Status, Target
from tests.export.golden import NARRATIVE, told
from tests.export.made import SCRIPT, coding, document, results

CITATION = re.compile(r"\[((?:[^\[\]\\]|\\.)+), p\. (\d+)\]\(report\.html#coding-(\w+)\)")
COUNT = re.compile(r"(\d+|none) of (\d+)")
NO_CLAIMS = ("The question", "How to read this", "What is left out")


def sections(text: str) -> dict[str, list[str]]:
    """The lines below each heading that hold something, heads of tables aside."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        elif line and found:
            found[[*found][-1]].append(line)
    return {
        name: [line for i, line in enumerate(lines) if not _head_of_table(lines, i)] for name, lines in found.items()
    }


def _head_of_table(lines: Sequence[str], at: int) -> bool:
    return lines[at].startswith("|---") or (lines[at].startswith("|") and lines[at + 1 : at + 2] == ["|---|---|---|"])


def claims(text: str) -> list[str]:
    return [line for name, lines in sections(text).items() if name not in NO_CLAIMS for line in lines]


def hold_every_claim_to_its_evidence(text: str, made: Results) -> int:
    """Every claim has counts and two papers, each cited by a coding of the results on its page; how many there are."""
    codings = {c.id: c for c in made.codings}
    for line in claims(text):
        cited = CITATION.findall(line)
        assert COUNT.search(line), line
        assert len({codings[coding_id].document_id for _, _, coding_id in cited}) >= 2, line
        for _, page, coding_id in cited:
            at = codings[coding_id]
            assert int(page) == made.document(at.document_id).page_at(at.start).number
    return len(claims(text))


def test_every_claim_of_the_sample_has_counts_and_two_papers(sample: Results) -> None:
    text = narrative(sample)
    assert hold_every_claim_to_its_evidence(text, sample) > 20
    for line in claims(text):  # one sentence, or one row of a table
        assert line.endswith("." if not line.startswith("|") else "|")
        bare = CITATION.sub("", line).removeprefix("- ")
        assert len(re.findall(r"\.\s", bare)) == 0, line


def test_what_is_said_to_be_asserted_is_so_in_the_tables(sample: Results, tables: Path) -> None:
    labels = {c.label: (f.id, c.id) for f in sample.codebook.families for c in f.codes}
    assert len(labels) == sum(len(f.codes) for f in sample.codebook.families)
    rows = {(r["family"], r["code"]): r for r in read_table(tables / "comparison.csv")}
    codings = {c.id: c for c in sample.codings}
    said = re.compile(
        r"(\d+|none) of (\d+) (Cleaner production|Climate and energy) papers (?:asserts? it|do|does)\b"
        r"(?: \(((?:[^()]|\([^()]*\))*)\))?"
    )
    seen = 0
    for line in claims(narrative(sample)):
        head = re.match(r"(?:- )?\*\*(.*?)\*\*", line)
        if not head:
            continue
        family, code = labels[head[1]]
        for papers, of, side, cited in said.findall(line):
            domain = {"Cleaner production": "cp", "Climate and energy": "climate"}[side]
            row = rows[family, code]
            assert papers.replace("none", "0") == row[f"{domain}_papers"]
            assert of == row[f"{domain}_of_papers"]
            backing = [codings[i] for _, _, i in CITATION.findall(cited)]
            assert bool(backing) == (papers != "none")
            assert len({c.document_id for c in backing}) == len(backing) == min(2, int(papers.replace("none", "0")))
            for c in backing:
                assert (c.family, c.code, c.status) == (family, code, "asserted")
                assert c.domain in (domain, "both")
            seen += 1
    assert seen > 30


def test_the_tables_of_names_say_what_the_csv_says(sample: Results, tables: Path) -> None:
    lines = sections(narrative(sample))
    for heading, name in (("Named instruments", "instruments"), ("Actors addressed", "actors")):
        rows = {next(iter(r.values())): r for r in read_table(tables / f"{name}.csv")}
        assert lines[heading]
        for line in lines[heading]:
            title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            numbers = [re.match(r"(\d+|none) of", cell)[1].replace("none", "0") for cell in cells]  # type: ignore[index]  # every cell begins so
            assert numbers == [rows[title]["cp_papers"], rows[title]["climate_papers"]]


def test_the_sample_is_told_as_before(sample: Results) -> None:
    """After a change that is meant: python -m tests.export.golden."""
    assert told(narrative(sample)) == NARRATIVE.read_text(encoding="utf-8")


def test_two_writings_are_the_same_bytes(sample: Results, tmp_path: Path) -> None:
    for name in ("one.md", "two.md"):
        write_narrative(sample, tmp_path / name)
    assert (tmp_path / "one.md").read_bytes() == (tmp_path / "two.md").read_bytes()


# ---- made corpora ----


def book(*labels: str) -> Codebook:
    """A codebook of its own: two sides, an instrument family and one that stands beside it."""
    left, right, first, second, code, other = labels
    return Codebook(
        "own",
        "1",
        (Domain("side1", left, "", (), ()), Domain("side2", right, "", (), ())),
        (
            Family("tool", first, "", (), (Code("duty", code, "", "", (), (), ()),)),
            Family("brake", second, "", (), (Code("fear", other, "", "", (), (), ()),)),
        ),
        "",
    )


PLAIN = book("Water", "Soil", "Act", "NGO doubt", "Duties", "Fear")
Said = tuple[str, str, Status]  # family, code, status, of one sentence


def corpus(
    codebook: Codebook, left: Sequence[Sequence[Said]], right: Sequence[Sequence[Said]], name: str = ""
) -> Results:
    """Results of papers that say so, each in a sentence of its own; `name` is the author, title and instrument."""
    documents, papers, codings = {}, [], []
    domains = codebook.domains[0].id, codebook.domains[1].id
    for number, (side, said) in enumerate([*((domains[0], s) for s in left), *((domains[1], s) for s in right)]):
        made = document(f"{number:04d}" + "f" * 60, ("A sentence of the paper.",))
        documents[made.id] = made
        about = Metadata(name or f"Title {number}", (name or f"Author{number}, A.",), 2000 + number)
        papers.append(Paper(made.id, f"{number}.pdf", (), f"key{number}", about, "", 1, "", side, {side: 1}))
        codings += [
            replace(
                coding(made, 0, family, code, side, status),
                named_instrument=name if family == "tool" else "",
                actor=name,
            )
            for family, code, status in said
        ]
    return settled(
        replace(results(), papers=tuple(papers), document=documents.__getitem__, codings=tuple(codings)), codebook
    )


def settled(made: Results, codebook: Codebook) -> Results:
    """The results with what follows from papers and codings."""
    comparisons = compare(made.papers, made.codings, codebook)
    carried = carry(comparisons, made.papers, made.codings, codebook)
    return replace(
        made, codebook=codebook, comparisons=comparisons, carried=carried, links=(), rejected=(), doubts=(), named={}
    )


DUTY: Said = ("tool", "duty", "asserted")
FEAR: Said = ("brake", "fear", "asserted")
MAYBE: Said = ("tool", "duty", "proposed")


def test_a_code_that_may_carry_over_is_told_with_what_deters_it() -> None:
    made = corpus(PLAIN, [[DUTY, FEAR]] * 3 + [[DUTY]] * 3 + [[]] * 2, [[MAYBE]] * 2 + [[]] * 7)
    text = narrative(made)
    assert hold_every_claim_to_its_evidence(text, made) == 4
    one, two = sections(text)["What may carry over from Water to Soil"]
    assert CITATION.sub("", one).startswith(
        "**Duties** (act): 6 of 8 Water papers assert it (; ), none of 9 Soil papers do; 2 of 9 Soil"
    )
    assert CITATION.sub("", two) == "In 3 of 8 Water papers it stands beside a NGO doubt: Fear in 3 (; )."
    assert "What may carry over from Soil to Water" not in sections(text)


def test_a_difference_is_told_with_the_false_discovery_rate_of_the_table() -> None:
    for asserting, rate in ((4, "8 %"), (9, "under 1 %")):
        made = corpus(PLAIN, [[DUTY]] * asserting + [[]] * (9 - asserting), [[]] * 9)
        (row,) = (row for row in made.comparisons if row.code == "duty")
        assert row.verdict == "only in Water"
        assert row.q is not None
        assert (f"{row.q * 100:.0f} %" == rate) == (row.q >= 0.01)
        assert f"; false discovery rate {rate})" in narrative(made)


def test_what_one_paper_alone_bears_is_left_out_and_counted() -> None:
    made = corpus(PLAIN, [[DUTY, FEAR]] + [[DUTY]] * 5 + [[]] * 2, [[MAYBE]] + [[]] * 8)
    text = narrative(made)
    assert hold_every_claim_to_its_evidence(text, made)
    assert "Fear" not in "".join(claims(text))
    assert "propose" not in "".join(claims(text))
    alone = corpus(PLAIN, [[DUTY]] + [[]] * 7, [[]] * 9)
    assert claims(narrative(alone)) == []
    left_out = sections(narrative(alone))["What is left out"]
    assert any(line.endswith(": 1 that one paper alone would bear.") for line in left_out)


@pytest.mark.parametrize("shape", [(0, 0), (9, 0), (0, 9), (2, 2)])
def test_a_corpus_that_is_empty_small_or_of_one_side_is_told_without_a_verdict(shape: tuple[int, int]) -> None:
    made = corpus(PLAIN, [[DUTY]] * shape[0], [[DUTY, FEAR]] * shape[1])
    text = narrative(made)
    told_sections = {name for name in sections(text) if name not in NO_CLAIMS}
    assert told_sections <= {"Found most often, with too few papers to compare"}
    assert hold_every_claim_to_its_evidence(text, made) == (0 if not any(shape) else 2 if shape[1] else 1)


def test_labels_are_those_of_the_codebook_and_no_id_shows() -> None:
    text = narrative(corpus(PLAIN, [[DUTY, FEAR]] * 8, [[DUTY]] * 9))
    bare = CITATION.sub("", text)
    assert "Water beside Soil" in bare
    assert not re.search(r"\b(cp|climate|Cleaner|duty|tool|brake|side1|side2)\b", bare)


def test_papers_of_one_name_and_year_are_told_apart() -> None:
    made = corpus(PLAIN, [[DUTY]] * 8, [[DUTY]] * 9)
    twins = tuple(replace(p, metadata=Metadata("", ("Lin, A.",), 2010)) for p in made.papers[:2])
    unsigned = replace(made.papers[2], metadata=Metadata())
    text = narrative(replace(made, papers=(*twins, unsigned, *made.papers[3:])))
    names = {name for name, _, _ in CITATION.findall(text)}
    assert {"Lin 2010, key0", "Lin 2010, key1"} <= names
    assert "Lin 2010" not in names


def test_a_coding_that_a_coder_would_hardly_agree_with_is_marked() -> None:
    made = corpus(PLAIN, [[DUTY]] * 8, [[DUTY]] * 9)
    doubted = tuple(replace(c, confidence=0.49 if c.document_id.startswith("0000") else 0.5) for c in made.codings)
    text = narrative(settled(replace(made, papers=made.papers[:1] + made.papers[8:], codings=doubted), PLAIN))
    marked = {name for name, _, _ in re.findall(CITATION.pattern + ", unsure", text)}
    assert marked == {"Author0 2000"}


# ---- hostile text ----

HOSTILE = (
    SCRIPT,
    "x](javascript:alert(1)) [y",
    "`code` **bold** _it_ ~~gone~~ | cell | & &lt;b&gt; #1",
    "http://example.org www.example.org <https://example.org> me@example.org",
    "![i](http://example.org/i.png)\n\n# Heading\n\n- [z]: http://example.org",
    "a\u2028b\u202ec \\](javascript:alert(2)) $x$ {{x}}",
)


def rendered(text: str) -> Iterator[tuple[str, str]]:
    """(kind, address) of all but plain text that a Markdown reader makes of it."""
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    tokens = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for token in itertools.chain(tokens, *(t.children or [] for t in tokens)):
        if token.type in ("link_open", "image"):
            yield token.type, str(token.attrGet("href") or token.attrGet("src"))
        elif token.type not in ("text", "softbreak", "inline"):
            yield token.type, ""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    labels = (f"Left {name}", f"Right {name}", f"Tool {name}", f"Brake {name}", f"Duty {name}", f"Fear {name}")
    said = ([[DUTY, FEAR]] * 6 + [[]] * 2, [[MAYBE]] * 2 + [[]] * 7)
    made = corpus(book(*labels), *said, name=name)
    target = Target(made.codings[0].document_id, made.codings[0].id, "20", name, name, None, None)
    hostile = narrative(replace(made, targets=(target, replace(target, coding_id=made.codings[2].id))))
    peaceful = narrative(
        replace(
            corpus(PLAIN, *said, name="Name"),
            targets=(
                replace(target, unit="t", of_what="x"),
                replace(target, unit="t", of_what="x", coding_id=made.codings[2].id),
            ),
        )
    )
    shapes = [[kind for kind, _ in rendered(text)] for text in (hostile, peaceful)]
    assert [k for k in shapes[0] if k != "text_special"] == [k for k in shapes[1] if k != "text_special"]
    links = [address for kind, address in rendered(hostile) if kind == "link_open"]
    assert links
    assert all(re.fullmatch(r"report\.html#coding-\w+", address) for address in links)
    assert "://" not in hostile
    assert not re.search(r"(?<!\\)[\w]@\w", hostile)


def test_plain_text_is_hardly_touched() -> None:
    plain = "Lin and Zhou-Amberley 2009, p. 1 (20 % by 2010): Éco; 40-45 'a' \"b\"."
    assert escaped(plain) == plain
    assert escaped("[a](b)") == r"\[a\](b)"
    assert escaped("two\nlines") == "two lines"


def test_the_table_and_the_narrative_agree(sample: Results, tables: Path, tmp_path: Path) -> None:
    text = re.sub(r" \((?:; |, unsure)*\)", "", CITATION.sub("", narrative(sample)))
    rows = read_table(tables / "carries_over.csv")
    assert {row["finding"] for row in rows} >= {"may carry over", "already on both sides", "too few papers to say"}
    codes = {(r["family"], r["code"]): r for r in read_table(tables / "comparison.csv")}
    sides: dict[str, str] = {d.label: d.id for d in load_codebook().domains}
    assert set(sides.values()) == {"cp", "climate"}
    evidence = {row["coding_id"]: row for row in read_table(tables / "evidence.csv")}
    asserting: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in evidence.values():
        if row["status"] == "asserted":
            asserting[row["family"], row["code"]].add(row["document_id"])
    for row in rows:
        pair = row["family"], row["code"]
        assert all(row[f"{side}_papers"] == codes[pair][f"{side}_papers"] for side in ("cp", "climate"))
        for side in ("cp", "climate"):
            assert {evidence[i]["document_id"] for i in row[f"{side}_quotes"].split("; ") if i} <= asserting[pair]
            assert len(row[f"{side}_proposing"].split("; ")) >= min(1, int(row[f"{side}_proposed"]))
        if row["finding"] == "may carry over":
            first = row["reading"].split(". ")[1].removesuffix(".")
            assert f"**{row['label']}** " in text
            assert f": {first}" in text
