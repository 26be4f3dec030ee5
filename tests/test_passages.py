"""Sentences: whole, in order, within a block and a section, of the text that is coded."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.documents import Document, Metadata, Page, Part, Reference, Role, Section, Words
from pipeline.passages import FEWEST, LONGEST, model_version, split


def document(*parts: tuple[Role, str, str]) -> Document:
    """A document of sections given as role, title and body; blocks of a body are parted by a line feed."""
    text, sections = "", []
    for role, title, body in parts:
        text += "\n" if text else ""
        sections.append((title, role, len(text)))
        text += f"{title}\n{body}" if title else body
    ends = [start for _, _, start in sections[1:]] + [len(text)]
    none = np.zeros(0, np.int32)
    return Document(
        id="id",
        text=text,
        pages=(Page(1, "1", 595, 842, 0, len(text)),),
        words=Words(none, none, none, np.zeros((0, 4), np.float32)),
        sections=tuple(Section(t, r, s, e) for (t, r, s), e in zip(sections, ends, strict=True)),
        metadata=Metadata(),
        reader="made",
    )


def quotes(body: str, role: Role = "body") -> list[str]:
    made = document((role, "", body))
    return [made.text[p.start : p.end] for p in split(made)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Zhang et al. (2008) found that audits cut the use of water in most firms.",
        "The levy is shown in Fig. 3 and in Table 2 of the annual report.",
        "Some measures, e.g. audits and training, cost the firms very little money.",
        "Decree No. 5 of the ministry made the audits binding for all large firms.",
        "The survey by J. K. Rowe and A. Smith covered ninety firms in two provinces.",
        "The use of energy fell by 3.5 % a year and that of water by 12.25 % in total.",
        "Buyers abroad asked for certificates [12], which moved the exporters first [13,14].",
        "Audits vs. levies is an old question in the U.S. literature on the subject.",
    ],
)
def test_a_sentence_stays_whole(sentence: str) -> None:
    after = "Small firms lacked both the staff and the money for it."
    assert quotes(f"{sentence} {after}") == [sentence, after]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Firms were paid half of the cost of it.[12]", "The rest they bore themselves in every case."),
        ("Did the levy work as it was meant to?", "Nobody had asked that before the survey."),
        ("The audits were made in 2005.", "In 2006 the law was changed again."),
        ("The plants are run by the State.", "They took part in the scheme from the start."),
    ],
)
def test_sentences_are_parted(first: str, second: str) -> None:
    assert quotes(f"{first} {second}") == [first, second]


def test_no_sentence_crosses_a_block_or_a_section() -> None:
    made = document(
        ("introduction", "1. Introduction", "The levy was raised in\nThe audits came later in all of them."),
        ("methods", "2. Methods", "ninety firms were asked by post about them"),
    )
    found = [(p.role, made.text[p.start : p.end]) for p in split(made)]
    assert found == [
        ("introduction", "The levy was raised in"),
        ("introduction", "The audits came later in all of them."),
        ("methods", "ninety firms were asked by post about them"),
    ]


def test_only_text_that_is_coded_gives_passages() -> None:
    made = document(
        ("front", "", "A paper about audits in small firms of the trade."),
        ("abstract", "Abstract", "Audits save water in nearly all of the firms."),
        ("references", "References", "Adams, J., 2004. Audits in small firms of the trade."),
        ("back", "Notes", "The firms gave us their time and their records."),
    )
    assert [p.role for p in split(made)] == ["abstract", "back"]


@pytest.mark.parametrize(
    "title",
    [
        "Acknowledgements",
        "ACKNOWLEDGMENTS",
        "Declaration of competing interest",
        "Conflicts of Interest",
        "Competing financial interests",
        "Authors’ contributions",
        "CRediT authorship contribution statement",
        "Data availability",
        "Abbreviations",
        "Nomenclature",
    ],
)
def test_thanks_declarations_and_abbreviations_give_none(title: str) -> None:
    text = "The ministry paid for this study of the carbon tax."
    assert list(split(document(("back", title, text)))) == []


@pytest.mark.parametrize("title", ["Funding", "Endnotes", "Declaration on green growth", "Additional measures"])
def test_what_may_be_a_section_of_a_plan_gives_passages(title: str) -> None:
    assert len(split(document(("back", title, "The ministry paid for the audits of small firms.")))) == 1


def test_headings_and_fragments_give_none() -> None:
    made = document(
        ("results", "Results and later discussion", "Audits save water in most firms.\n12 34 56 78\nIn all.")
    )
    assert [made.text[p.start : p.end] for p in split(made)] == ["Audits save water in most firms."]


def test_declarations_and_labels_of_axes_give_none() -> None:
    assert (
        quotes("The authors declare that they have no known competing interests.\nPressure / bar\nFlow [l/s] – – –")
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "The law declares no such interest group exempt from the levy.",
        "There was no conflict between the interests of mills and towns.",
        "40 % by 2030",
        "Tax on waste",
    ],
)
def test_what_is_like_a_declaration_or_a_label_gives_one(text: str) -> None:
    assert quotes(text) == [text]


def test_each_item_of_a_list_in_one_block_is_by_itself() -> None:
    items = ["• Efficient use of light in offices", "• Promotion of audits", "• Repair of town halls"]
    assert quotes(" ".join(items)) == items
    assert quotes("A head of 3•5 metres is common there.") == ["A head of 3•5 metres is common there."]


@pytest.mark.parametrize("dots", ["." * 40, " . . . . . . . . ", ". . . . . . ."])
def test_the_lines_of_a_table_of_contents_give_none(dots: str) -> None:
    assert quotes(f"Barriers to the carbon tax in small firms{dots}12\nAudits save water in most firms.") == [
        "Audits save water in most firms."
    ]


def test_dots_that_leave_words_out_are_text() -> None:
    text = "The levy... had doubled . . . before most firms asked for an audit."
    assert " ".join(quotes(text)) == text


def test_a_heading_that_runs_into_its_text_is_left_out() -> None:
    text = "Abstract - Audits save water in most of the firms."
    made = document(("abstract", "", text))
    made = Document(
        id="id",
        text=text,
        pages=made.pages,
        words=made.words,
        sections=(Section("Abstract", "abstract", 0, len(text)),),
        metadata=made.metadata,
        reader="made",
    )
    assert [text[p.start : p.end] for p in split(made)] == ["Audits save water in most of the firms."]


def test_a_very_long_run_is_cut() -> None:
    found = quotes("water use of firms 12 34 56 " * 300)
    assert len(found) > 5
    assert all(len(quote) <= LONGEST for quote in found)


def test_the_model_is_named() -> None:
    name, version = model_version().split()
    assert name.startswith("en_core_web_sm")
    assert version[0].isdigit()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("abcdeABC 12.,;:!?()[]'%-\né𝛽—"), max_size=300), min_size=1, max_size=4))
def test_passages_are_trimmed_apart_and_in_order(bodies: list[str]) -> None:
    made = document(*(("body", "", body) for body in bodies))
    found = split(made)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for passage in found:
        quote = made.text[passage.start : passage.end]
        assert quote == quote.strip()
        assert "\n" not in quote
        assert len(quote.split()) >= FEWEST
        assert len(quote) <= LONGEST
        section = made.section_at(passage.start)
        assert section is not None
        assert section.end >= passage.end


def test_titles_authors_addresses_and_entries_give_none_wherever_they_stand() -> None:
    lines = [
        "Audits save water in nearly all of the firms.",
        "* Corresponding author at the University of Nowhere.",
        "The levy came later in all of the provinces.",
        "Adams, J., 2004. Audits in small firms of the trade.",
        "Firms by province and size in the first year.",
    ]
    made = document(("body", "", "\n".join(lines)))
    spans = [(made.text.index(line), made.text.index(line) + len(line)) for line in lines]
    entry = Reference(*spans[3], "", ("Adams",), 2004, "Audits in small firms", "")
    made = replace(made, parts=(Part("affiliation", *spans[1]), Part("caption", *spans[4])), references=(entry,))
    assert [made.text[p.start : p.end] for p in split(made)] == [lines[0], lines[2], lines[4]]


def test_a_heading_on_two_lines_gives_none() -> None:
    made = document(("policy", "", "4. What follows for\nthe small firms\nLevies should be raised in all of them."))
    whole = Section("4. What follows for the small firms", "policy", 0, len(made.text))
    made = replace(made, sections=(whole,))
    assert [made.text[p.start : p.end] for p in split(made)] == ["Levies should be raised in all of them."]
