"""The figures of a target: how much, of what, by when and against when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coding import targets

CASES = [
    ("The state aims to cut carbon intensity by 40-45 % by 2020 compared to 2005 levels.",
     [("40-45", "%", "carbon intensity", 2020, 2005)]),
    ("Governors pledged a 20% reduction of energy consumption over five years.",
     [("20", "%", "energy consumption", None, None)]),
    ("The plan is to reduce energy intensity by 20 percent between 2006 and 2010.",
     [("20", "%", "energy intensity", 2010, None)]),
    ("The union wants a 20 % share of renewables by 2020 and 27 % by 2030.",
     [("20", "%", "renewables", 2020, None), ("27", "%", "", 2030, None)]),
    ("It will reduce greenhouse gas emissions by 30 per cent below 1990 by 2020.",
     [("30", "%", "greenhouse gas emissions", 2020, 1990)]),
    ("The programme should save 100 million tonnes of coal equivalent by 2010.",
     [("100", "million tonnes of coal equivalent", "", 2010, None)]),
    ("A target of 80\\% was set for 2050.", [("80", "%", "", 2050, None)]),
    ("The accord limits warming to 1.5 °C.", [("1.5", "°C", "warming", None, None)]),
    ("Mills are to cut solvent use per tonne of paper by over 40 % from the 2015 level by 2030.",
     [("40", "%", "solvent use per tonne of paper", 2030, 2015)]),
    ("Energy use is to be cut by 12 % and water use per unit of output by 9 %.",
     [("12", "%", "Energy use", None, None), ("9", "%", "water use per unit of output", None, None)]),
    ("By 2020 it will raise the share of renewables in final energy to around 15 % and the forest stock volume by"
     " 1.3 billion cubic metres.",
     [("15", "%", "share of renewables in final energy", 2020, None),
      ("1.3", "billion cubic metres", "forest stock volume", 2020, None)]),
    ("In 2009 it announced a 30% domestic reduction in waste-water flows until the year 2025.",
     [("30", "%", "waste-water flows", 2025, None)]),
    ("Emissions are held to at most 75% of 1990 levels by FY 2030.", [("75", "%", "Emissions", 2030, 1990)]),
    ("The state promised to cut emissions by five per cent below 2000 levels (13 per cent below 2005 levels).",
     [("5", "%", "emissions", None, 2000), ("13", "%", "", None, 2005)]),
    ("Korea is to cut its emissions by 37% from the usual (BAU, 850.6 Mt CO2eq) by 2030.",
     [("37", "%", "emissions", 2030, None), ("850.6", "Mt CO2eq", "", None, None)]),
    ("Pathways that limit warming to 2 °C (>67%) cut gases by 27% [13-45%] in 2030.",
     [("2", "°C", "warming", None, None), ("27", "%", "gases", 2030, None)]),
    ("The target of minus 50 percent stands against the 2030 business as usual.", [("50", "%", "", None, None)]),
    ("Reaching the 2025 target takes 2.5 percent a year.", [("2.5", "%", "", 2025, None)]),
    ("They have less than a 5 % chance of it.", []),
    ("Table 1.1.1 percent targets", []),
    ("The target was missed in 2010 by all 31 provinces.", []),
    ("Carbon neutrality is to be reached before 2060.", []),
]  # fmt: skip


@pytest.mark.parametrize(("quote", "expected"), CASES)
def test_figures_of_a_target(quote: str, expected: list[tuple[str, str, str, int | None, int | None]]) -> None:
    found = [(t.quantity, t.unit, t.of_what, t.by_year, t.base_year) for t in targets(quote)]
    assert found == expected


def test_a_target_knows_its_coding() -> None:
    (target,) = targets("Emissions must fall by 10 % by 2030.", "paper", "coding")
    assert (target.document_id, target.coding_id) == ("paper", "coding")


@given(st.text(max_size=300))
def test_any_text_can_be_read(quote: str) -> None:
    for target in targets(quote):
        assert target.quantity
        assert target.of_what in " ".join(quote.split())


@given(st.integers(1, 99), st.integers(1990, 2060), st.sampled_from(["%", "percent"]))
def test_quantity_and_year_come_back(quantity: int, year: int, unit: str) -> None:
    (target,) = targets(f"The law demands a cut of {quantity} {unit} by {year}.")
    assert (target.quantity, target.unit, target.by_year) == (str(quantity), "%", year)
