"""A server that is killed while people decide: nothing that was shown as taken is lost."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from pipeline.decisions.log import read
from pipeline.settings import Settings
from tests.review.conftest import Browser

ROOT = Path(__file__).parents[2]


def served(settings: Settings) -> tuple[subprocess.Popen[str], httpx.Client]:
    """The command `precedent review` as a process of its own, and a client at the address that it printed."""
    command = [sys.executable, "-m", "pipeline.cli", "review", str(settings.corpus), "--out", str(settings.out)]
    told = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([*command, "--no-open"], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=told)
    assert process.stdout
    address = re.findall(r"http://[\d.:]+", process.stdout.readline())[0]
    return process, httpx.Client(base_url=address, timeout=30)


def test_a_kill_loses_no_decision_that_was_shown_as_taken(own_run: Settings) -> None:
    process, client = served(own_run)
    taken: list[str] = []

    def decide() -> None:
        page = client.get("/queue?order=paper").text
        token = re.findall(r'name="token" content="([^"]+)"', page)[0]
        for coding in dict.fromkeys(re.findall(r'href="/coding/([0-9a-f]+)\?in=queue', page)):
            form = {"token": token, "coding_id": coding, "action": "accept", "within": "queue:paper:"}
            try:
                answer = client.post("/decide", data=form, headers={"Origin": str(client.base_url).rstrip("/")})
            except httpx.TransportError:
                return
            if answer.status_code == 303:
                taken.append(coding)

    worker = threading.Thread(target=decide)
    worker.start()
    while len(taken) < 12 and worker.is_alive():
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)  # in the midst of the next decisions
    process.wait()
    worker.join()
    assert 12 <= len(taken) < 50
    assert set(taken) <= {d.coding_id for d in read(own_run.log)}
    again = Browser(own_run)
    for coding in (taken[0], taken[-1]):
        assert 'class="tag accepted"' in again.get(f"/coding/{coding}")


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory a process has held is told in /proc")
def test_a_large_file_goes_to_the_disk_and_not_to_memory(own_run: Settings) -> None:
    process, client = served(own_run)
    token = re.findall(r'name="token" content="([^"]+)"', client.get("/papers").text)[0]
    headers = {"Origin": str(client.base_url).rstrip("/"), "x-precedent-token": token}
    pieces = (b"\0" * 1_000_000 for _ in range(200))
    before = most_memory(process)
    answer = client.post("/papers/upload?name=large.pdf", content=pieces, headers=headers)
    grown = most_memory(process) - before
    process.terminate()
    process.wait()
    assert "large.pdf: not added" in answer.text  # it is no paper
    assert grown < 60_000


def most_memory(process: subprocess.Popen[str]) -> int:
    """The most memory that a process has held, in kilobytes."""
    return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8"))[0])
