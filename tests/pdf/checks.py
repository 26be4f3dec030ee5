"""What holds for every Document, whatever PDF it came from."""

from itertools import pairwise

from pipeline.documents import Document


def sound(document: Document) -> None:
    """Offsets, boxes, pages, sections and parts agree with the text."""
    _words(document)
    _pages(document)
    _sections(document)
    _parts(document)


def _words(document: Document) -> None:
    text, words = document.text, document.words
    spans = list(zip(words.start.tolist(), words.end.tolist(), strict=True))
    assert "".join(text[a:b] for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert text == text.strip()
    assert all(char in " \n" for char in text if char.isspace())
    assert "  " not in text
    text.encode("utf-8")  # no lone surrogates
    sizes = {page.number: (page.width, page.height) for page in document.pages}
    for page, (x0, top, x1, bottom) in zip(words.page.tolist(), words.box.tolist(), strict=True):
        width, height = sizes[page]
        assert 0 <= x0 < x1 <= width + 0.01
        assert 0 <= top < bottom <= height + 0.01


def _pages(document: Document) -> None:
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    assert document.pages[0].start == 0
    assert document.pages[-1].end == len(document.text)
    assert all(a.end == b.start for a, b in pairwise(document.pages))
    for start, page in zip(document.words.start.tolist(), document.words.page.tolist(), strict=True):
        assert document.page_at(start).number == page


def _sections(document: Document) -> None:
    assert all(a.end == b.start for a, b in pairwise(document.sections))
    if document.text:
        assert document.sections[0].start == 0
        assert document.sections[-1].end == len(document.text)
    assert all(section.level >= 1 for section in document.sections)


def _parts(document: Document) -> None:
    assert all(a.end <= b.start for a, b in pairwise(document.parts))
    for part in document.parts:
        assert 0 <= part.start < part.end <= len(document.text)
        assert document.text[part.start : part.end] == document.text[part.start : part.end].strip()
