"""Papers of which only title and abstract are known: a small text file each, in the corpus as a PDF would be.

The file is the title, the DOI as an address or an empty line, and the abstract, a line each, in UTF-8. So an abstract
is counted, left out, replaced and deleted as any paper is.
"""

from pathlib import Path

import numpy as np

from pipeline.bibliography import normal_doi
from pipeline.documents import ABSTRACT, Document, Metadata, Page, Part, Section, Words
from pipeline.errors import UnreadablePaper
from pipeline.pdf.document import english
from pipeline.pdf.language import language

FEWEST = 10  # words of an abstract
LARGEST = 200_000  # bytes of a file
_WRITE = "a file such as this holds a title, a DOI or an empty line, and an abstract, a line each"


def as_file(title: str, doi: str, abstract: str) -> bytes:
    """The content of the file of an abstract."""
    lines = (" ".join(line.split()) for line in (title, f"https://doi.org/{doi}" if doi else "", abstract))
    return ("\n".join(lines) + "\n").encode(errors="replace")


def read(path: Path, document_id: str) -> Document:
    """The Document of an abstract: its text is title and abstract, a line each; its one page has no size and no boxes.

    Raises UnreadablePaper where the file is none of an abstract, OtherLanguage.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    title, doi, abstract = _lines(content, path)
    text = f"{title}\n{abstract}"
    sections = (Section("", "abstract", len(title) + 1, len(text)),)
    nothing = np.empty(0, np.int32)
    return Document(
        id=document_id,
        text=text,
        pages=(Page(1, "", 0.0, 0.0, 0, len(text)),),
        words=Words(nothing, nothing, nothing, np.empty((0, 4), np.float32)),
        sections=sections,
        metadata=Metadata(title=title, doi=normal_doi(doi)),
        reader=ABSTRACT,
        language=english(path, language(text, sections)),
        parts=(Part("title", 0, len(title)),),
    )


def _lines(content: bytes, path: Path) -> tuple[str, str, str]:
    lines = content.decode("utf-8-sig", errors="replace").split("\n", 2)
    title, doi, abstract = (" ".join(line.split()) for line in [*lines, "", ""][:3])
    if len(content) > LARGEST or not title or len(abstract.split()) < FEWEST:
        raise UnreadablePaper("There is no title with an abstract in this file.", str(path), _WRITE)
    return title, doi, abstract
