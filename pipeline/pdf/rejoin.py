"""Sentences that a float, a note or a page's end cut in two -> whole again."""

import re
from collections.abc import Iterator

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

_BRACKETED = re.compile(r"\([^()]*;$")  # "(Li, 2009;" goes on, whatever comes


def rejoin(found: list[Block], body: float) -> list[Block]:
    """Blocks with a sentence cut by floats or notes put together again.

    What stood between goes before the sentence's paragraph and its heading when on its first page, else after it, so
    that pages stay in order.
    """
    out: list[Block] = []
    at = 0
    while at < len(found):
        block = found[at]
        ahead = _continuation(found, at, body)
        while ahead:
            before, after = _aside(block, found[at + 1 : ahead])
            at_heading = len(out) - _headings_over(out, block)
            out[at_heading:at_heading] = before
            block.lines += found[ahead].lines
            found[at : ahead + 1] = [block, *after]
            ahead = _continuation(found, at, body)
        out.append(block)
        at += 1
    return out


def _headings_over(out: list[Block], block: Block) -> int:
    """How many blocks right before a paragraph are headings on its page: bold or large, and short."""
    first = block.lines[0]
    count = 0
    for over in reversed(out[-3:]):
        large = over.bold or over.size > (1 + SAME_SIZE) * first.size
        if not large or len(over.lines) > 2 or over.lines[0].page != first.page:
            break
        count += 1
    return count


def _aside(block: Block, between: list[Block]) -> tuple[list[Block], list[Block]]:
    """What stood between the parts of a paragraph: what goes before it, and what after."""
    first = block.lines[0].page
    before = [other for other in between if other.lines[-1].page <= first]
    return before, [other for other in between if other.lines[-1].page > first]


def _continuation(found: list[Block], at: int, body: float) -> int:
    """Index of the block that ends the sentence block `at` broke off, or 0.

    Floats and notes are passed over, and so are whole paragraphs (a box, say) where the sentence goes on in lower
    case behind them. Where it does not, the text's next paragraph is the rest, whatever it begins with. A heading
    or another broken sentence ends the search.
    """
    block = found[at]
    if not _breaks_off(block, body):
        return 0
    if at + 1 < len(found) and _close_under(block.lines[-1], found[at + 1].lines[0]):
        return at + 1 if _parted_in_vain(block, found[at + 1]) else 0
    full = len(block.lines) > 1 and not is_short(block, block.lines[-1])  # a line by itself may be a heading
    next_best, passed = 0, False
    for ahead in _candidates(found, at):
        candidate = found[ahead]
        if _goes_on(block, candidate) and not (passed and _follows(found[ahead - 1], candidate.lines[0])):
            return ahead
        if not prose(candidate) or ITEM.match(candidate.lines[0].text):
            continue
        if full and not passed and _may_go_on(block, candidate):
            next_best = ahead
        if not full or not ended(candidate.lines[-1].text):
            break
        passed = True
    return next_best


def _candidates(found: list[Block], at: int) -> Iterator[int]:
    """Indices of the blocks after block `at` that are set in its type and can join it, up to the next heading.

    A table's cells are passed over.
    """
    last = found[at].lines[-1]
    for ahead in range(at + 1, len(found)):
        candidate = found[ahead]
        if candidate.cell:
            continue
        if candidate.lines[0].page > last.page + REACH or _heads(candidate, last):
            return
        if _like_type(last, candidate.lines[0]) and _in_order(found[at], found[at + 1 : ahead], candidate):
            yield ahead


def _breaks_off(block: Block, body: float) -> bool:
    """Whether a block is text that stops in the middle of a sentence."""
    last = block.lines[-1]
    return not block.cell and _broken_off(last.text) and same_type(last.size, body) and prose(block, BEGUN)


def _parted_in_vain(block: Block, under: Block) -> bool:
    """Whether what stands right under a block is its rest, parted where an abbreviation or a bracket's semicolon stood.

    What was parted elsewhere is two things.
    """
    last, first = block.lines[-1], under.lines[0]
    if under.cell or not ended(last.text) or not _like_type(last, first):
        return False
    return _goes_on(block, under) or (not _stops(last.text) and _may_go_on(block, under))


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


def _follows(block: Block, line: Line) -> bool:
    """Whether a line stands not far under a block: after a formula, say."""
    last = block.lines[-1]
    return line.page == last.page and below(last, line) and line.top - last.bottom < 3 * last.size


def _goes_on(block: Block, candidate: Block) -> bool:
    """Whether a block begins like the middle of a sentence."""
    first = candidate.lines[0].text
    within = first[:1].islower() or bool(_CITING.match(first))
    placed = _wide(candidate, block) and elsewhere(block.lines[-1], candidate.lines[0])
    return within and placed and not LETTERED.match(first)


def _may_go_on(block: Block, candidate: Block) -> bool:
    """Whether a block that begins like a new sentence stands where the old one may go on, and not like a paragraph."""
    first, last = candidate.lines[0], block.lines[-1]
    if first.page == last.page == 1 and first.x0 < last.x1:
        return False  # addresses end without a stop, and what comes under them is an abstract
    indented = len(candidate.lines) > 1 and first.x0 - candidate.lines[1].x0 > INDENT * first.size
    listed = LETTERED.match(first.text) or NUMBERED.match(first.text)
    bracket = ended(last.text) and not _stops(last.text) and first.text[0].isalpha()
    apart = indented or listed or (ended(last.text) and not bracket)
    return not apart and _wide(candidate, block) and elsewhere(last, first)


def _in_order(block: Block, between: list[Block], candidate: Block) -> bool:
    """Whether the pages stay in order when a candidate joins the block."""
    _, after = _aside(block, between)
    return all(other.lines[0].page >= candidate.lines[-1].page for other in after)


def _broken_off(text: str) -> bool:
    """Whether a sentence goes on after this line: it has not ended, or seems to, after an abbreviation."""
    return not _stops(text) or bool(_ABBREVIATED.search(text[-14:]))


def _stops(text: str) -> bool:
    """Whether a line stops as sentences do, and not between the sources in a bracket."""
    return ended(text) and not _BRACKETED.search(text)


def _wide(candidate: Block, block: Block) -> bool:
    """Whether a candidate is set to a column about as wide as the block's, or ends its sentence."""
    a = max(row.x1 - row.x0 for row in candidate.lines)
    b = max(row.x1 - row.x0 for row in block.lines)
    return a > 0.85 * b or (len(candidate.lines) == 1 and ended(candidate.text))
