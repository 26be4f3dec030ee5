"""A readable report on how well coding does on a file of labelled sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.codebook import Codebook, load_codebook
from pipeline.coding.document import code_document, shipped_head
from pipeline.coding.labels import Label, read_labels
from pipeline.coding.scoring import BINS, Coder, Scored, f1, judged, measure, score, sentence_status, tallies
from pipeline.records import BOTH, OTHER

WORST = 12  # errors quoted of each kind
STATUSES = ("asserted", "proposed", "negated")


def evaluate(labels: Path, codebook: Codebook | None = None, code: Coder = code_document) -> str:
    """A Markdown report on how well `code` codes the sentences of a labelled file.

    `labels` is a JSON-lines file, see `pipeline.coding.labels`. Raises PrecedentError where it can't be read.
    """
    book = codebook or load_codebook()
    read = read_labels(labels, [family.id for family in book.families])
    return report(score(read, book, code), book, f"Coding held against {labels.name}") + _seen(read, book)


def _seen(labels: Sequence[Label], codebook: Codebook) -> str:
    """A warning where the head was trained on documents that it is held against here."""
    head = shipped_head(codebook.fingerprint)
    documents = {label.document for label in labels}
    seen = documents & set(head.about["documents"]) if head else set()
    if not seen:
        return ""
    return (
        f"\n## Note\n\nThe head that ships was trained on {len(seen)} of these {len(documents)} documents, so the "
        "figures above flatter it; models/README.md gives cross-validated ones.\n"
    )


def report(scored: Sequence[Scored], codebook: Codebook, title: str, quotes: bool = True) -> str:
    """The report as Markdown: overview, codes, domain and status, calibration, confusions; with `quotes` the
    worst errors, which cite the sentences."""
    documents = len({s.label.document for s in scored})
    codings = sum(len(s.codings) for s in scored)
    sides = [*(d.id for d in codebook.domains), BOTH, OTHER]
    domains = Counter((s.label.domain, s.domain) for s in scored if s.label.domain)
    lines = [
        f"# {title}",
        "",
        f"{len(scored)} sentences of {documents} documents; {codings} codings. Intervals: 95 %, bootstrap over "
        "documents. Codes that coders dispute are left out.",
        *_section("Overview", _overview(scored, codebook)),
        *_section("Codes", _codes(scored, codebook)),
        *_section("Domain (rows: labels, columns: coding)", _grid(domains, sides)),
        *_section("Status (rows: labels, columns: coding)", _grid(_statuses(scored), STATUSES)),
        *_section("Calibration", _calibration(scored)),
        *_section("Codes taken for others in the same sentence", _confusions(scored)),
    ]
    if quotes:
        lines += _section("Surest codings that no coder gave", _wrong(scored))
        lines += _section("Codes that were missed", _missed(scored))
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from lines


def _table(*columns: str) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)


def _overview(scored: Sequence[Scored], codebook: Codebook) -> Iterator[str]:
    yield from _table("task", "figure", "95 % interval", "coders between them", "cases")
    for m in measure(scored, codebook):
        coders = "" if m.coders is None else f"{m.coders:.3f}"
        yield f"| {m.name} | {m.value:.3f} | {m.low:.3f} to {m.high:.3f} | {coders} | {m.cases} |"


def _codes(scored: Sequence[Scored], codebook: Codebook) -> Iterator[str]:
    counts = tallies(scored, codebook)
    yield from _table("family", "code", "labelled", "right", "wrong", "missed", "F1")
    for family in codebook.families:
        for code in family.codes:
            table = counts.get(("code", family.id, code.id))
            if table is not None:
                total = table.sum(axis=0)
                right, wrong, missed = (int(n) for n in total)
                figures = f"{right + missed} | {right} | {wrong} | {missed} | {float(f1(total)):.2f}"
                yield f"| {family.id} | {code.id} | {figures} |"


def _statuses(scored: Sequence[Scored]) -> Counter[tuple[str, str]]:
    return Counter(
        (s.label.status, sentence_status(s.codings))
        for s in scored
        if s.label.status and s.codings and any(s.label.codes.values())
    )


def _grid(pairs: Counter[tuple[str, str]], classes: Sequence[str]) -> Iterator[str]:
    yield from _table("", *classes)
    for true in classes:
        yield f"| {true} | " + " | ".join(str(pairs[true, found]) for found in classes) + " |"


def _calibration(scored: Sequence[Scored]) -> Iterator[str]:
    yield from _table("confidence", "codings", "mean confidence", "share right")
    cases = judged(scored)
    for at in range(BINS):
        inside = [(c, right) for _, c, right in cases if min(int(c * BINS), BINS - 1) == at]
        if inside:
            mean, share = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            yield f"| {at / BINS:.1f} to {(at + 1) / BINS:.1f} | {len(inside)} | {mean:.2f} | {share:.2f} |"


def _confusions(scored: Sequence[Scored]) -> Iterator[str]:
    yield from _table("family", "labelled", "coded instead", "sentences")
    pairs: Counter[tuple[str, str, str]] = Counter()
    for s in scored:
        for family, true in s.label.codes.items():
            found = s.codes(family)
            extra = found - true - s.label.disputed[family]
            pairs.update((family, a, b) for a in true - found for b in extra)
    for (family, true_code, found_code), count in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))[:WORST]:
        yield f"| {family} | {true_code} | {found_code} | {count} |"


def _wrong(scored: Sequence[Scored]) -> Iterator[str]:
    cases = [
        (c.confidence, c, s)
        for s in scored
        for c in s.codings
        if c.code not in s.label.codes[c.family] and not s.label.open(c.family, c.code)
    ]
    for confidence, c, s in sorted(cases, key=lambda case: (-case[0], case[1].id))[:WORST]:
        why = ", ".join(c.terms) or "no term"
        yield f"- {c.family} {c.code}, {confidence:.2f} ({why}); labelled {_given(s)}: {_quote(s)}"


def _missed(scored: Sequence[Scored]) -> Iterator[str]:
    cases = [
        (family, code, s)
        for s in scored
        for family, true in s.label.codes.items()
        for code in sorted(true - s.codes(family))
    ]
    # spread over codes and documents: one sentence of each code and document
    seen = {(family, code, s.label.document): (family, code, s) for family, code, s in reversed(cases)}
    for family, code, s in sorted(seen.values(), key=lambda case: case[:2])[: 3 * WORST]:
        found = ", ".join(sorted(s.codes(family))) or "nothing of that family"
        yield f"- {family} {code}; coded {found}: {_quote(s)}"


def _given(s: Scored) -> str:
    given = [f"{family} {code}" for family, codes in s.label.codes.items() for code in sorted(codes)]
    return ", ".join(given) or "nothing"


def _quote(s: Scored) -> str:
    return f"“{s.label.text}” ({s.label.document}, sentence {s.label.position + 1})"
