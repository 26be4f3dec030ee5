"""Results shared in an S3 bucket: seconds and requests of runs over the sample corpus; prints Markdown.

    pip install s3fs 'moto[server]'
    .venv/bin/python -m tests.bench.shared_state

The server is moto's, on loopback, so the times hold what the protocol and the packages cost and no distance. Tables are
held against those of a run that shares nothing.
"""

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STATE = "s3://reviews/sample"
SURROUNDINGS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


def served(requests: Counter[str]) -> tuple[Any, str]:
    """A server that counts what it is asked, and its address."""
    from moto.server import (  # type: ignore[import-not-found,unused-ignore]
        DomainDispatcherApplication,
        ThreadedMotoServer,
    )

    class Counted(DomainDispatcherApplication):  # type: ignore[misc,unused-ignore]  # moto publishes no types
        def __call__(self, environ: dict[str, str], start: Callable[..., Any]) -> Iterable[bytes]:
            listing = "list-type" in environ.get("QUERY_STRING", "")
            requests["LIST" if listing else environ["REQUEST_METHOD"]] += 1
            return super().__call__(environ, start)  # type: ignore[no-any-return,unused-ignore]

    import moto.moto_server.threaded_moto_server as module  # type: ignore[import-not-found,unused-ignore]

    module.DomainDispatcherApplication = Counted
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server, f"http://127.0.0.1:{server.get_host_and_port()[1]}"


def run(out: Path, *options: str) -> float:
    """Seconds of wall time of `precedent run`."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pipeline.cli", "run", "corpus", "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def made(out: Path) -> dict[str, bytes]:
    """The tables of a run, and its report."""
    return {path.name: path.read_bytes() for path in (*out.glob("tables/*"), out / "report.html")}


def main() -> None:
    """Run with and without a bucket, and print the table."""
    import fsspec

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    requests: Counter[str] = Counter()
    server, address = served(requests)
    os.environ.update(SURROUNDINGS, AWS_ENDPOINT_URL=address)
    fsspec.filesystem("s3").mkdir("reviews")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        alone, first, second = (Path(folder, name) for name in ("alone", "first", "second"))
        run(Path(folder, "warm"))
        for what, out, options in (
            ("first run, nothing shared", alone, ()),
            ("nothing new, nothing shared", alone, ()),
            ("first run, bucket", first, ("--state", STATE)),
            ("nothing new, bucket", first, ("--state", STATE)),
            ("first run of a second machine", second, ("--state", STATE)),
        ):
            requests.clear()
            rows.append(
                (what, run(out, *options), ", ".join(f"{n} {k}" for k, n in sorted(requests.items())) or "none")
            )
        if not made(alone) == made(first) == made(second):
            sys.exit("the tables differ")
    server.stop()
    print(f"Sample corpus, moto on loopback, {os.cpu_count()} cores; the three machines' tables are the same bytes.\n")  # noqa: T201 - a benchmark prints its table
    print("| run | seconds | requests |\n|---|---|---|")  # noqa: T201
    for what, seconds, asked in rows:
        print(f"| {what} | {seconds:.1f} | {asked} |")  # noqa: T201


if __name__ == "__main__":
    main()
