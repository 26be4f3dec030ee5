"""Instruments, actors and places under one name, however they are written."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import load_codebook
from pipeline.coding import code_document, instruments
from pipeline.coding import named as module
from pipeline.coding.labels import Label, lay_out
from pipeline.coding.named import mentions, nearest, spoken_of

ONE_NAME = {
    "Cleaner Production Promotion Law": [
        "The Cleaner Production Promotion Law took effect.",
        "The CP law (2003) changed little.",
        "China's CP Promotion Law was revised.",
        "The Law on the Promotion of Cleaner Production names audits.",
        "For cleaner production the CP law was a start.",
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
    "ISO 14001": [
        "They hold ISO 14001.",
        "ISO14001 certificates are common.",
        "An ISO 14001:2015 certificate is needed.",
    ],
    "EMAS": ["The Eco-Management and Audit Scheme is voluntary.", "EMAS is voluntary."],
    "Five-Year Plan": ["China's 12th Five-Year Plan caps energy use."],
    "Five-Year Plan (India)": ["India's Five-Year Plan differs from that of Chinese planners."],
    "Energy Conservation Law": ["China's Energy Conservation Law was revised."],
    "Energy Conservation Act (Japan)": [
        "Japan's Energy Conservation Law sets targets.",
        "The Japanese Energy Conservation Act.",
    ],
    "Swedish carbon tax": ["Sweden's carbon tax rose.", "The Swedish CO2 tax rose."],
    "Climate Change Act": ["The UK Climate Change Act set budgets."],
    "Federal Climate Change Act": ["Germany has a Federal Climate Change Act, unlike the UK."],
    "Global Warming Solutions Act (AB 32)": ["AB 32 capped emissions."],
    "GHG Protocol": ["They report by the Greenhouse Gas Protocol."],
    "LEED": ["LEED certificates are sought in Kenya."],
    "Clean Development Mechanism": ["CDM projects sold credits.", "The Clean Development Mechanism sold credits."],
}
NAMED = Path(module.__file__)
NONE = [
    "We cannot reach us in time.",
    "The proper way to do it.",
    "A leed certificate of sorts was forged.",
    "The law of large numbers holds.",
    "Clean development needs no mechanism here.",
    "The Parisian agreement of the couple.",
    "The protocol of the interview was typed in Kyoto.",
    "Kyoto City and Kyoto University took part.",
    "The Communist Party shapes what the CP law says.",
    "The CP law of Chinese courts leaves it to case law.",
    "No cleaner production legislation exists in Kenya.",
    "A five-year plan for the library was drawn up.",
    "The pilot ETS ran for a year.",
    "A national emissions trading scheme is planned in Chile.",
    "Cold dark matter (CDM) fills the void.",
    "EEG recordings were made of the patients.",
    "The top runner won the race.",
    "The joint implementation of the study by two teams took a year.",
    "Responsible care of patients matters.",
    "Two parties signed a climate change agreement.",
    "Energy conservation is no law of the market.",
    "Prices are out of REACH for them.",
    "The aggregate levy on all goods fell.",
    "A taxonomy of regulation is given.",
]


@pytest.mark.parametrize(("name", "sentence"), [(n, s) for n, sentences in ONE_NAME.items() for s in sentences])
def test_one_instrument_has_one_name(name: str, sentence: str) -> None:
    assert [found for found, _ in mentions(sentence).instruments] == [name]


@pytest.mark.parametrize("sentence", NONE)
def test_what_only_looks_like_an_instrument_is_none(sentence: str) -> None:
    assert mentions(sentence).instruments == ()


def test_the_list_is_long_and_says_whose_law_it_is() -> None:
    known = instruments()
    assert len(known) >= 200
    assert known["Top-1000 Programme"].year == 2006
    assert known["Kyoto Protocol"].jurisdiction == "international"
    assert known["Perform, Achieve and Trade"].jurisdiction == "India"
    assert all(entry.year is None or 1950 <= entry.year <= 2026 for entry in known.values())


PHRASE = "The CP law of 1998 binds them."  # which law that is, only its paper can tell


def test_a_short_name_means_what_its_paper_speaks_of() -> None:
    cleaner = spoken_of("We ask what cleaner production owes to lawmakers.")
    assert [name for name, _ in mentions(PHRASE, cleaner).instruments] == ["Cleaner Production Promotion Law"]
    case_law = spoken_of("We read civil procedure (CP) law and case law of Chinese courts.")
    assert mentions(PHRASE, case_law).instruments == ()


def test_a_short_name_is_no_other_countrys() -> None:
    china = spoken_of("We compare China with Viet Nam and India.")
    for sentence in ("Viet Nam has an environmental protection law.", "The five-year plan of India's planners."):
        assert mentions(sentence, china).instruments == ()
    for sentence in (
        "Its five-year plan binds Zhejiang.",
        "Unlike Mexico, China has a five-year plan.",
        "The FYP ends.",
    ):
        assert [name for name, _ in mentions(sentence, china).instruments] == ["Five-Year Plan"]
    kyoto = spoken_of("Credits come from the Clean Development Mechanism.")
    assert [n for n, _ in mentions("India hosts CDM.", kyoto).instruments] == ["Clean Development Mechanism"]


def test_the_pilots_of_europe_are_not_those_of_china() -> None:
    paper = spoken_of("We compare China with Europe.")
    assert [n for n, _ in mentions("The pilot phase of the EU ETS; the EU ETS pilot.", paper).instruments] == [
        "EU Emissions Trading System",
        "EU Emissions Trading System",
    ]
    assert [n for n, _ in mentions("The pilot ETS grew.", paper).instruments] == [
        "China pilot emissions trading schemes"
    ]


def test_one_law_is_one_row_across_papers() -> None:
    papers = {
        "a": ["The Cleaner Production Promotion Law requires audits of heavily polluting firms."],
        "b": ["Cleaner production came late.", "Under the CP law (2003) audits became mandatory for polluting firms."],
        "c": ["China's CP Promotion Law is a regulation that makes cleaner production audits mandatory."],
    }
    codebook = load_codebook()
    names = set()
    for document, sentences in papers.items():
        laid = lay_out([Label(document, "", at, text, "", "", {}, {}) for at, text in enumerate(sentences)])
        named = {c.named_instrument for c in code_document(*laid, codebook).codings if c.family == "instrument"}
        assert named - {""}, document
        names |= named - {""}
    assert names == {"Cleaner Production Promotion Law"}
    law = instruments()["Cleaner Production Promotion Law"]
    assert (law.jurisdiction, law.year) == ("China", 2002)


def test_what_is_told_by_cues_has_some() -> None:
    """A short name without a cue could never be found, and a cue without a short name does nothing."""
    with (NAMED.parent / "named.toml").open("rb") as file:
        rows = tomllib.load(file)["instrument"]
    assert all(bool(row.get("cues")) == bool(row.get("cued_terms")) for row in rows)
    assert len({row["name"] for row in rows}) == len(rows)
    assert all(row["jurisdiction"] for row in rows)


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
