"""The codebook in the form that Taguette imports: a tag a line, as path and description."""

import csv
from pathlib import Path

from pipeline.export.results import Results
from pipeline.export.tables import defuse


def write_taguette(results: Results, path: Path) -> None:
    """Write the codebook as a CSV of path and description; a code's path is family.code. Raises OSError.

    With a byte-order mark, without which Taguette guesses the encoding, and guesses wrong where few letters tell.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("path", "description"))
        for family in results.codebook.families:
            writer.writerow((defuse(family.id), defuse(" ".join(family.definition.split()))))
            for code in family.codes:
                said = f"{code.label}: {code.covers}" + (f" Not: {code.excludes}" if code.excludes else "")
                writer.writerow((defuse(f"{family.id}.{code.id}"), defuse(" ".join(said.split()))))
