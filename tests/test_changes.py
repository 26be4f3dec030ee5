"""What changed from one run to the next: by hand, over random runs, and over a folder whose papers come and go."""

import gzip
import json
import logging
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import changes as comparing
from pipeline import publish, snapshots
from pipeline.changes import counts, in_words
from pipeline.cli import describe
from pipeline.codebook import SHIPPED, load_codebook
from pipeline.export import read_table
from pipeline.files import write_record
from pipeline.history import Change, ChangeKind, Changes, SeenCoding, SeenPaper, SeenVerdict, Snapshot
from pipeline.plan import make_plan
from pipeline.refresh import collect, refresh
from pipeline.settings import Settings
from pipeline.summary import Summary
from pipeline.topic_outcomes import KeptTopic, MovedPaper, RememberedTopic, RememberedTopics, TopicChanges

SIDES = (("cp", "CP"), ("climate", "Climate"))
VERSIONS = {"codebook": "c", "model": "m", "reading": "r", "program": "p"}


NO_TOPICS = RememberedTopics((), {}, 1)
SAME_TOPICS = TopicChanges((), (), (), ())


def changes(before: Snapshot | None, now: Snapshot, topics: TopicChanges = SAME_TOPICS) -> Changes:
    return comparing.changes(before, now, topics)


def paper(name: str, domain: str = "cp", title: str = "", doi: str = "") -> SeenPaper:
    return SeenPaper(name, f"key-{name}", title, doi, f"{name}.pdf", domain)


def coding(
    of: str, code: str = "tax", quote: str = "A levy.", domain: str = "cp", said: str = "asserted"
) -> SeenCoding:
    return SeenCoding(f"{of}-{code}-{quote}", of, "instrument", code, domain, said, quote)


def verdict(code: str, words: str, papers: tuple[int, int], of_papers: tuple[int, int]) -> SeenVerdict:
    return SeenVerdict("instrument", code, words, papers, of_papers)


def run(
    papers: list[SeenPaper],
    codings: list[SeenCoding] | None = None,
    verdicts: list[SeenVerdict] | None = None,
    left_out: dict[str, str] | None = None,
    **versions: str,
) -> Snapshot:
    known = {**VERSIONS, **versions}
    return Snapshot(
        "run", "", known, SIDES, tuple(papers), tuple(codings or ()), tuple(verdicts or ()), left_out or {}, NO_TOPICS
    )


def of_kind(changed: Changes, kind: ChangeKind) -> list[Change]:
    return [row for row in changed.rows if row.kind == kind]


def kinds(changed: Changes) -> dict[str, int]:
    return {str(kind): n for kind, n in counts(changed).items()}


# ---- papers ----


def test_a_first_run_has_no_changes_and_says_that_it_is_one() -> None:
    assert changes(None, run([paper("a")])) == Changes(first=True)


def test_the_same_run_twice_changed_nothing() -> None:
    same = run([paper("a")], [coding("a")], [verdict("tax", "shared", (1, 0), (1, 0))])
    assert changes(same, same) == Changes(first=False)
    assert in_words(counts(changes(same, same))) == "no paper, coding, verdict or topic changed"


def test_a_paper_that_came_or_left_says_why() -> None:
    before = run([paper("a"), paper("b")], left_out={"c": "it has no text"})
    now = run([paper("c"), paper("d"), paper("a")], left_out={"b": "it is a duplicate of a.pdf"})
    assert [(row.kind, row.document_id, row.why) for row in changes(before, now).rows] == [
        ("paper in", "c", "left out in the last run: it has no text"),
        ("paper in", "d", "new in the folder"),
        ("paper out", "b", "it is a duplicate of a.pdf"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "replaced"),
    [
        (paper("a", doi="10.1234/X"), paper("b", doi="https://doi.org/10.1234/x"), True),
        (paper("a", title="Levies on effluent"), paper("b", title="LEVIES on Effluent."), True),
        (paper("a", title="Editorial"), paper("b", title="Editorial"), False),
        (paper("a", title="Levies on effluent"), paper("b", title="Levies on solvents"), False),
        (paper("a"), paper("b"), False),
    ],
)
def test_another_version_of_a_paper_is_told_from_another_paper(old: SeenPaper, new: SeenPaper, replaced: bool) -> None:
    found = kinds(changes(run([old]), run([new])))
    assert found == ({"paper replaced": 1} if replaced else {"paper in": 1, "paper out": 1})


def test_a_paper_that_stayed_is_replaced_by_none_that_came() -> None:
    one, other = paper("a", title="Levies on effluent"), paper("b", title="Levies on effluent")
    assert kinds(changes(run([one]), run([one, other]))) == {"paper in": 1}


def test_a_doi_settles_which_of_two_with_one_title_was_replaced() -> None:
    old = [paper("a", title="Levies on effluent"), paper("b", title="Levies on effluent", doi="10.1234/b")]
    changed = changes(run(old), run([paper("c", title="Levies on effluent", doi="10.1234/b"), old[0]]))
    (row,) = changed.rows
    assert (row.before, row.after) == ("b.pdf", "c.pdf")


# ---- codings ----


def test_a_coding_gained_or_lost_has_the_cause_of_its_paper() -> None:
    before = run([paper("a"), paper("b")], [coding("a"), coding("b")])
    now = run([paper("b"), paper("c")], [coding("b", "ban"), coding("c")], codebook="other")
    told = {(row.kind, row.document_id, row.why) for row in changes(before, now).rows if row.coding_id}
    assert told == {
        ("coding gained", "b", "codebook changed"),
        ("coding gained", "c", "paper in"),
        ("coding lost", "a", "paper out"),
        ("coding lost", "b", "codebook changed"),
    }


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ({"codebook": "x"}, "codebook changed"),
        ({"model": "x", "program": "x"}, "model changed"),
        ({"program": "x"}, "program changed"),
        ({"codebook": "x", "reading": "x"}, "codebook and reading changed"),
    ],
)
def test_what_recoded_a_paper_is_named(altered: dict[str, str], why: str) -> None:
    (row,) = changes(
        run([paper("a")]), replace(run([paper("a")], [coding("a")]), versions={**VERSIONS, **altered})
    ).rows
    assert row.why == why


def test_a_sentence_that_only_moved_keeps_its_coding() -> None:
    moved = replace(coding("a"), id="at another offset")
    assert not changes(run([paper("a")], [coding("a")]), run([paper("a")], [moved], reading="x")).rows
    twice = [moved, replace(moved, id="a second time")]
    gained = changes(run([paper("a")], [coding("a")]), run([paper("a")], twice, reading="x"))
    assert [row.coding_id for row in gained.rows] == ["a second time"]


def test_a_replaced_paper_keeps_the_codings_of_the_sentences_it_kept() -> None:
    before = run([paper("a", doi="10.1234/x")], [coding("a"), coding("a", quote="A ban.")])
    now = run([paper("b", doi="10.1234/x")], [coding("b"), coding("b", quote="A permit.")])
    told = {(row.kind, row.document_id, row.quote, row.why) for row in changes(before, now).rows if row.quote}
    assert told == {
        ("coding gained", "b", "A permit.", "paper replaced"),
        ("coding lost", "a", "A ban.", "paper replaced"),
    }


def test_a_coding_whose_status_changed_is_neither_gained_nor_lost() -> None:
    (row,) = changes(run([paper("a")], [coding("a")]), run([paper("a")], [coding("a", said="negated")], model="x")).rows
    assert (row.kind, row.before, row.after) == ("coding changed", "asserted, cp", "negated, cp")


# ---- what people decided ----


def by_people(made: SeenCoding, decided: str) -> SeenCoding:
    return replace(made, decided=decided)


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("", "recoded by Ann", "recoded by Ann"),
        ("recoded by Ann", "", "no longer recoded by Ann"),
        ("recoded by Ann", "recoded by Ben", "recoded by Ben"),
        ("recoded by Ann", "disputed by Ann and Ben", "disputed by Ann and Ben"),
        ("", "disputed by Ann and Ben", "not known"),  # the machine's word stood and stands
        ("added by Ann", "added by Ann", "not known"),
    ],
)
def test_a_coding_that_people_changed_says_so(was: str, now: str, why: str) -> None:
    old, new = by_people(coding("a"), was), by_people(coding("a", said="negated"), now)
    (row,) = changes(run([paper("a")], [old]), run([paper("a")], [new])).rows
    assert (row.kind, row.why) == ("coding changed", why)


def test_another_code_that_a_person_gave_is_a_change_that_tells_both() -> None:
    new = by_people(replace(coding("a"), code="ban"), "recoded by Ann")
    (row,) = changes(run([paper("a")], [coding("a")]), run([paper("a")], [new], model="x")).rows
    assert (row.kind, row.before, row.after, row.why) == (
        "coding changed",
        "tax, asserted, cp",
        "ban, asserted, cp",
        "recoded by Ann",
    )


def test_what_a_person_rejected_or_added_is_not_laid_to_the_program() -> None:
    aside = by_people(coding("a"), "rejected by Ann")
    added = by_people(coding("a", "ban"), "added by Ben")
    before = run([paper("a")], [coding("a"), coding("a", quote="A fee.")])
    now = replace(run([paper("a")], [added], model="x"), set_aside=(aside,))
    assert {(row.kind, row.coding_id, row.why) for row in changes(before, now).rows} == {
        ("coding lost", aside.id, "rejected by Ann"),
        ("coding lost", "a-tax-A fee.", "model changed"),
        ("coding gained", added.id, "added by Ben"),
    }
    assert {(row.kind, row.coding_id, row.why) for row in changes(now, before).rows} == {
        ("coding gained", aside.id, "no longer rejected by Ann; model changed"),
        ("coding gained", "a-tax-A fee.", "model changed"),
        ("coding lost", added.id, "no longer added by Ben; model changed"),
    }


def test_a_rejected_coding_is_known_again_where_it_moved_or_its_paper_was_replaced() -> None:
    before = run([paper("a", doi="10.1234/x")], [coding("a")])
    for name, reading in (("a", "x"), ("b", "r")):
        aside = by_people(replace(coding(name), id="elsewhere"), "rejected by Ann")
        now = replace(run([paper(name, doi="10.1234/x")], reading=reading), set_aside=(aside,))
        (lost,) = of_kind(changes(before, now), "coding lost")
        assert lost.why == "rejected by Ann"


def test_codings_of_a_paper_that_came_or_left_go_with_it_whatever_was_decided() -> None:
    aside = by_people(coding("b"), "rejected by Ann")
    came, left = by_people(coding("c"), "added by Ann"), by_people(coding("b"), "recoded by Ann")
    before = run([paper("b")], [left])
    now = replace(run([paper("c")], [came]), set_aside=(aside,))
    assert {row.why for row in changes(before, now).rows if row.coding_id} == {"paper in", "paper out"}


def test_a_paper_that_people_excluded_leaves_by_their_name() -> None:
    why = "excluded by Ann, 2026-01-31: no policy: only chemistry"
    said = [verdict("tax", "shared", (1, 0), (1, 0))], [verdict("tax", "not found", (0, 0), (0, 0))]
    before, now = run([paper("a")], [coding("a")], said[0]), run([], [], said[1], left_out={"a": why})
    out, lost, flip = changes(before, now).rows
    assert (out.kind, out.why) == ("paper out", why)
    assert (lost.kind, lost.why) == ("coding lost", "paper out: excluded by Ann, 2026-01-31")
    assert flip.why == "CP: no longer by key-a (paper out: excluded by Ann, 2026-01-31)"
    (back, *_) = changes(now, before).rows
    assert (back.kind, back.why) == ("paper in", f"left out in the last run: {why}")


def test_a_verdict_that_decisions_flipped_says_so_by_side_and_code() -> None:
    mixed = [paper("a", "both"), paper("b", "climate")]
    codings = [coding("a"), coding("a", quote="A fee.", domain="climate"), coding("b", domain="climate")]
    before = run(mixed, codings, [verdict("tax", "shared", (1, 2), (1, 2))])
    rejected = (by_people(codings[0], "rejected by Ann"), by_people(codings[2], "rejected by Ben"))
    now = replace(run(mixed, [], [verdict("tax", "not found", (0, 0), (1, 2))], model="x"), set_aside=rejected)
    (flip,) = of_kind(changes(before, now), "verdict flipped")
    assert flip.why == (
        "CP: no longer by key-a (rejected by Ann); Climate: no longer by key-a (model changed), key-b (rejected by Ben)"
    )


# ---- verdicts ----


def test_a_flip_names_the_papers_and_the_counts() -> None:
    before = run([paper("a"), paper("b", "climate")], [coding("a")], [verdict("tax", "shared", (1, 0), (1, 1))])
    new = [paper("c"), paper("d", "both"), paper("b", "climate"), paper("e", "climate")]
    told = [coding("c"), coding("d"), coding("b", domain="climate")]
    now = run(new, told, [verdict("tax", "more in CP", (2, 1), (2, 3))], codebook="x")
    (flip,) = of_kind(changes(before, now), "verdict flipped")
    assert (flip.before, flip.after) == ("shared (CP 1 of 1, Climate 0 of 1)", "more in CP (CP 2 of 2, Climate 1 of 3)")
    assert flip.why == (
        "CP: now asserted by key-c (paper in), key-d (paper in), no longer by key-a (paper out); "
        "Climate: now asserted by key-b (codebook changed), 2 more papers without it"
    )
    assert flip.papers == ("c", "d", "a", "b", "e")


def test_a_flip_by_a_paper_that_only_proposes_it_names_that_paper() -> None:
    before = run([paper("a")], verdicts=[verdict("tax", "not found", (0, 0), (1, 0))])
    said = [coding("b", said="proposed"), coding("a", said="negated")]
    now = run([paper("a"), paper("b")], said, [verdict("tax", "proposed or negated only", (0, 0), (2, 0))], model="x")
    (flip,) = of_kind(changes(before, now), "verdict flipped")
    assert flip.why == "CP: now proposed or negated by key-a (model changed), key-b (paper in)"


def test_a_flip_by_papers_that_say_nothing_counts_them() -> None:
    before = run([paper("a")], verdicts=[verdict("tax", "too few papers to say", (0, 0), (1, 0))])
    now = run([paper("a"), paper("b")], verdicts=[verdict("tax", "only in Climate", (0, 0), (2, 0))])
    (flip,) = of_kind(changes(before, now), "verdict flipped")
    assert flip.why == "CP: 1 more paper without it"


def test_another_version_of_an_asserting_paper_makes_no_difference() -> None:
    before = run([paper("a", doi="10.1234/x")], [coding("a")], [verdict("tax", "shared", (1, 0), (1, 0))])
    now = run([paper("b", doi="10.1234/x")], [coding("b")], [verdict("tax", "more in CP", (1, 0), (1, 0))])
    (flip,) = of_kind(changes(before, now), "verdict flipped")
    assert flip.why == "the papers are the same; the rule of the verdict changed"


def test_a_code_that_the_codebook_gained_is_told_once_some_paper_has_it() -> None:
    before = run([paper("a")])
    rows = [verdict("new", "not found", (0, 0), (1, 0)), verdict("found", "shared", (0, 0), (1, 0))]
    (flip,) = changes(before, run([paper("a")], verdicts=rows, codebook="x")).rows
    assert (flip.code, flip.before, flip.why) == ("found", "not in the codebook", "codebook changed")


def test_many_papers_are_numbered_rather_than_named() -> None:
    many = [paper(f"p{n:02d}") for n in range(30)]
    now = run(many, [coding(p.document_id) for p in many], [verdict("tax", "shared", (30, 0), (30, 0))])
    (flip,) = of_kind(changes(run([], [], [verdict("tax", "not found", (0, 0), (0, 0))]), now), "verdict flipped")
    assert "key-p07 (paper in), 22 others" in flip.why
    assert len(flip.papers) == 8


def test_what_became_of_topics() -> None:
    kept = (KeptTopic(1, "dyes", "dyes", 0.1, False), KeptTopic(2, "steel, coke", "steel", 0.256, True))
    moved = (MovedPaper("a", 3, 4), MovedPaper("b", 3, 2), MovedPaper("c", 1, 4), MovedPaper("d", 1, 2))
    papers = run([paper(name) for name in "abcd"])
    rows = changes(papers, papers, TopicChanges(((4, "credits"),), ((3, "tea"),), kept, moved)).rows
    assert [(row.kind, row.topic, row.document_id, row.before, row.after, row.why) for row in rows] == [
        ("topic born", 4, "", "", "credits", "no topic of the last run is like it"),
        ("topic died", 3, "", "tea", "", "no topic of this run is like it"),
        ("topic drifted", 2, "", "steel", "steel, coke", "its words moved by 0.26, where 0 is none and 1 all of them"),
        ("paper changed topic", 4, "a", "3: tea", "4: credits", "its topic died"),
        ("paper changed topic", 2, "b", "3: tea", "2: steel, coke", "its topic died"),
        ("paper changed topic", 4, "c", "1: dyes", "4: credits", "the topic is new"),
        ("paper changed topic", 2, "d", "1: dyes", "2: steel, coke", "the topics were fitted anew"),
    ]


def test_the_line_of_the_summary() -> None:
    counted: dict[ChangeKind, int] = {"paper in": 3, "paper out": 1, "coding gained": 41, "verdict flipped": 1}
    assert in_words(counted) == "3 papers in, 1 out; 41 codings gained; 1 verdict flipped"


# ---- over random runs ----

NAMES = "abcdef"


@st.composite
def random_runs(draw: st.DrawFn) -> Snapshot:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    domains, dois = st.sampled_from(["cp", "climate", "both", "other"]), st.sampled_from(["", "10.1234/x", "10.1234/y"])
    papers = [paper(name, draw(domains), doi=draw(dois)) for name in names]
    keys = st.tuples(st.sampled_from(["tax", "ban"]), st.sampled_from(["A levy.", "A permit."]))
    codings = [
        coding(name, code, quote, draw(domains), draw(st.sampled_from(["asserted", "negated"])))
        for name in names
        for code, quote in draw(st.lists(keys, unique=True))
    ]
    words = st.sampled_from(["shared", "not found", "more in CP"])
    told = [verdict(code, draw(words), (0, 0), (0, 0)) for code in ("tax", "ban")]
    terms = st.tuples(st.text(), st.floats(0, 1))
    topics = [RememberedTopic(n, draw(st.text()), tuple(draw(st.lists(terms)))) for n in range(draw(st.integers(0, 3)))]
    made = run(papers, codings, told, codebook=draw(st.sampled_from("xy")))
    aside = [by_people(c, "rejected by Ann") for c in codings if draw(st.booleans())]
    made = replace(made, codings=tuple(c for c in codings if c.id not in {a.id for a in aside}), set_aside=tuple(aside))
    return replace(made, topics=RememberedTopics(tuple(topics), dict.fromkeys(names, 1), 9))


@settings(deadline=None)
@given(random_runs(), random_runs())
def test_counts_sum(before: Snapshot, now: Snapshot) -> None:
    changed = changes(before, now)
    n = Counter(counts(changed))
    assert len(now.papers) == len(before.papers) + n["paper in"] - n["paper out"]
    assert len(now.codings) == len(before.codings) + n["coding gained"] - n["coding lost"]
    came = {row.document_id for row in of_kind(changed, "paper in")}
    assert sum(row.why == "paper in" for row in changed.rows if row.coding_id) == sum(
        c.document_id in came for c in now.codings
    )
    kept = {paper.document_id for paper in before.papers} & {paper.document_id for paper in now.papers}
    barred = {c.id for c in before.codings} & {c.id for c in now.set_aside}
    assert {row.coding_id for row in of_kind(changed, "coding lost") if row.why == "rejected by Ann"} >= {
        i for i in barred if i.split("-")[0] in kept
    }
    flipped = {row.code for row in of_kind(changed, "verdict flipped")}
    was, told = ({v.code: v.verdict for v in r.verdicts} for r in (before, now))
    assert flipped == {code for code in was if was[code] != told[code]}
    assert all(row.why for row in changed.rows)


@settings(deadline=None)
@given(random_runs(), random_runs())
def test_back_again_is_the_opposite(before: Snapshot, now: Snapshot) -> None:
    there, back = Counter(counts(changes(before, now))), Counter(counts(changes(now, before)))
    for one, other in (("in", "out"), ("replaced", "replaced")):
        assert there[f"paper {one}"] == back[f"paper {other}"]  # type: ignore[index]  # kinds by their parts
    for one, other in (("gained", "lost"), ("changed", "changed")):
        assert there[f"coding {one}"] == back[f"coding {other}"]  # type: ignore[index]
    assert there["verdict flipped"] == back["verdict flipped"]


@given(random_runs())
def test_a_snapshot_comes_back_as_it_was_kept(tmp_path_factory: pytest.TempPathFactory, made: Snapshot) -> None:
    out = tmp_path_factory.getbasetemp() / "kept"
    snapshots.save(out, made)
    assert snapshots.load(out, snapshots.name_of(made)) == made


# ---- what is kept ----


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def of_another_version(path: Path) -> None:
    path.write_bytes(gzip.compress(json.dumps({"format": 99}).encode()))


def no_snapshot(path: Path) -> None:
    path.write_bytes(gzip.compress(b"[1, 2]"))


@pytest.mark.parametrize("spoil", [damage, cut, of_another_version, no_snapshot, Path.unlink])
def test_what_cannot_be_read_counts_as_none(
    spoil: Callable[[Path], Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = run([paper("a")], [coding("a")])
    snapshots.save(tmp_path, made)
    first, second = (tmp_path / "state" / "snapshots").iterdir()
    spoil(first)
    assert snapshots.compared_with(tmp_path, snapshots.name_of(made), "next") == made  # it is kept twice
    spoil(second)
    with caplog.at_level(logging.WARNING, "precedent"):
        assert snapshots.compared_with(tmp_path, snapshots.name_of(made), "next") is None
    assert "counts as a first run" in caplog.text


def test_a_run_that_is_made_anew_is_compared_with_what_it_was_compared_with(tmp_path: Path) -> None:
    one = replace(run([paper("a")]), run_id="1")
    two = replace(one, run_id="2", before=snapshots.name_of(one))
    for made in (one, two):
        snapshots.save(tmp_path, made)
    assert snapshots.compared_with(tmp_path, snapshots.name_of(two), "2") == one
    assert snapshots.compared_with(tmp_path, snapshots.name_of(two), "3") == two
    assert snapshots.compared_with(tmp_path, snapshots.name_of(one), "1") is None
    assert snapshots.compared_with(tmp_path, "", "1") is None


def test_going_back_and_forth_gives_every_snapshot_a_name_of_its_own() -> None:
    names, before = set(), ""
    for run_id in "121212":
        before = snapshots.name_of(replace(run([]), run_id=run_id, before=before))
        names.add(before)
    assert len(names) == 6


# ---- over a folder whose papers come and go ----

FEW = ("2009-lin", "2013-bram", "2015-kav", "2020-veld", "references")


@pytest.fixture
def folder(own_run: Settings, tmp_path: Path) -> Settings:
    """A folder of four papers, not run yet, though every paper of the sample was read before."""
    corpus, out = tmp_path / "few", tmp_path / "few out"
    corpus.mkdir()
    for path in own_run.corpus.iterdir():
        if path.name.startswith(FEW):
            shutil.copy(path, corpus)
    for stage in ("read", "split", "code"):
        shutil.copytree(own_run.out / "state" / stage, out / "state" / stage)
    return replace(own_run, corpus=corpus, out=out, workers=1)


def add(sample: Path, here: Settings, start: str) -> None:
    (path,) = sample.glob(f"{start}*.pdf")
    shutil.copy(path, here.corpus)


def remove(here: Settings, start: str) -> None:
    (path,) = here.corpus.glob(f"{start}*.pdf")
    path.unlink()


def told(here: Settings) -> list[dict[str, str]]:
    return read_table(here.out / "tables" / "changes.csv")


def evidence(here: Settings) -> dict[str, dict[str, str]]:
    return {row["coding_id"]: row for row in read_table(here.out / "tables" / "evidence.csv")}


def tables(here: Settings) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in [*(here.out / "tables").iterdir(), here.out / "report.html"]}


def made_anew(here: Settings) -> dict[str, bytes]:
    shutil.rmtree(here.out / "tables")
    refresh(here)
    return tables(here)


def state(here: Settings) -> dict[str, int]:
    kept = (p for p in (here.out / "state").rglob("*") if p.is_file() and p.name != "lock")
    return {str(p): p.stat().st_mtime_ns for p in kept}


def section(here: Settings) -> str:
    page = (here.out / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<section aria-labelledby="changes">.*?</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


def test_papers_come_and_go(folder: Settings, own_run: Settings) -> None:
    first = refresh(folder)
    assert told(folder) == []
    assert (folder.out / "tables" / "changes.csv").read_text(encoding="utf-8-sig").startswith("number,kind,")
    assert "This is the first run" in section(folder)
    assert "Since the last run" not in describe(first)
    finished = publish.load_run(folder.out)["finished"]
    before = evidence(folder)

    add(own_run.corpus, folder, "2004-wam")
    summary = refresh(folder)
    (came,) = [row for row in told(folder) if row["kind"].startswith("paper")]
    assert (came["kind"], came["citation_key"]) == ("paper in", "wambolin2004centre")
    now = evidence(folder)
    gained = {row["coding_id"] for row in told(folder) if row["kind"] == "coding gained"}
    assert gained == set(now) - set(before) == {i for i, r in now.items() if r["document_id"] == came["document_id"]}
    assert f"Since the last run ({finished[:10]}): 1 paper in; {len(gained)} codings gained" in describe(summary)
    assert "Papers that came in The first years of a national cleaner production centre" in section(folder)
    assert tables(folder) == made_anew(folder)
    assert publish.load_run(folder.out)["since"] == finished

    remove(folder, "2009-lin")
    refresh(folder)
    assert Counter(r["kind"] for r in told(folder))["paper out"] == 1
    lost = {row["coding_id"] for row in told(folder) if row["kind"] == "coding lost"}
    assert lost == set(now) - set(evidence(folder))
    assert tables(folder) == made_anew(folder)

    then = state(folder)
    assert len(list((folder.out / "state" / "snapshots").glob("*.copy.json.gz"))) == 2
    kept = tables(folder)
    assert refresh(folder).unchanged
    assert (state(folder), tables(folder)) == (then, kept)


def test_a_term_of_the_codebook_gains_its_sentences_under_the_ids_of_before(folder: Settings, tmp_path: Path) -> None:
    for start in ("2009-lin", "2013-bram"):
        remove(folder, start)
    mine, text = tmp_path / "mine.toml", SHIPPED.read_text(encoding="utf-8")
    mine.write_text(text.replace('"ecotax"', '"ecotax", "zzyzx"'), encoding="utf-8")
    refresh(replace(folder, codebook=mine))
    before = evidence(folder)
    mine.write_text(text.replace('"ecotax"', '"ecotax", "energy"'), encoding="utf-8")
    refresh(replace(folder, codebook=mine))
    now = evidence(folder)
    rows = [row for row in told(folder) if row["kind"] == "coding gained"]
    assert {row["coding_id"] for row in rows} == set(now) - set(before) != set()
    assert {row["why"] for row in rows} == {"codebook changed"}
    assert all("energy" in now[row["coding_id"]]["terms"] for row in rows)
    assert len(set(now) & set(before)) > len(before) / 2


class Killed(BaseException):
    """Stands for SIGKILL: what is on disk stays as it is."""


def killed(*_: object) -> None:
    raise Killed


def killed_at_the_record(path: Path, record: dict[str, Any]) -> None:
    if path.parent.name == "state":
        write_record(path, record)
    else:
        raise Killed


def kill(here: Settings, monkeypatch: pytest.MonkeyPatch, at: str, how: Callable[..., None] = killed) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(at, how)
        with pytest.raises(Killed):
            refresh(here)


def came(here: Settings) -> list[str]:
    return [row["citation_key"] for row in told(here) if row["kind"] == "paper in"]


def test_killed_runs_neither_lose_nor_double_a_change(
    folder: Settings, own_run: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(folder)
    add(own_run.corpus, folder, "2004-wam")
    kill(folder, monkeypatch, "pipeline.publish.publish")  # before anything is put in place
    add(own_run.corpus, folder, "2019-val")  # what the killed run did not tell is told by the next
    undisturbed = replace(folder, out=tmp_path / "undisturbed")
    shutil.copytree(folder.out, undisturbed.out)
    refresh(undisturbed)
    # all is in place but the run record
    kill(folder, monkeypatch, "pipeline.publish.write_record", killed_at_the_record)
    assert refresh(folder).kept == ()
    assert came(folder) == ["wambolin2004centre", "valdeira2019certificate"]
    assert tables(folder) == tables(undisturbed)
    add(own_run.corpus, folder, "2023-hig")
    kill(folder, monkeypatch, "pipeline.snapshots.prune")  # all is in place
    assert came(folder) == ["higashimoto2023owners"]
    add(own_run.corpus, folder, "2010-bao")
    refresh(folder)
    assert came(folder) == ["baoreed2010signing"]


def test_without_state_a_run_is_a_first_one(folder: Settings, own_run: Settings) -> None:
    refresh(folder)
    shutil.rmtree(folder.out / "state" / "snapshots")
    add(own_run.corpus, folder, "2004-wam")
    summary = refresh(folder)
    assert told(folder) == []
    assert summary.changes is None


def test_topics_keep_their_ids_when_a_paper_leaves(own_run: Settings) -> None:
    def topics() -> dict[int, str]:
        return {int(row["id"]): row["name"] for row in read_table(own_run.out / "tables" / "topics.csv")}

    def of(kind: str) -> set[int]:
        return {int(row["topic"]) for row in told(own_run) if row["kind"] == kind}

    before = topics()
    remove(own_run, "2019-val")
    refresh(own_run)
    now = topics()
    assert set(now) & set(before)
    assert (of("topic born"), of("topic died")) == (set(now) - set(before), set(before) - set(now))
    assert {i for i in set(now) & set(before) if now[i] != before[i]} <= of("topic drifted")
    page = (own_run.out / "report.html").read_text(encoding="utf-8")
    (part,) = re.findall(r'<section aria-labelledby="changes">.*?</section>', page, re.DOTALL)
    links = set(re.findall(r'href="#([^"]+)"', part))
    assert links
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def test_the_papers_behind_the_counts_are_those_of_the_comparison(sample_run: tuple[Settings, Summary]) -> None:
    """Against a run of nothing every flip's reason counts what the comparison counts."""
    here = sample_run[0]
    sample = collect(make_plan(here, load_codebook(here.codebook)))[0]
    now = replace(snapshots.take(sample, None, "r", "p"), sides=SIDES)
    nothing = run([], [], [replace(v, verdict="nothing", papers=(0, 0), of_papers=(0, 0)) for v in now.verdicts])
    rows = {(row.family, row.code): row.why for row in of_kind(changes(nothing, now), "verdict flipped")}
    for row in sample.comparisons:
        for label, side in zip(("CP", "Climate"), (row.left, row.right), strict=True):
            groups = re.findall(rf"{label}: ([^;]*)", rows[row.family, row.code])[0].split("now proposed or ")
            listed = [g.count("(paper in)") + sum(map(int, re.findall(r"(\d+) others", g))) for g in groups]
            silent = sum(map(int, re.findall(r"(\d+) more paper", groups[-1])))
            assert (listed[0], sum(listed) + silent) == (side.papers, side.of_papers)
