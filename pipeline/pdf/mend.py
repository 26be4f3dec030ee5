"""A page's words as they are meant: a drop cap with its word, and signs that some fonts map to others."""

from dataclasses import replace

import numpy as np

from pipeline.pdf.raw import RawPage, select

DROPPED = 1.7  # times the size of the text beside it: a drop cap is at least so large
_WORDS = ("A", "I")  # drop caps that may be words by themselves


def mended(page: RawPage) -> RawPage:
    """The page with its drop caps joined to their words, and with equals signs that came out as "¼" put right."""
    return _capped(_equated(page))


def _equated(page: RawPage) -> RawPage:
    """Some publishers' symbol fonts call "=" "¼"; before a number and after a word, no fraction makes sense."""
    if "¼" not in page.texts:
        return page
    before, after = [" ", *page.texts[:-1]], [*page.texts[1:], " "]
    texts = [
        "=" if text == "¼" and b[-1:].isalpha() | (b[-1] in ")]") and a.lstrip("-−.")[:1].isdecimal() else text
        for b, text, a in zip(before, page.texts, after, strict=True)
    ]
    return replace(page, texts=texts)


def _capped(page: RawPage) -> RawPage:
    size, box = page.size, page.box
    caps = [at for at in np.flatnonzero(size[:-1] > DROPPED * size[1:]).tolist() if _is_cap(page, at)]
    if not caps:
        return page
    texts, box, size, breaks = list(page.texts), box.copy(), size.copy(), page.breaks.copy()
    known = {text.lower().strip(".,;:()") for text in texts}
    gone = []
    for at in caps:
        joined = texts[at] + texts[at + 1]
        if texts[at] in _WORDS and joined.lower() not in known:
            box[at, 1::2], size[at], breaks[at + 1] = box[at + 1, 1::2], size[at + 1], False
            continue
        texts[at + 1], box[at + 1, 0] = joined, box[at, 0]
        gone.append(at)
    whole = replace(page, texts=texts, box=box, size=size, breaks=breaks)
    return select(whole, np.setdiff1d(np.arange(len(texts)), gone))


def _is_cap(page: RawPage, at: int) -> bool:
    """Whether a word is one large letter, with the next word at its upper right."""
    letter, word = page.texts[at], page.texts[at + 1]
    (_, top, x1, bottom), (x0, high, _, low) = page.box[at].tolist(), page.box[at + 1].tolist()
    beside = -1 < x0 - x1 < 1.5 * page.size[at + 1] and top - 0.5 * page.size[at + 1] < high and low < bottom
    return len(letter) == 1 and letter.isupper() and word[0].isalpha() and bool(beside)
