"""Codes by period, place and sector: what stands where, and that a partition sums to the comparison."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import Code, Codebook, Domain, Family
from pipeline.compare import compare
from pipeline.documents import Metadata
from pipeline.outcomes import UNKNOWN, Stratum
from pipeline.records import Coding, Paper, Status
from pipeline.strata import stratify

CODES = tuple(Code(name, name, "", "", (), (), ()) for name in ("tax", "audit"))
CODEBOOK = Codebook(
    name="test",
    version="1",
    domains=(Domain("cp", "CP", "", (), ()), Domain("climate", "climate", "", (), ())),
    families=(Family("instrument", "Instrument", "", (), CODES),),
    fingerprint="",
)
_ids = count()


def _paper(
    name: str, domain: str = "cp", year: int | None = 2007, places: Sequence[str] = (), sectors: Sequence[str] = ()
) -> Paper:
    about = Metadata(year=year)
    return Paper(name, "", (), name, about, "", 1, "", domain, {}, places=tuple(places), sectors=tuple(sectors))


def _coding(paper: str, status: Status = "asserted", at: int = 0, place: str = "", sector: str = "") -> Coding:
    name = f"c{next(_ids):07}"
    made = Coding(name, paper, "instrument", "tax", "cp", status, at, at + 5, "quote", "body", "m", 0.5, (), ())
    return replace(made, place=place, sector=sector)


def _rows(papers: Sequence[Paper], codings: Sequence[Coding], by: str, side: str = "cp") -> dict[str, Stratum]:
    return {r.stratum: r for r in stratify(papers, codings, CODEBOOK) if (r.by, r.domain, r.code) == (by, side, "tax")}


def _counts(row: Stratum) -> tuple[int, int, int, int, int]:
    return row.of_papers, row.papers, row.proposed, row.negated, row.sentences


def test_a_paper_stands_in_the_five_years_of_its_publication() -> None:
    years = (2004, 2005, 2009, 2010, None)
    papers = [_paper(f"p{year}", year=year) for year in years]
    rows = _rows(papers, [_coding("p2005"), _coding("p2010", "proposed"), _coding("pNone", "negated")], "period")
    assert list(rows) == ["2000-2004", "2005-2009", "2010-2014", UNKNOWN]
    assert [_counts(row) for row in rows.values()] == [
        (1, 0, 0, 0, 0),
        (2, 1, 0, 0, 1),
        (1, 0, 1, 0, 0),
        (1, 0, 0, 1, 0),
    ]
    assert rows["2005-2009"].share == 0.5


def test_a_paper_counts_in_a_place_by_what_it_says_of_that_place() -> None:
    papers = [_paper("a"), _paper("b")]
    codings = [
        _coding("a", "asserted", place="China"),
        _coding("a", "negated", 9, place="India"),
        _coding("b", "proposed", place="Zhejiang, China"),
        _coding("b", "asserted", 9),
    ]
    rows = _rows(papers, codings, "place")
    assert list(rows) == ["China", "India", UNKNOWN]
    assert _counts(rows["China"]) == (2, 1, 1, 0, 1)
    assert _counts(rows["India"]) == (1, 0, 0, 1, 0)
    assert _counts(rows[UNKNOWN]) == (2, 1, 0, 0, 1)  # neither title names a place


def test_a_sentence_that_names_no_sector_stands_in_that_of_its_paper_s_title() -> None:
    papers = [_paper("a", sectors=["leather", "textiles and clothing"]), _paper("b")]
    codings = [_coding("a"), _coding("a", at=9, sector="electricity"), _coding("b")]
    rows = _rows(papers, codings, "sector")
    assert {name: _counts(row)[:2] for name, row in rows.items()} == {
        "electricity": (1, 1),
        "leather": (1, 1),
        "textiles and clothing": (1, 1),
        UNKNOWN: (1, 1),
    }


def test_places_of_a_country_are_one_stratum_and_a_paper_counts_there_once() -> None:
    papers = [_paper("a", places=["Zhejiang, China", "China"])]
    (row,) = _rows(papers, [_coding("a"), _coding("a", at=9, place="Shandong, China")], "place").values()
    assert (row.stratum, _counts(row)) == ("China", (1, 1, 0, 0, 2))


def test_own_findings_are_told_from_cited_ones_and_quotes_are_of_the_stratum() -> None:
    papers = [_paper("a"), _paper("b"), _paper("c", year=2020)]
    codings = [replace(_coding("a"), cited=True), _coding("b"), _coding("c")]
    rows = _rows(papers, codings, "period")
    assert (rows["2005-2009"].papers, rows["2005-2009"].own) == (2, 1)
    assert rows["2020-2024"].quotes == (codings[2].id,)


def test_a_mixed_paper_stands_on_both_sides_by_its_own_passages() -> None:
    papers = [_paper("a", "both")]
    codings = [_coding("a", place="Kenya")]
    assert _counts(_rows(papers, codings, "place")["Kenya"]) == (1, 1, 0, 0, 1)
    climate = _rows(papers, codings, "place", "climate")
    assert {name: _counts(row)[:2] for name, row in climate.items()} == {UNKNOWN: (1, 0)}  # it says it of CP


def test_codes_that_nothing_carries_have_no_rows() -> None:
    assert {row.code for row in stratify([_paper("a")], [_coding("a")], CODEBOOK)} == {"tax"}
    assert stratify([_paper("a")], [], CODEBOOK) == ()


PAPERS = [
    _paper(f"{domain}{year}", domain, year, places, sectors)
    for domain in ("cp", "climate", "both", "other")
    for year, places, sectors in ((1999, (), ("leather",)), (2004, ("Chile",), ()), (None, ("Chile", "Peru"), ()))
]
_codings = st.lists(
    st.builds(
        lambda paper, domain, status, code, at, place, sector, cited: replace(
            _coding(paper.document_id, status, at, place, sector), domain=domain, code=code, cited=cited
        ),
        st.sampled_from(PAPERS),
        st.sampled_from(["cp", "climate", "both", "other"]),
        st.sampled_from(["asserted", "proposed", "negated"]),
        st.sampled_from(["tax", "audit", "not in the codebook"]),
        st.sampled_from([0, 10]),
        st.sampled_from(["", "Peru", "Lima, Peru"]),
        st.sampled_from(["", "mining"]),
        st.booleans(),
    ),
    max_size=40,
)


@given(_codings)
def test_periods_sum_to_the_comparison_and_other_strata_hold_no_less(codings: list[Coding]) -> None:
    names = ("of_papers", "papers", "proposed", "negated", "sentences", "own")
    sums: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(names))
    for row in stratify(PAPERS, codings, CODEBOOK):
        cell = sums[row.by, row.code, row.domain]
        sums[row.by, row.code, row.domain] = [a + getattr(row, name) for a, name in zip(cell, names, strict=True)]
        assert row.papers + row.proposed + row.negated <= row.of_papers
        assert row.own <= row.papers <= row.sentences
        assert row.share is not None
        assert row.low is not None
        assert row.high is not None
        assert 0 <= row.low <= row.share <= row.high <= 1
    for found in compare(PAPERS, codings, CODEBOOK):
        for side in (found.left, found.right):
            if found.verdict != "not found":
                whole = [getattr(side, name) for name in names]
                assert sums["period", found.code, side.domain] == whole
                for by in ("place", "sector"):
                    assert sums[by, found.code, side.domain][1] >= side.papers
                    assert sums[by, found.code, side.domain][4] >= side.sentences


@given(_codings)
def test_order_changes_nothing(codings: list[Coding]) -> None:
    shuffled = sorted(codings, key=lambda c: c.id, reverse=True)
    assert stratify(PAPERS[::-1], shuffled, CODEBOOK) == stratify(PAPERS, codings, CODEBOOK)
