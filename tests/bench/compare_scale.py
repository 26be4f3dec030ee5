"""Comparison and links at the size of a large review: 10,000 papers with 400,000 codings.

    .venv/bin/python -m tests.bench.compare_scale

prints a Markdown table. Records are synthetic: 40 codings a paper, codes of the shipped codebook drawn with
uneven odds, one paper in ten on both sides.
"""

import random
import resource
import sys
import time

from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.records import Coding, Metadata, Paper

PAPERS, EACH = 10_000, 40


def main() -> None:
    codebook = load_codebook()
    left, right = (domain.id for domain in codebook.domains)
    rng = random.Random(1)
    domains = rng.choices([left, right, "both", "other"], [40, 40, 10, 10], k=PAPERS)
    papers = [Paper(f"{i:064x}", "", (), "", Metadata(), "", 1, "", d, {}) for i, d in enumerate(domains)]
    codes = [(family.id, code.id) for family in codebook.families for code in family.codes]
    odds = [1 / (1 + i % 9) for i in range(len(codes))]
    codings = [_coding(paper, code, rng) for paper in papers for code in rng.choices(codes, odds, k=EACH)]
    records = _megabytes()
    started = time.perf_counter()
    rows = compare(papers, codings, codebook)
    compared = time.perf_counter()
    links = link(papers, codings, codebook)
    linked = time.perf_counter()
    lines = [
        "| papers | codings | codes | compare, s | pairs | link, s | records, MB | peak, MB |",
        "|---|---|---|---|---|---|---|---|",
        f"| {len(papers)} | {len(codings)} | {len(rows)} | {compared - started:.1f} | {len(links)} "
        f"| {linked - compared:.1f} | {records:.0f} | {_megabytes():.0f} |",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _coding(paper: Paper, code: tuple[str, str], rng: random.Random) -> Coding:
    sides = [paper.domain] * 4 + ["cp", "climate", "both", "other"]
    start = 100 * rng.randrange(60)
    status = rng.choices(["asserted", "proposed", "negated"], [85, 12, 3])[0]
    return Coding(
        id=f"{rng.getrandbits(64):016x}",
        document_id=paper.document_id,
        family=code[0],
        code=code[1],
        domain=rng.choice(sides),
        status=status,  # type: ignore[arg-type]
        start=start,
        end=start + 90,
        quote=f"{start:>180}",
        role="body",
        method="terms",
        confidence=round(rng.random(), 3),
        terms=("tax",),
        evidence=((start, start + 3),),
    )


def _megabytes() -> float:
    """Peak memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
