"""The table of what changed since the last run, and the same for the report."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, get_args

from pipeline.export.results import Results
from pipeline.export.schema import Table, columns
from pipeline.history import Change, ChangeKind

KINDS = get_args(ChangeKind)
COLUMNS = """
number integer Place among the changes, from 1
kind string What changed
document_id string sha256 of the paper's file; leads to documents.csv unless the paper left
citation_key string Key of the paper
family string Family of the code
code string Code
coding_id string Coding; leads to evidence.csv unless it was lost
quote string Opening words of its sentence
before string What was: the file; the coding's status and domain; the verdict with its counts of papers
after string What is
why string What brought it about
topic integer Id of the topic, which it keeps from run to run; of a paper that changed topic the new one
papers string Ids of papers that made the verdict flip, at most eight
"""


def changes_table() -> Table:
    """Its columns; a first run's table has no rows."""
    return Table(columns(COLUMNS), ("number",))


def change_rows(results: Results) -> Iterator[dict[str, Any]]:
    """A row a change."""
    for number, change in enumerate(results.changes.rows, 1):
        cells = {name: getattr(change, name) for name in Change.__slots__}
        yield {"number": number, **cells, "papers": "; ".join(change.papers)}


def change_view(results: Results) -> dict[str, Any]:
    """What the report says: changes by kind, and codings counted by kind and cause."""
    of: dict[str, list[Change]] = defaultdict(list)
    for change in results.changes.rows:
        of[change.kind].append(change)
    causes: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in ("coding gained", "coding lost", "coding changed"):
        for change in of[kind]:
            causes[change.why][kind.removeprefix("coding ")] += 1
    topics = [change for kind in ("topic born", "topic died", "topic drifted") for change in of[kind]]
    papers = {paper.document_id: paper for paper in results.papers}
    return {
        "first": results.changes.first,
        "of": of,
        "causes": dict(sorted(causes.items())),
        "papers": papers,
        "topics": topics,
    }
