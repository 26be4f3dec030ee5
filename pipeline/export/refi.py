"""The run as a REFI-QDA project (.qdpx), which qualitative analysis tools open.

After QDA-XML version 1.0 (REFI, 2019). What the schema leaves open follows what the tools read: families
are codes that cannot be coded with; a paper's variables and its text codings stand in the text
representation of its PDF; the coder is the user of the selection, and the machine is one user and the first, whose
codings are shown when the project is opened; pages of areas count from 0, their
corners are whole points from the top left; offsets are code points of a text with single line ends and no
character beyond the Basic Multilingual Plane. Nothing here holds a clock: all dates are DATE.
"""

import itertools
import math
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from pipeline.documents import Box, Document
from pipeline.export.results import Results
from pipeline.export.told import MACHINE, clean, coder
from pipeline.records import Coding, Paper

NAMESPACE = "urn:QDA-XML:project:1.0"
DATE = "2000-01-01T00:00:00Z"  # tools ask for a date; a fixed one keeps two exports the same bytes
COLOURS = ("#5b45a5", "#2b7038", "#a8323a", "#8a6d00")
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, "urn:precedent:refi-qda")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\t\n]')  # in names of files, by one system or another
_BREAKS = re.compile("[\r\ufeff]")
_VARIABLES = {"citation_key": "Text", "domain": "Text", "doi": "Text", "year": "Integer"}

Element = ElementTree.Element


def write_project(results: Results, path: Path, corpus: Path) -> None:
    """Write the project with the papers' PDF files and texts in it. Raises OSError."""
    ElementTree.register_namespace("", NAMESPACE)
    with zipfile.ZipFile(path, "w") as archive:
        project = _project(results)
        sources = _add(project, "Sources") if results.papers else project
        codings = {key: tuple(held) for key, held in itertools.groupby(results.codings, lambda c: c.document_id)}
        names = file_names(results.papers)
        for paper in results.papers:
            document = results.document(paper.document_id)
            make = _source if paper.full_text else _text_source
            sources.append(make(paper, names[paper.path], document, codings.get(paper.document_id, ())))
            if paper.full_text:
                _store(archive, f"sources/{guid('pdf', paper.document_id)}.pdf", (corpus / paper.path).read_bytes())
            _store(archive, f"sources/{guid('text', paper.document_id)}.txt", plain(document.text).encode())
        body = ElementTree.tostring(project, encoding="unicode")
        declared = f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
        _store(archive, "project.qde", declared.encode("utf-8"))


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def guid(kind: str, name: str) -> str:
    """The same id for the same thing in every export."""
    return str(uuid.uuid5(_ROOT, f"{kind}:{name}"))


def plain(text: str) -> str:
    """The text as tools count it: each character that some count as two, or drop, becomes another one."""
    return _BREAKS.sub(" ", _ASTRAL.sub("\ufffd", clean(text)))


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    held = {name: plain(value) for name, value in attributes.items()}
    child = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", held)
    if text:
        child.text = plain(text)
    return child


def _element(tag: str, **attributes: str) -> Element:
    return Element(f"{{{NAMESPACE}}}{tag}", attributes)


# ---- users, codes, variables ----


def _project(results: Results) -> Element:
    machine = _user(MACHINE)
    project = _element("Project", name="Precedent", origin="Precedent", creatingUserGUID=machine, creationDateTime=DATE)
    users = _add(project, "Users")
    people = sorted({coder(coding) for coding in results.codings} - {MACHINE})
    for name in (MACHINE, *people):
        _add(users, "User", guid=_user(name), name=name)
    codes = _add(_add(project, "CodeBook"), "Codes")
    for at, family in enumerate(results.codebook.families):
        colour = COLOURS[at % len(COLOURS)]
        parent = _add(codes, "Code", guid=guid("family", family.id), name=family.label, isCodable="false", color=colour)
        _add(parent, "Description", family.definition)
        for code in family.codes:
            name = f"{code.label} ({family.id})" if _shared(results, code.label) else code.label
            child = _add(parent, "Code", guid=_code(family.id, code.id), name=name, isCodable="true", color=colour)
            _add(child, "Description", code.covers + (f"\nNot: {code.excludes}" if code.excludes else ""))
    variables = _add(project, "Variables")
    for name, kind in _VARIABLES.items():
        _add(variables, "Variable", guid=guid("variable", name), name=name, typeOfVariable=kind)
    return project


def _shared(results: Results, label: str) -> bool:
    """Whether codes of two families bear this name; some tools take a name only once."""
    return sum(code.label == label for family in results.codebook.families for code in family.codes) > 1


def _user(name: str) -> str:
    return guid("user", name)


def _code(family: str, code: str) -> str:
    return guid("code", f"{family}/{code}")


# ---- papers ----


def file_names(papers: Sequence[Paper]) -> dict[str, str]:
    """path -> the name of the paper in the project: one that any system takes as a file's, each only once."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for paper in papers:
        name = _FORBIDDEN.sub("_", plain(paper.path))
        if name.casefold() in taken:
            name = f"{paper.document_id[:8]}_{name}"
        taken.add(name.casefold())
        names[paper.path] = name
    return names


def _source(paper: Paper, name: str, document: Document, codings: tuple[Coding, ...]) -> Element:
    machine = _user(MACHINE)
    pdf, text = guid("pdf", paper.document_id), guid("text", paper.document_id)
    made = {"creatingUser": machine, "creationDateTime": DATE}
    source = _element("PDFSource", guid=pdf, name=name, path=f"internal://{pdf}.pdf", **made)
    _add(source, "Description", paper.metadata.title)
    for coding in codings:
        for number, area in enumerate(areas(document.boxes(coding.start, coding.end))):
            _select_area(source, coding, number, area)
    told = _add(source, "Representation", guid=text, name=name, plainTextPath=f"internal://{text}.txt", **made)
    _tell(told, paper, codings)
    return source


def _text_source(paper: Paper, name: str, _document: Document, codings: tuple[Coding, ...]) -> Element:
    """The source of a paper of which there is only an abstract: a text."""
    text = guid("text", paper.document_id)
    made = {"creatingUser": _user(MACHINE), "creationDateTime": DATE}
    source = _element("TextSource", guid=text, name=plain(name), plainTextPath=f"internal://{text}.txt", **made)
    _add(source, "Description", paper.metadata.title)
    _tell(source, paper, codings)
    return source


def _tell(told: Element, paper: Paper, codings: tuple[Coding, ...]) -> None:
    """The codings of a text, and what is known of its paper."""
    for coding in codings:
        _select_text(told, coding)
    for variable, value in _values(paper):
        held = _add(told, "VariableValue")
        _add(held, "VariableRef", targetGUID=guid("variable", variable))
        _add(held, f"{_VARIABLES[variable]}Value", value)


def _values(paper: Paper) -> Iterator[tuple[str, str]]:
    about = paper.metadata
    yield "citation_key", paper.citation_key
    yield "domain", paper.domain
    if about.doi:
        yield "doi", about.doi
    if about.year:
        yield "year", str(about.year)


def areas(lines: tuple[Box, ...]) -> list[Box]:
    """The lines of a quote as few areas: lines one below the other are one, a new column or page begins anew."""
    joined: list[Box] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and last.page == line.page and line.top >= last.top and line.x0 < last.x1 and line.x1 > last.x0:
            corners = min(last.x0, line.x0), last.top, max(last.x1, line.x1), max(last.bottom, line.bottom)
            joined[-1] = Box(last.page, *corners)
        else:
            joined.append(line)
    return joined


def _select_area(source: Element, coding: Coding, number: int, area: Box) -> None:
    near = {"firstX": math.floor(area.x0), "firstY": math.floor(area.top)}
    far = {"secondX": math.ceil(area.x1), "secondY": math.ceil(area.bottom)}
    whole = {name: str(value) for name, value in {**near, **far}.items()}
    selection = _add(
        source, "PDFSelection", guid=guid("area", f"{coding.id}/{number}"), page=str(area.page - 1), **whole,
        name=_short(coding), creatingUser=_user(coder(coding)), creationDateTime=DATE,
    )  # fmt: skip
    _finish(selection, coding, f"area coding {number}")


def _select_text(told: Element, coding: Coding) -> None:
    selection = _add(
        told, "PlainTextSelection", guid=guid("selection", coding.id), name=_short(coding),
        startPosition=str(coding.start), endPosition=str(coding.end),
        creatingUser=_user(coder(coding)), creationDateTime=DATE,
    )  # fmt: skip
    _finish(selection, coding, "coding")


def _finish(selection: Element, coding: Coding, kind: str) -> None:
    """The memo and the code of a selection."""
    facts = [
        f"confidence {coding.confidence:.2f}",
        f"domain {coding.domain}",
        f"status {coding.status}",
        f"method {coding.method}",
        f"terms {'; '.join(coding.terms)}" if coding.terms else "",
        f"id {coding.id}",
    ]
    _add(selection, "Description", "\n".join(filter(None, facts)))
    made = _add(
        selection, "Coding", guid=guid(kind, coding.id), creatingUser=_user(coder(coding)), creationDateTime=DATE
    )
    _add(made, "CodeRef", targetGUID=_code(coding.family, coding.code))


def _short(coding: Coding) -> str:
    """The beginning of a quote, as the name of its selection."""
    words = " ".join(plain(coding.quote).split())
    return words if len(words) <= 60 else f"{words[:59]}…"
