"""The table of people's decisions that have no effect: none of them is dropped in silence."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from pipeline.export.results import Results

UNANCHORED = """
decision_id string Id of the decision in the log of decisions
at string When it was taken, ISO 8601
coder string Who took it
action string What was decided
document_id string sha256 of the file in which it last stood
citation_key string Key of the paper then
title string Title of the paper then
family string Family of the code that it gave or spoke of
code string Code that it gave or spoke of
start integer Offset of the quote in that file's text, from 0, in code points
end integer Offset behind the quote's last character
quote string The quote, verbatim as it was read then
note string The person's note
reason string Why it has no effect now
"""


def unanchored_rows(results: Results) -> Iterator[dict[str, Any]]:
    """A row a decision, in the order of time."""
    return (dataclasses.asdict(decision) for decision in results.unanchored)
