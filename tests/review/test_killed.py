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
