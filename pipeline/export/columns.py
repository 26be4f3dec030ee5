"""Every column of every table: its type, its meaning, what it may hold and where it leads.

The tables, the data dictionary and datapackage.json are all written from this list, so they cannot differ.
"""

from dataclasses import replace
from typing import get_args

from pipeline.documents import Role
from pipeline.export import topic_tables
from pipeline.export.carry_table import carry_columns, carry_values
from pipeline.export.changes_table import KINDS, changes_table
from pipeline.export.results import Results
from pipeline.export.schema import Column, Table, by_side, columns
from pipeline.export.strata_table import strata_table
from pipeline.export.unanchored_table import UNANCHORED
from pipeline.export.words_table import words_table
from pipeline.records import BOTH, OTHER, DecidedBy, DoubtKind, ReviewStatus, Status

_TO_PAPER = (("document_id",), "documents", ("document_id",))
_TO_CODE = (("family", "code"), "codebook", ("family", "code"))
_TO_TOPIC = (("topic",), "topics", ("topic",))
_TO_INSTRUMENT = (("tied_to",), "evidence", ("coding_id",))

_ABOUT = """
citation_key string Key of the paper in the bibliography, or one made for it
doi string DOI of the paper
authors string Authors, separated by semicolons
year integer Year of publication
title string Title of the paper
"""
_EVIDENCE = f"""
coding_id string Stable id of the coding; the report's link to it ends in #coding-ID
document_id string sha256 of the paper's file; leads to documents.csv
{_ABOUT.strip()}
domain string Side that the sentence belongs to, or both, or other
family string Family of the code
code string Code
named_instrument string Name of the instrument, where the sentence names one
actor string Whom the instrument or factor addresses, where the sentence says so
place string Country or region, where the sentence names one
quote string The sentence, verbatim as read
context_before string Text before the quote
context_after string Text after the quote
section string Role of the section
page integer Page of the file on which the quote begins, from 1
page_label string Page number as printed, where the file tells it
char_start integer Offset of the quote in the document's text, from 0, in code points
char_end integer Offset behind the quote's last character
boxes array Rectangles of the quote: [page, x0, top, x1, bottom], points from the top left
status string Whether the sentence asserts, negates or proposes it
own_or_cited string Whether the paper says it itself or cites another for it
confidence number Probability, 0 to 1, that a coder would agree
method string What made the coding
model_version string Version of the coding model
codebook_version string Version and fingerprint of the codebook
review_status string What people decided on the coding; rejected ones count nowhere
reviewer string Who decided, separated by semicolons
reviewed_at string When, ISO 8601
original_code string The machine's code, where a person recoded the row
note string People's notes; where there is none, that the page was read by OCR, or only the abstract
pdf_sha256 string sha256 of the paper's file
run_id string Fingerprint of everything the tables were made from
terms string Terms of the codebook that fired, separated by semicolons
tied_to string For a motivator or deterrent: coding of the instrument it is tied to, in its sentence or the next
tied_instrument string That instrument's code, and its name where it has one, as in "code: name"
sector string Industry sector, where the sentence names one
decided_by string Which rule made the coding final: settled wins over human, human over machine
original_family string The machine's family, where a person recoded the row
original_domain string The machine's domain, where a person recoded the row
original_status string The machine's status, where a person recoded the row
exported_as string What the columns that you may edit held when this was written; leave it as it is
full_text integer 1 where the quote is from the paper, 0 where only its abstract was read
"""
_DOCUMENTS = f"""
document_id string sha256 of the paper's file
path string File, relative to the corpus folder
other_paths string Other files with the same bytes
{_ABOUT.strip()}
journal string Journal, from the bibliography
pages integer Pages
reader string What read the file; tesseract where pages were read by OCR, abstract where it holds no more than that
language string Language of the text, ISO 639-1; empty where there is too little of it to tell
damage string What of a damaged file is lost, and pages whose fonts do not say which letters they draw
domain string Side of the paper, both, or other
sentences integer Sentences read for coding
codings integer Codings that count
reviewed integer Codings that count and that a person confirmed or made
places string Places that the title names or, where it names none, the abstract; separated by semicolons
sectors string Industry sectors that the title names or, where it names none, the abstract
full_text integer 1 where the paper was read, 0 where only its abstract was
"""
_LINKS = """
family string The codebook's first family
code string Code of that family
with_family string Family of the other code
with_code string The other code, asserted in the same sentence or, in the columns of near_, in the one beside it
domain string Side
papers integer Papers with such a sentence
sentences integer Such sentences
reviewed integer Papers with such a sentence in which a person confirmed or made both codings
quotes string Ids of the best codings; each leads to evidence.csv
own integer Papers of them that say both in a sentence of their own, not only where they cite
near_papers integer Papers in which the other code is tied to the first in the sentence beside it; not in papers
near_sentences integer Sentences of the other code that are so tied
near_quotes string Ids of the best of those codings; each leads to evidence.csv, and there to its tied_to
"""
_TARGETS = f"""
document_id string sha256 of the paper's file
{_ABOUT.strip()}
coding_id string Coding of the sentence that states it; leads to evidence.csv
number integer Place among the targets of its sentence, from 1
quantity string How much: a number, or a range as in 40-45
unit string Unit of the quantity
of_what string What it is to be reached in
by_year integer Year by which it is to be reached
base_year integer Year that it is held against
domain string Side that the sentence belongs to, or both, or other
status string Whether the sentence asserts, negates or proposes it
quote string The sentence, verbatim as read
page integer Page of the file on which the quote begins, from 1
"""
_REJECTED = """
path string File, relative to the corpus folder
pdf_sha256 string sha256 of the file, where it could be opened
kind string Kind of reason, one word
reason string Why it is not in the tables
remedy string What would mend it
"""
_DOUBTS = """
path string File of the paper, relative to the corpus folder
citation_key string Key of the bibliography entry
source string Bibliography and line of the entry
kind string Kind of doubt
reason string What speaks against the match, or for one that was not made
remedy string What would settle it
"""
_CODEBOOK = """
family string Family
code string Code
label string Name of the code
covers string What it covers
excludes string What it does not cover
terms string Terms, separated by semicolons
cued_terms string Terms that count only beside a cue of the family
unless string Phrases that veto a term
"""
_SIDE = """
of_papers integer Papers that stand on the side
papers integer Papers of the side that assert the code
sentences integer Sentences that assert it
proposed integer Papers that only propose it
negated integer Papers that only negate it
share number papers / of_papers
low number Lower end of the share's 95 % Wilson interval
high number Upper end of it
own integer Papers that assert it in a sentence of their own, not only where they cite
of_mixed integer Papers of the side that stand on the other side too
mixed integer Papers that assert it and stand on the other side too
reviewed integer Papers that assert it in a coding that a person confirmed or made
"""
_INSTRUMENT = """
named_instrument string Name of the instrument
jurisdiction string Whose it is: a country, the European Union, or international
year integer Year of its adoption, or of its start where that is what it is known by; empty where it varies
"""
_ACTOR = """
actor string Whom instruments or factors address
"""
_NAMED_COUNTS = """
papers integer Papers that name it, whatever the status of the coding
sentences integer Sentences that name it in a coding, whatever its status
asserted integer Papers of them of which a coding that names it is asserted
proposed integer Papers of which it is only proposed
negated integer Papers of which it is only negated
own integer Papers of which it is asserted in a sentence of their own, not only where they cite
reviewed integer Papers of them that name it in a coding that a person confirmed or made
"""


def tables(results: Results) -> dict[str, Table]:
    """Every table by name, in the order in which they are written."""
    left, right = (domain.id for domain in results.codebook.domains)
    listed = {
        "evidence": Table(columns(_EVIDENCE), ("coding_id",), (_TO_PAPER, _TO_CODE, _TO_INSTRUMENT)),
        "documents": Table(columns(_DOCUMENTS), ("document_id",)),
        "comparison": Table(_comparison((left, right)), ("family", "code"), (_TO_CODE,)),
        "carries_over": Table(carry_columns(results.codebook), ("family", "code"), (_TO_CODE,)),
        "links": Table(
            columns(_LINKS),
            ("family", "code", "with_family", "with_code", "domain"),
            (_TO_CODE, (("with_family", "with_code"), "codebook", ("family", "code"))),
        ),
        "strata": strata_table(results),
        "words": words_table(results),
        "instruments": Table(_named(_INSTRUMENT, (left, right)), ("named_instrument",)),
        "actors": Table(_named(_ACTOR, (left, right)), ("actor",)),
        "targets": Table(
            columns(_TARGETS), ("coding_id", "number"), (_TO_PAPER, (("coding_id",), "evidence", ("coding_id",)))
        ),
        "topics": Table(columns(topic_tables.TOPICS), ("topic",)),
        "topic_curve": Table(columns(topic_tables.CURVE), ("topics",)),
        "topic_weights": Table(columns(topic_tables.WEIGHTS), ("document_id", "topic"), (_TO_PAPER, _TO_TOPIC)),
        "topic_years": Table(columns(topic_tables.YEARS), ("topic", "period"), (_TO_TOPIC,)),
        "topic_sentences": Table(columns(topic_tables.SENTENCES), ("topic", "number"), (_TO_PAPER, _TO_TOPIC)),
        "rejected": Table(columns(_REJECTED), ("path",)),
        "doubts": Table(columns(_DOUBTS), ("path", "source", "kind")),
        "unanchored": Table(columns(UNANCHORED), ("decision_id",)),
        "codebook": Table(columns(_CODEBOOK), ("family", "code")),
        "changes": changes_table(),
    }
    values = _values(results)
    return {
        name: replace(t, columns=tuple(replace(c, values=values.get((name, c.name), c.values)) for c in t.columns))
        for name, t in listed.items()
    }


def _comparison(sides: tuple[str, str]) -> tuple[Column, ...]:
    left, right = sides
    return (
        Column("family", "string", "Family"),
        Column("code", "string", "Code"),
        *by_side(_SIDE, sides),
        Column("difference", "number", f"Share of {left} minus share of {right}"),
        Column("difference_low", "number", "Lower end of its 95 % Newcombe interval"),
        Column("difference_high", "number", "Upper end of it"),
        Column("verdict", "string", "The comparison in words"),
        Column("odds_ratio", "number", f"Odds of {left} over odds of {right}"),
        Column("odds_low", "number", "Lower end of its 95 % interval"),
        Column("odds_high", "number", "Upper end of it"),
        Column("p", "number", "Fisher's exact p, two-sided"),
        Column("q", "number", "False discovery rate over the codes found (Benjamini and Hochberg)"),
        Column("least", "number", "Smallest difference when any one paper is left out"),
        Column("most", "number", "Largest difference when any one paper is left out"),
        Column("boot_low", "number", "Lower end of the difference's 95 % bootstrap interval over papers"),
        Column("boot_high", "number", "Upper end of it"),
        Column("held", "number", "Share of resamples of papers that give the same verdict"),
        Column("flips_to", "string", "Verdict that leaving out one paper can lead to, where it can change"),
        Column("quotes", "string", "Ids of the best codings; each leads to evidence.csv"),
    )


def _named(about: str, sides: tuple[str, str]) -> tuple[Column, ...]:
    return (
        *columns(about),
        *columns(_NAMED_COUNTS),
        *by_side(_NAMED_COUNTS, sides),
        Column("quotes", "string", "Ids of the surest coding of each paper; each leads to evidence.csv"),
    )


def _values(results: Results) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the columns with few values may hold."""
    sides = tuple(domain.id for domain in results.codebook.domains)
    families = tuple(family.id for family in results.codebook.families)
    return {
        ("evidence", "domain"): (*sides, BOTH, OTHER),
        ("evidence", "family"): families,
        ("evidence", "section"): get_args(Role),
        ("evidence", "status"): get_args(Status),
        ("evidence", "own_or_cited"): ("own", "cited"),
        ("evidence", "review_status"): get_args(ReviewStatus),
        ("evidence", "decided_by"): get_args(DecidedBy),
        ("documents", "domain"): (*sides, BOTH, OTHER),
        ("comparison", "family"): families,
        ("carries_over", "family"): families,
        **{("carries_over", name): held for name, held in carry_values(sides).items()},
        ("targets", "domain"): (*sides, BOTH, OTHER),
        ("targets", "status"): get_args(Status),
        ("links", "family"): families,
        ("links", "with_family"): families,
        ("links", "domain"): sides,
        ("doubts", "kind"): get_args(DoubtKind),
        ("codebook", "family"): families,
        ("changes", "kind"): KINDS,
    }
