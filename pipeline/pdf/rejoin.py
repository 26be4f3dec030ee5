"""Sentences that a float, a note or a page's end cut in two -> whole again."""

import re

from pipeline.pdf.layout import (
    INDENT,
    ITEM,
    LETTERED,
    NUMBERED,
    SAME_SIZE,
    Block,
    Line,
    below,
    elsewhere,
    ended,
    is_short,
    prose,
    same_type,
)
from pipeline.pdf.names import is_named

BEGUN = 5  # words of a sentence that may be all that stands before its page ends
REACH = 4  # pages on which the rest of a broken sentence may stand after its start
_CITING = re.compile(r"\[[\d,; –-]+\](?:[.,;:)]|\s[a-z(])")  # a citation mark within a sentence
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:[A-Z]|et al|e\.g|i\.e|[Ff]igs?|vs|cf|[Nn]o|ca|spp?|var|[Ee]qs?|resp)\.$")


def rejoin(found: list[Block], body: float) -> list[Block]:
    """Blocks with a sentence cut by floats or notes put together again.

    What stood between goes before the sentence's paragraph when on its first page, else after it, so that
    pages stay in order.
    """
    out: list[Block] = []
    at = 0
    while at < len(found):
        block = found[at]
        ahead = _continuation(found, at, body)
        while ahead:
            before, after = _aside(block, found[at + 1 : ahead])
            out += before
            block.lines += found[ahead].lines
            found[at : ahead + 1] = [block, *after]
            ahead = _continuation(found, at, body)
        out.append(block)
        at += 1
    return out


def _aside(block: Block, between: list[Block]) -> tuple[list[Block], list[Block]]:
    """What stood between the parts of a paragraph: what goes before it, and what after."""
    first = block.lines[0].page
    before = [other for other in between if other.lines[-1].page <= first]
    return before, [other for other in between if other.lines[-1].page > first]


def _continuation(found: list[Block], at: int, body: float) -> int:
    """Index of the block that ends the sentence block `at` broke off, or 0.

    Floats and notes are passed over, and so are whole paragraphs (a box, say) where the sentence goes on in lower
    case; a heading or another broken sentence ends the search.
    """
    block = found[at]
    last = block.lines[-1]
    begun = _broken_off(last.text) and same_type(last.size, body) and prose(block, BEGUN)
    if not begun or (at + 1 < len(found) and _close_under(last, found[at + 1].lines[0])):
        return 0
    full, passed = not is_short(block, last), ended(last.text)
    for ahead in range(at + 1, len(found)):
        candidate = found[ahead]
        line = candidate.lines[0]
        if line.page > last.page + REACH or _heads(candidate, last):
            return 0
        if not _like_type(last, line):
            continue
        if _goes_on(block, candidate, full and not passed) and _in_order(block, found[at + 1 : ahead], candidate):
            return ahead
        if prose(candidate) and not ITEM.match(line.text):
            if not (full and ended(candidate.lines[-1].text)):
                return 0
            passed = True
    return 0


def _heads(block: Block, last: Line) -> bool:
    """Whether a block is the heading of a section, in type no smaller than the text's; a table has such words too."""
    return block.lines[0].size >= last.size - 0.5 and is_named(block.text)


def _like_type(a: Line, b: Line) -> bool:
    """Whether two lines are set in the same type, and level: a table on its side is never the text's next line."""
    return a.style == b.style and abs(a.size - b.size) <= SAME_SIZE * a.size and b.bottom - b.top < 3 * b.size


def _close_under(last: Line, line: Line) -> bool:
    """Whether a line of like type stands right under another: nothing came between them."""
    return (
        line.page == last.page
        and below(last, line)
        and line.top - last.bottom < last.size
        and abs(line.size - last.size) <= SAME_SIZE * last.size
    )


def _goes_on(block: Block, candidate: Block, likely: bool) -> bool:
    """Whether a block reads as the rest of a sentence; `likely` lets it begin like a new one."""
    first = candidate.lines[0]
    if not _wide(candidate, block) or LETTERED.match(first.text):
        return False
    if first.text[:1].islower() or _CITING.match(first.text):
        return True
    indented = len(candidate.lines) > 1 and first.x0 - candidate.lines[1].x0 > INDENT * first.size
    if not likely or indented or ITEM.match(first.text) or NUMBERED.match(first.text):
        return False
    return prose(candidate) and elsewhere(block.lines[-1], first)


def _in_order(block: Block, between: list[Block], candidate: Block) -> bool:
    """Whether the pages stay in order when a candidate joins the block."""
    _, after = _aside(block, between)
    return all(other.lines[0].page >= candidate.lines[-1].page for other in after)


def _broken_off(text: str) -> bool:
    """Whether a sentence goes on after this line: it has not ended, or seems to, after an abbreviation."""
    return not ended(text) or bool(_ABBREVIATED.search(text[-14:]))


def _wide(candidate: Block, block: Block) -> bool:
    """Whether a candidate is set to a column about as wide as the block's, or ends its sentence."""
    a = max(row.x1 - row.x0 for row in candidate.lines)
    b = max(row.x1 - row.x0 for row in block.lines)
    return a > 0.85 * b or (len(candidate.lines) == 1 and ended(candidate.text))
