"""The log loses nothing, whatever happens to those who write it, and says where it cannot be read."""

import dataclasses
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decisions.decision import Decision, from_line, in_turn, made, to_line
from pipeline.decisions.log import append, merge, read, take_in
from pipeline.errors import DecisionError, StoreError
from tests.decisions.made import CODED, JUDGED, QUOTE, judged, numbered

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40)  # surrogates and line ends too


@given(note=HOSTILE, quote=HOSTILE.filter(bool))
def test_a_decision_is_one_line_and_comes_back_whole(note: str, quote: str) -> None:
    decision = judged("recode", note=note, quote=quote, after=note)
    line = to_line(decision)
    assert len(line.splitlines()) == 1
    assert from_line(line.encode().decode(), "here") == decision


SETS = st.lists(st.builds(numbered, st.integers(0, 9), minute=st.integers(0, 0)), max_size=8)


@given(SETS, SETS, SETS)
def test_merging_is_a_union_in_whatever_order(a: list[Decision], b: list[Decision], c: list[Decision]) -> None:
    both = merge(a, b)
    assert both == merge(b, a) == merge(both, a) == merge(both, both)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert {d.id for d in both} == {d.id for d in (*a, *b)}
    assert [d.id for d in both] == sorted({d.id for d in both})


def test_the_order_is_that_of_time() -> None:
    late, early = numbered(1, minute=5), numbered(2, minute=1)
    assert merge([late], [early]) == (early, late)


def test_one_id_told_in_two_ways_is_refused_either_way() -> None:
    one, other = numbered(1, "yes"), numbered(1, "no")
    for pair in ((one, other), (other, one)):
        with pytest.raises(DecisionError, match="in two ways"):
            merge(pair[:1], pair[1:])


def test_taking_in_adds_lines_and_changes_none(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    append(log, [numbered(1), numbered(3)])
    before = log.read_bytes()
    assert take_in(log, [numbered(3), numbered(2)]) == (numbered(2),)
    assert log.read_bytes().startswith(before)
    assert take_in(log, [numbered(3), numbered(2)]) == ()
    assert read(log) == (numbered(1), numbered(2), numbered(3))


def test_no_log_is_no_decision(tmp_path: Path) -> None:
    assert read(tmp_path / "decisions.jsonl") == ()
    append(tmp_path / "decisions.jsonl", [])
    assert not (tmp_path / "decisions.jsonl").exists()


def test_a_torn_tail_is_set_aside_and_the_next_line_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    append(log, [numbered(1)])
    torn = to_line(numbered(2, "a } brace, é")).encode()
    for cut in (1, torn.index(b"}") + 1, len(torn) - 1):
        log.write_bytes(to_line(numbered(1)).encode() + b"\n" + torn[:cut])
        assert read(log) == (numbered(1),)
        append(log, [numbered(3)])
        assert read(log) == (numbered(1), numbered(3))
        assert torn[:cut] in {kept.read_bytes() for kept in tmp_path.glob("decisions.torn-*.jsonl")}


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="decisions cannot be written"):
        append(tmp_path / "file" / "decisions.jsonl", [numbered(1)])
    with pytest.raises(DecisionError, match="cannot be read"):
        read(tmp_path)


def test_a_last_line_without_its_end_is_a_decision(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    log.write_text(to_line(numbered(1)), encoding="utf-8")
    append(log, [numbered(2)])
    assert read(log) == (numbered(1), numbered(2))
    assert not list(tmp_path.glob("*torn*"))


def test_what_editors_of_windows_leave_is_read(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    log.write_bytes(b"\xef\xbb\xbf" + to_line(numbered(1)).encode() + b"\r\n\r\n" + to_line(numbered(2)).encode())
    assert read(log) == (numbered(1), numbered(2))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("<<<<<<< HEAD", "not JSON"),
        ("[1]", "no object"),
        (to_line(numbered(2)).replace('"note"', '"notes"'), "no action 'notes'"),
        (to_line(numbered(2)).replace('"quote"', '"cite"'), "knows no field 'cite'"),
        (to_line(numbered(2)).replace('"coder": "Ann", ', ""), "has no coder"),
        (to_line(numbered(2)).replace("+00:00", ""), "time of UTC"),
        (to_line(numbered(2)).replace('"end": 42', '"end": "42"'), "end cannot be '42'"),
        (to_line(numbered(2)).replace('"end": 42', '"end": -1'), "no such place"),
        (to_line(judged()).replace('"status": "asserted"', '"status": "true"'), "status must be one of"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path: Path, line: str, what: str) -> None:
    log = tmp_path / "decisions.jsonl"
    log.write_text(f"{to_line(numbered(1))}\n{line}\n", encoding="utf-8")
    with pytest.raises(DecisionError, match=what) as refused:
        read(log)
    assert f"{log}:2" in str(refused.value)


def test_what_an_action_needs_is_asked_for() -> None:
    with pytest.raises(DecisionError, match="to exclude needs note"):
        made("exclude", "Ann", document_id="a" * 64)
    with pytest.raises(DecisionError, match="to recode needs family and code"):
        made("recode", "Ann", **JUDGED)
    with pytest.raises(DecisionError, match="has no coder"):
        made("add", "  ", **CODED, document_id="a" * 64, quote=QUOTE)
    with pytest.raises(DecisionError, match="a year in digits"):
        made("metadata", "Ann", document_id="a" * 64, field="year", value="in press")


def test_a_decision_leaves_out_what_is_empty() -> None:
    line = to_line(made("undo", "Ann", undoes="x"))
    assert set(dataclasses.asdict(from_line(line, ""))) > {"quote"}
    assert "quote" not in line


WRITER = """
import sys
from pathlib import Path
from tests.decisions.made import judged
from pipeline.decisions.log import append
for at in range(int(sys.argv[3])):
    decision = judged(coder=sys.argv[2], note=str(at) * 50)
    append(Path(sys.argv[1]), [decision])
    print(decision.id, flush=True)
"""


def writer(log: Path, coder: str, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(log), coder, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_two_who_decide_at_the_same_moment_lose_nothing(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    both = [writer(log, coder, 100) for coder in ("Ann", "Ben")]
    said = {line.strip() for one in both for line in one.communicate()[0].splitlines()}
    assert len(said) == 200
    assert {decision.id for decision in read(log)} == said


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    log = tmp_path / "decisions.jsonl"
    one = writer(log, "Ann", 100_000)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (log.exists() and log.stat().st_size > 20_000):
        time.sleep(0.005)
    one.send_signal(signal.SIGKILL)
    said = {line.strip() for line in one.communicate()[0].splitlines() if len(line) == 32}
    assert len(said) > 10, "it was killed before it had begun"
    assert {decision.id for decision in read(log)} >= said
    append(log, [numbered(1)])
    assert numbered(1) in read(log)


def test_a_clock_set_back_lets_no_older_decision_win() -> None:
    first, second, third = numbered(1, minute=5), numbered(2, minute=3), numbered(3, minute=9)
    placed = in_turn([second, third], first.at)
    assert [d.id for d in placed] == [second.id, third.id]
    assert first.at < placed[0].at < placed[1].at == third.at
    assert in_turn([first, first], "")[1].at > first.at
    assert in_turn([third], first.at) == [third]
