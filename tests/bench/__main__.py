"""All benchmarks, one after the other, into tests/bench/RESULTS.md.

    .venv/bin/python -m tests.bench [NAME ...]

With names, only those sections are measured anew. Each module that begins with a letter is a benchmark and prints
Markdown; one that fails, for want of its files for instance, says why and leaves its section as it was.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
HEAD = "# Results\n\nWritten by `make bench`; each section says how it measures in the head of its module.\n"


def sections() -> dict[str, str]:
    """The sections of RESULTS.md by name."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def measure(name: str) -> str | None:
    """The Markdown that a benchmark prints, or None where it failed."""
    module = f"tests.bench.{name}"
    done = subprocess.run([sys.executable, "-m", module], cwd=HERE.parents[1], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        return None
    day = datetime.now(UTC).date().isoformat()
    return f"\n`python -m {module}`, {day}\n\n{done.stdout.decode().strip()}\n\n"


def main(names: list[str]) -> None:
    """Measure the benchmarks named, or all of them, and write the file after each."""
    known = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
    if set(names) - set(known):
        sys.exit(f"no such benchmark; there are: {', '.join(known)}")
    kept = sections()
    failed = []
    for name in names or known:
        measured = measure(name)
        if measured is None:
            failed.append(name)
            continue
        kept[name] = measured
        body = "".join(f"## {title}\n\n{text.strip()}\n\n" for title, text in sorted(kept.items()))
        RESULTS.write_text(f"{HEAD}\n{body}".rstrip() + "\n", encoding="utf-8")
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
