"""The forms in which titles, DOIs, years and names of files are compared."""

import re
import unicodedata
from pathlib import PurePosixPath

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def normal_doi(text: str) -> str:
    """A DOI in lower case without its resolver, or an empty string where there is none."""
    found = re.search(r"10\.\d{4,9}/\S+", text.lower())
    return found.group().rstrip(".,;)]}>\"'") if found else ""


def normal_title(title: str) -> str:
    """A title as lower-case words of letters and digits, one space apart."""
    return " ".join(re.findall(r"\w+", title.lower()))


def year_in(text: str) -> int | None:
    """The first year from 1800 to 2099 in a text."""
    found = _YEAR.search(text)
    return int(found.group()) if found else None


def file_parts(path: str) -> tuple[str, ...]:
    """The folders and the name of a file, as written on whatever system, in a form to compare.

    Nothing is looked up: "../", drives and roots are only parts that no path in the corpus has.
    """
    plain = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return tuple(part for part in PurePosixPath(plain).parts if part not in ("/", "."))
