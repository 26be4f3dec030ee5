"""Pictures of a paper's pages, made once in a child process with limits and kept beside the state."""

import hashlib
import io
from functools import partial
from pathlib import Path

from pipeline.errors import PrecedentError, UnreadablePaper
from pipeline.files import STATE, write_bytes
from pipeline.workers import explain, run_limited

DOTS = 110  # an inch: a page of A4 is some 900 by 1,300 pixels, sharp enough to read
MOST = 4000  # pixels along a side, whatever size a page says it has
SECONDS = 30


def page_image(pdf: Path, number: int, out: Path, document_id: str, memory_mb: int) -> Path:
    """The PNG of page `number` (from 1) of a paper, made if it is not there yet.

    Raises UnreadablePaper where the page cannot be drawn within the limits, StoreError on a full disk.
    """
    kept = out / STATE / "pages" / f"{document_id}-{number}.png"
    if not is_whole(kept):
        draw = partial(_draw, number=number, document_id=document_id)
        ((_, drawn),) = run_limited(draw, [pdf], 1, SECONDS, memory_mb)
        if isinstance(drawn, PrecedentError):
            raise drawn
        if isinstance(drawn, BaseException):
            _, reason, remedy = explain(drawn, SECONDS, memory_mb)
            raise UnreadablePaper(reason, f"{pdf.name}, page {number}", remedy) from drawn
        write_bytes(kept, drawn)
    return kept


def is_whole(picture: Path) -> bool:
    """Whether a picture is there and its own checksums hold."""
    from PIL import Image

    try:
        with Image.open(picture, formats=["PNG"]) as opened:
            opened.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _draw(pdf: Path, number: int, document_id: str) -> bytes:
    import pypdfium2

    data = pdf.read_bytes()
    if hashlib.sha256(data).hexdigest() != document_id:
        raise UnreadablePaper("the file is not the one that was read", str(pdf), "run again, so that it is read anew")
    with pypdfium2.PdfDocument(data) as document:
        page = document[number - 1]
        scale = min(DOTS / 72, MOST / max(page.get_size()))
        picture = io.BytesIO()
        page.render(scale=scale).to_pil().save(picture, "PNG", optimize=False)
        return picture.getvalue()
