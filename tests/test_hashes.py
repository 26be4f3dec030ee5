"""Hashes kept between runs spare reading, and never hide that a file has changed."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import hashes
from pipeline.corpus import Scan, scan
from pipeline.settings import Settings
from tests.conftest import ROOT

OLD = time.time() - 10 * hashes.ALONE


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A paper that was last changed long ago; the clock is set so, since no program can set a file's ctime."""
    path = tmp_path / "papers" / "a.pdf"
    path.parent.mkdir()
    path.write_bytes(b"%PDF- one")
    ahead = 10 * hashes.ALONE
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    return path


def looked(paper: Path, out: Path) -> Scan:
    found = scan(paper.parent, known=hashes.load(out))
    hashes.save(out, found.hashed)
    return found


def digests(found: Scan) -> list[str]:
    return list(found.papers)


def test_a_file_that_was_left_alone_is_not_read_again(
    paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = looked(paper, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it was read"))
        assert digests(looked(paper, tmp_path)) == digests(first)


def in_place(paper: Path) -> None:
    with paper.open("r+b") as handle:
        handle.write(b"%PDF- two")


def same_time(paper: Path) -> None:
    about = paper.stat()
    in_place(paper)
    os.utime(paper, ns=(about.st_atime_ns, about.st_mtime_ns))


def put_in_place(paper: Path) -> None:
    about = paper.stat()
    aside = paper.with_suffix(".aside")
    aside.write_bytes(b"%PDF- two")
    os.utime(aside, ns=(about.st_atime_ns, about.st_mtime_ns))
    aside.replace(paper)


@pytest.mark.parametrize("change", [in_place, same_time, put_in_place])
def test_a_change_that_keeps_the_size_is_noticed(paper: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    looked(paper, tmp_path)
    change(paper)
    assert digests(looked(paper, tmp_path)) == [hashlib.sha256(b"%PDF- two").hexdigest()]


def test_a_file_changed_within_the_hour_is_never_trusted(tmp_path: Path) -> None:
    """Two changes within a tick of the file system's clock leave the same marks; only reading tells them apart."""
    paper = tmp_path / "papers" / "a.pdf"
    paper.parent.mkdir()
    paper.write_bytes(b"%PDF- one")
    assert not looked(paper, tmp_path).hashed
    marks = hashes.marks_of(paper.stat())
    assert not hashes.left_alone(marks, time.time())
    assert not hashes.left_alone(marks, OLD)  # a clock that went backwards
    assert hashes.left_alone(marks, time.time() + 2 * hashes.ALONE)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 9, "files": {}}', b'{"format": 1, "files": {"a": 1}}']
)
def test_what_cannot_be_understood_is_taken_anew(paper: Path, tmp_path: Path, content: bytes) -> None:
    first = looked(paper, tmp_path)
    (tmp_path / "state" / "hashes.json").write_bytes(content)
    assert hashes.load(tmp_path) == {}
    assert looked(paper, tmp_path) == first


def test_a_refresh_with_nothing_new_loads_no_model(own_run: Settings) -> None:
    code = (
        "import sys; from pipeline.refresh import refresh; from pipeline.settings import resolve;"
        "done = refresh(resolve(None, {'corpus': sys.argv[1], 'out': sys.argv[2]}));"
        "print(done.unchanged, *sorted({'spacy', 'sklearn', 'gensim', 'torch'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(own_run.corpus), str(own_run.out)]
    assert subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout == "True\n"
