"""Nothing leaves the machine unless it is asked for: adding and a run, watched in every process they start."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, SAMPLE

WATCH = """
import os, sys

def watch(event, given):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") or (
        event == "socket.connect" and isinstance(given[1], tuple)
    ):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{sys.argv}: {event} {given}\\n")

sys.addaudithook(watch)
"""


def python(tmp_path: Path, *arguments: str | Path) -> int:
    (tmp_path / "watch").mkdir(exist_ok=True)
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    path = f"{tmp_path / 'watch'}{os.pathsep}{ROOT}"
    surroundings = os.environ | {"PYTHONPATH": path, "WATCHED": str(tmp_path / "seen")}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=surroundings, cwd=tmp_path, check=False, capture_output=True).returncode


def precedent(tmp_path: Path, *arguments: str | Path) -> int:
    return python(tmp_path, "-m", "pipeline.cli", *arguments)


def test_neither_adding_nor_running_speaks_to_the_network(tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    shutil.copytree(SAMPLE, corpus, ignore=lambda _, names: [n for n in names if not n.startswith("2004")])
    settings = tmp_path / "precedent.toml"
    settings.write_text('mailto = "ana@example.org"\nharvest_query = "cleaner production"\n', encoding="utf-8")
    assert precedent(tmp_path, "add", SAMPLE / "2019-valdeira-ems-brazil.pdf", "--corpus", corpus) == 0
    assert precedent(tmp_path, "run", corpus, "--out", out, "--settings", settings) == 0
    assert not (tmp_path / "seen").exists()
    python(tmp_path, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))")
    assert "127.0.0.1" in (tmp_path / "seen").read_text(encoding="utf-8")  # the watch was awake


def test_only_harvest_review_the_webhook_and_shared_state_can_speak_to_a_network() -> None:
    speaks = re.compile(
        r"^\s*(?:import|from) (?:socket|ssl|http|urllib\.request|httpx|requests|aiohttp|uvicorn|fsspec)\b", re.M
    )
    found = {p for p in (ROOT / "pipeline").rglob("*.py") if speaks.search(p.read_text(encoding="utf-8"))}
    speaking = {p.relative_to(ROOT / "pipeline").as_posix() for p in found}
    assert speaking == {"harvest/web.py", "harvest/proxy.py", "review/server.py", "bulletin.py", "shared.py"}
