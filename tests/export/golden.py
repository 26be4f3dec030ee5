"""The sample corpus' comparison in short, and its narrative: what a run is expected to say.

Written anew, after a change of coding that is meant, by: python -m tests.export.golden
"""

import re
import tempfile
from pathlib import Path

from pipeline.export import read_table

GOLDEN = Path(__file__).parents[1] / "golden" / "comparison.txt"
NARRATIVE = GOLDEN.with_name("narrative.md")


def in_short(comparison: Path) -> str:
    """A line a code that was found: papers of papers that assert it on each side, and the verdict."""
    lines = []
    for row in read_table(comparison):
        sides = [f"{side} {row[f'{side}_papers']}/{row[f'{side}_of_papers']}" for side in ("cp", "climate")]
        if row["verdict"] != "not found":
            lines.append(f"{row['family']:<10} {row['code']:<22} {sides[0]:<8} {sides[1]:<13} {row['verdict']}")
    return "\n".join(lines) + "\n"


def told(narrative: str) -> str:
    """The narrative without the addresses of its citations."""
    return re.sub(r"\]\(report\.html#coding-\w+\)", "]", narrative)


def main() -> None:
    """Run the pipeline over the sample corpus and keep what it says."""
    from pipeline.refresh import refresh
    from pipeline.settings import Settings

    with tempfile.TemporaryDirectory() as out:
        refresh(Settings(corpus=Path(__file__).parents[2] / "corpus", out=Path(out)))
        NARRATIVE.write_text(told((Path(out) / "narrative.md").read_text(encoding="utf-8")), encoding="utf-8")
        GOLDEN.write_text(in_short(Path(out) / "tables" / "comparison.csv"), encoding="utf-8")


if __name__ == "__main__":
    main()
