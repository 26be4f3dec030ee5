"""Industry sectors under one name, and words that only look like one."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.coding import sectors as module
from pipeline.coding.labels import Label, lay_out
from pipeline.coding.sectors import sectors

ONE_NAME = {
    "textiles and clothing": [
        "Textile dyeing is thirsty work.",
        "Garment makers were audited.",
        "The clothing industry grew.",
    ],
    "leather": ["Tanneries along the river closed.", "The leather sector was audited."],
    "chemicals": [
        "Chemical plants had to report.",
        "A petrochemical park was built.",
        "The chemicals industry pledged cuts.",
    ],
    "cement and concrete": ["Cement kilns burn waste.", "The cement industry pledged cuts."],
    "iron and steel": [
        "Iron and steel came first.",
        "Steel mills were closed.",
        "Steelmaking needs coke.",
        "A steel company sued.",
    ],
    "pulp and paper": [
        "Pulp and paper mills adopted it.",
        "The paper industry bleaches less.",
        "Paper mills were fined.",
    ],
    "food and beverages": [
        "The food industry wastes water.",
        "Breweries saved water.",
        "Food-processing firms joined.",
    ],
    "mining": ["Mining is exempt.", "Coal mines were closed."],
    "electricity": ["Power plants burn coal.", "The power sector was covered first.", "A wind farm was subsidised."],
    "transport": ["Public transport was taxed less.", "The transport sector is not covered.", "Airlines buy permits."],
    "buildings and construction": ["Buildings use most of it.", "The construction industry objects."],
    "agriculture": ["Farmers were exempt.", "Agricultural emissions rose.", "Dairy farms were exempt."],
    "waste and wastewater": ["Solid waste was sorted.", "Recycling firms gained."],
    "electronics": ["Electronics makers asked for it.", "The semiconductor makers agreed."],
    "tourism and hospitality": ["Hotels joined.", "Tourism suffered."],
    "banking and insurance": ["Commercial banks hesitated."],
    "fishing and aquaculture": ["Fish farming grew."],
}
NONE = [
    "Steel yourself for what follows.",
    "In this paper industry leaders are asked.",
    "In this paper plants are compared.",
    "The paper argues that firms learn.",
    "The state has the power to tax plants that pollute.",
    "Plants and animals suffer.",
    "The plant grows in wet soil.",
    "They met to cement firm ties.",
    "Such a pact would cement the alliance.",
    "Text mining of reports was used.",
    "The transport of sediment was modelled.",
    "Capacity building and trust building take time.",
    "A process mining algorithm was applied.",
    "That is food for thought.",
    "The quarry of the hunters escaped.",
    "We thank them for their hospitality.",
    "Banking of permits was allowed.",
    "The glass ceiling holds.",
    "Chemical oxygen demand fell.",
    "Purchasing power fell.",
    "The market power of firms grew.",
    "The construction of the index is explained below.",
    "Printing errors are ours.",
    "Catering to voters takes time.",
    "Water is scarce.",
]


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, texts in ONE_NAME.items() for text in texts])
def test_one_sector_has_one_name(name: str, text: str) -> None:
    assert {found for found, _ in sectors(text)} == {name}


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_a_sector_is_none(text: str) -> None:
    assert sectors(text) == ()


def test_a_list_names_every_sector_in_it_and_no_more() -> None:
    names = [name for name, _ in sectors("The cement, steel and paper industries were exempt.")]
    assert names == ["cement and concrete", "iron and steel", "pulp and paper"]
    assert [name for name, _ in sectors("Cement is sold to the food industry.")] == ["food and beverages"]


def test_every_sector_has_a_division_and_is_found_by_some_term() -> None:
    rows = tomllib.loads((Path(module.__file__).parent / "sectors.toml").read_text(encoding="utf-8"))["sector"]
    assert len({row["name"] for row in rows}) == len(rows) >= 25
    assert all(row["isic"][0].isupper() and row["terms"] for row in rows)


def test_a_coding_carries_the_sector_of_its_sentence_and_a_paper_that_of_its_title() -> None:
    sentences = [
        "A levy on effluent was imposed on tanneries by the government.",
        "A levy on effluent was imposed on firms by the government.",
        "Cement plants get a subsidy from the government, while breweries pay a levy on effluent.",
    ]
    laid = lay_out(
        [Label("a", "Levies in the textile sector of China", at, s, "", "", {}, {}) for at, s in enumerate(sentences)]
    )
    coded = code_document(*laid, load_codebook())
    found = {(c.start, c.code): c.sector for c in coded.codings if c.family == "instrument"}
    starts = sorted({start for start, _ in found})
    assert found[starts[0], "tax_charge"] == "leather"
    assert found[starts[1], "tax_charge"] == ""
    assert (found[starts[2], "subsidy_finance"], found[starts[2], "tax_charge"]) == (
        "cement and concrete",
        "food and beverages",
    )
    assert (coded.places, coded.sectors) == (("China",), ("textiles and clothing",))


@given(st.text(max_size=200))
def test_spans_hold_and_do_not_overlap(text: str) -> None:
    found = sectors(text)
    ends = [0, *(end for _, (_, end) in found)]
    assert all(end <= start < stop <= len(text) for end, (_, (start, stop)) in zip(ends, found, strict=False))
