"""Results made by hand: one paper whose every field is hostile, and a peaceful one."""

import base64
import json
import zlib
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.documents import Document, Metadata, Page, Role, Section, Words
from pipeline.export import Results
from pipeline.history import Change, Changes
from pipeline.periods import topic_periods
from pipeline.records import Coding, Doubt, Named, Paper, Rejection, Status
from pipeline.strata import stratify
from pipeline.topic_outcomes import Topic, TopicModel
from pipeline.words import markers

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    f"=cmd|' /C calc'!A0 {SCRIPT} cut the firm's bill for energy.",
    "+SUM(1;2) <img src=x onerror=alert(2)> was a tax on emissions.",
    "@import </script><script>alert(3)</script><!-- pays for audits.",
    '-2 "javascript:alert(4)" &lt;b&gt; \u2028 ]]> made managers act \U0001f3ed.',
)
PLAIN = ("A levy on effluent moved the dyers to act.", "Managers lacked the skills for it.")


def document(document_id: str, sentences: tuple[str, ...]) -> Document:
    """A document of one page, a line a sentence, every word in a box."""
    text = "\n".join(sentences)
    starts, ends, boxes = [], [], []
    at = 0
    for line, sentence in enumerate(sentences):
        offset = 0
        for word in sentence.split(" "):
            starts.append(at + offset)
            ends.append(at + offset + len(word))
            boxes.append((50 + 5 * offset, 80 + 20 * line, 50 + 5 * (offset + len(word)), 92 + 20 * line))
            offset += len(word) + 1
        at += len(sentence) + 1
    words = Words(
        np.array(starts, np.int32),
        np.array(ends, np.int32),
        np.ones(len(starts), np.int32),
        np.array(boxes, np.float32),
    )
    pages = (Page(1, "1", 595.0, 842.0, 0, len(text)),)
    return Document(document_id, text, pages, words, (Section(sentences[0], "results", 0, len(text)),), Metadata(), "")


def coding(made: Document, at: int, family: str, code: str, domain: str, status: Status = "asserted") -> Coding:
    """A coding of the sentence on line `at` of a made document."""
    quote = made.text.split("\n")[at]
    start = made.text.index(quote)
    role: Role = "results"
    return Coding(
        id=f"{made.id[:4]}{family[0]}{at}",
        document_id=made.id,
        family=family,
        code=code,
        domain=domain,
        status=status,
        start=start,
        end=start + len(quote),
        quote=quote,
        role=role,
        method="terms",
        confidence=0.5 + at / 10,
        terms=(quote[:5],),
        evidence=((start, start + 5),),
    )


@cache  # nothing in it changes, and reading the codebook takes a second
def results() -> Results:
    """A hostile paper on the climate side and a peaceful one on the side of cleaner production."""
    codebook = load_codebook()
    name = f"+{SCRIPT}"
    bad, good = document("b" * 64, HOSTILE), document("a" * 64, PLAIN)
    codings = (
        coding(good, 0, "instrument", "tax_charge", "cp"),
        coding(good, 1, "deterrent", "information_skills", "cp", "negated"),
        replace(
            coding(bad, 0, "motivator", "cost_saving", "climate"),
            actor="=1+1",
            place=SCRIPT,
            sector="=2",
            tied_to="bbbbi1",
        ),
        replace(coding(bad, 1, "instrument", "tax_charge", "climate"), named_instrument=name, cited=True),
        coding(bad, 2, "instrument", "audit_assessment", "climate", "proposed"),
        coding(bad, 3, "motivator", "management_commitment", "climate"),
    )
    papers = (
        Paper(
            good.id,
            "good.pdf",
            (),
            "dyer2001",
            Metadata("Dyes", ("Dyer, D.",), 2001, "10.1/x"),
            "",
            1,
            "",
            "cp",
            {"cp": 2},
        ),
        Paper(bad.id, "=bad.pdf", ("@copy.pdf",), "-key", _about(), SCRIPT, 1, SCRIPT, "climate", {"climate": 4}),
    )
    documents = {good.id: good, bad.id: bad}
    topic = Topic(1, f"=topic {SCRIPT}", ((SCRIPT, 1.0), ("@word", 0.5)), 0.1, 2, {"cp": 0.5, "climate": 0.5}, 1)
    topics = TopicModel((topic,), {good.id: (1.0,), bad.id: (1.0,)}, "")
    return Results(
        papers=papers,
        document=documents.__getitem__,
        codings=codings,
        rejected=(Rejection(f"@{SCRIPT}.pdf", "c" * 64, "unreadable", f"={SCRIPT}", "-mend it"),),
        topics=topics,
        topic_periods=topic_periods(papers, topics),
        topic_sentences={1: tuple((d.id, 0, len(d.text.split("\n")[0])) for d in (bad, good))},
        comparisons=compare(papers, codings, codebook),
        links=link(papers, codings, codebook),
        strata=stratify(papers, codings, codebook),
        words=markers(papers, codings, codebook),
        codebook=codebook,
        named={name: Named(name, "International", 1987)},
        doubts=(Doubt("=bad.pdf", f"@{SCRIPT}", "refs.bib:3", "near", f"+{SCRIPT}", "-name it"),),
        changes=_changes(bad.id),
        versions={"run_id": "r", "model_version": "m", "codebook_version": "c", "precedent": "0"},
    )


def _changes(here: str) -> Changes:
    """A hostile paper that came, another that left and took its coding along, a verdict and a topic."""
    gone = Change("paper out", "d" * 64, f"@{SCRIPT}", before=f"=gone {SCRIPT}.pdf", why=f"+{SCRIPT}")
    rows = (
        Change("paper in", here, "-key", after="=bad.pdf", why=f"left out in the last run: {SCRIPT}"),
        gone,
        replace(
            gone, kind="coding lost", family="motivator", code="cost_saving", quote=HOSTILE[0], before="asserted, cp"
        ),
        Change("verdict flipped", family="instrument", code=SCRIPT, before=SCRIPT, why=f"={SCRIPT}", papers=(here,)),
        Change("topic drifted", topic=1, before=f"=topic {SCRIPT}", after=f"@topic {SCRIPT}", why=SCRIPT),
        Change("paper changed topic", here, "-key", topic=1, before=f"2: {SCRIPT}", after=f"1: {SCRIPT}", why=SCRIPT),
    )
    return Changes(first=False, rows=rows)


def _about() -> Metadata:
    return Metadata(f"={SCRIPT} on trial", (f"@{SCRIPT}", "+Mallory, M."), 2020, "javascript:alert(5)")


def unpacked(island: str) -> Any:
    """What lies packed in a report: its JSON, with a row a coding."""
    data = json.loads(zlib.decompress(base64.b64decode(island)))
    return data | {"codings": list(zip(*data["codings"], strict=True))}
