"""The sample corpus' comparison in short: what the tables are expected to say.

Written anew, after a change of coding that is meant, by: python -m tests.export.golden
"""

import tempfile
from pathlib import Path

from pipeline.export import read_table

GOLDEN = Path(__file__).parents[1] / "golden" / "comparison.txt"


def in_short(comparison: Path) -> str:
    """A line a code that was found: papers of papers that assert it on each side, and the verdict."""
    lines = []
    for row in read_table(comparison):
        sides = [f"{side} {row[f'{side}_papers']}/{row[f'{side}_of_papers']}" for side in ("cp", "climate")]
        if row["verdict"] != "not found":
            lines.append(f"{row['family']:<10} {row['code']:<22} {sides[0]:<8} {sides[1]:<13} {row['verdict']}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the pipeline over the sample corpus and keep what it says."""
    from pipeline.refresh import refresh
    from pipeline.settings import Settings

    with tempfile.TemporaryDirectory() as out:
        refresh(Settings(corpus=Path(__file__).parents[2] / "corpus", out=Path(out)))
        GOLDEN.write_text(in_short(Path(out) / "tables" / "comparison.csv"), encoding="utf-8")


if __name__ == "__main__":
    main()
