"""Instruments, actors and places under one name, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coding import instruments
from pipeline.coding.named import mentions, nearest

ONE_NAME = {
    "Cleaner Production Promotion Law": [
        "The Cleaner Production Promotion Law took effect.",
        "The CP law (2003) changed little.",
        "China's CP Promotion Law was revised.",
        "The Law on Cleaner Production names audits.",
        "A Cleaner Production Law was passed.",
    ],
    "EU Emissions Trading System": [
        "The EU ETS began in 2005.",
        "The European emissions trading scheme covers power.",
        "The EU's emissions trading system was reformed.",
    ],
    "Top-1000 Programme": ["The Top-1000 programme bound the mills.", "Top 1000 enterprises had to report."],
    "Top-10000 Programme": ["The Top-10000 programme followed."],
    "Montreal Protocol": ["The Montreal Protocol phased them out."],
    "Kyoto Protocol": ["Kyoto targets were missed.", "It is not bound by the Kyoto Protocol."],
    "Paris Agreement": ["The Paris Agreement was signed.", "The Paris climate accord was signed."],
    "National Cleaner Production Centres": [
        "An NCPC was set up.",
        "The National Cleaner Production Center trained them.",
    ],
    "ISO 14001": ["They hold ISO 14001.", "ISO14001 is not meant, but ISO 14001 is."],
    "EMAS": ["The Eco-Management and Audit Scheme is voluntary.", "EMAS is voluntary."],
    "Clean Development Mechanism": ["CDM projects sold credits.", "The Clean Development Mechanism sold credits."],
}
NONE = [
    "We cannot reach us in time.",
    "The proper way to do it.",
    "A leed certificate of sorts was forged.",
    "The law of large numbers holds.",
    "Clean development needs no mechanism here.",
    "The Parisian agreement of the couple.",
]


@pytest.mark.parametrize(("name", "sentence"), [(n, s) for n, sentences in ONE_NAME.items() for s in sentences])
def test_one_instrument_has_one_name(name: str, sentence: str) -> None:
    assert [found for found, _ in mentions(sentence).instruments] == [name]


@pytest.mark.parametrize("sentence", NONE)
def test_what_only_looks_like_an_instrument_is_none(sentence: str) -> None:
    assert mentions(sentence).instruments == ()


def test_the_list_is_long_and_says_whose_law_it_is() -> None:
    known = instruments()
    assert len(known) >= 60
    assert known["Kyoto Protocol"].jurisdiction == "international"
    assert known["Perform, Achieve and Trade"].jurisdiction == "India"
    assert all(entry.year is None or 1960 <= entry.year <= 2026 for entry in known.values())


def test_actors_and_places() -> None:
    found = mentions("Provincial governors pressed state-owned enterprises and SMEs in Zhejiang and in Viet Nam.")
    assert [name for name, _ in found.actors] == [
        "local government",
        "state-owned enterprises",
        "small and medium-sized enterprises",
    ]
    assert [name for name, _ in found.places] == ["Zhejiang, China", "Viet Nam"]


def test_a_pronoun_is_no_country() -> None:
    assert mentions("They told us so.").places == ()
    assert [name for name, _ in mentions("US firms agreed.").places] == ["United States"]


def test_the_nearest_name_counts() -> None:
    assert nearest([("far", (0, 3)), ("near", (20, 24))], [(26, 30)]) == "near"
    assert nearest([], [(0, 1)]) == ""


@given(st.text(max_size=200))
def test_spans_hold_and_do_not_overlap(sentence: str) -> None:
    found = mentions(sentence)
    for names in (found.instruments, found.actors, found.places):
        ends = [0, *(end for _, (_, end) in names)]
        assert all(end <= start < stop <= len(sentence) for end, (_, (start, stop)) in zip(ends, names, strict=False))
