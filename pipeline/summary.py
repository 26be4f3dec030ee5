"""What a run did, in short: for its user, and as the run record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import artifacts, publish, snapshots
from pipeline.changes import counts
from pipeline.export import Results
from pipeline.history import ChangeKind, Snapshot
from pipeline.plan import Plan
from pipeline.work import Outcome

_REVIEW = ("excluded", "reviewed", "unanchored")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `codings` counts by (family, domain); `kept` are tables a person had changed, set
    aside; `seconds` is work by stage, summed over processes. `changes` counts changes by kind since the run
    that ended at `since`; None where there was no such run, or nothing to do. People `excluded` papers and
    `reviewed` codings; `unanchored` decisions have no effect.
    """

    run_id: str
    out: Path
    unchanged: bool
    papers: int
    read: int
    coded: int
    rejected: int
    duplicates: int
    doubts: int
    codings: Counter[tuple[str, str]]
    topics: str
    seconds: dict[str, float]
    since: str
    changes: dict[ChangeKind, int] | None
    kept: tuple[Path, ...] = ()
    excluded: int = 0
    reviewed: int = 0
    unanchored: int = 0


def summary_of(plan: Plan, outcomes: Sequence[Outcome], results: Results, seconds: dict[str, float]) -> Summary:
    """What a run did that came to these results; `seconds` are those of making them."""
    duplicates = sum(r.kind == "duplicate" for r in results.rejected)
    excluded = sum(r.kind == "excluded" for r in results.rejected)
    return Summary(
        run_id=plan.run_id,
        out=plan.settings.out,
        unchanged=False,
        papers=len(results.papers),
        read=sum("read" in o.seconds for o in outcomes),
        coded=sum("code" in o.seconds for o in outcomes),
        rejected=len(results.rejected) - duplicates - excluded,
        duplicates=duplicates,
        doubts=len(results.doubts),
        codings=Counter((c.family, c.domain) for c in results.codings),
        topics=results.topics.note or f"{len(results.topics.topics)} topics",
        seconds=_seconds(outcomes) | seconds,
        since=_since(plan),
        changes=None if results.changes.first else counts(results.changes),
        excluded=excluded,
        reviewed=sum(c.review_status != "unreviewed" for c in results.evidence),
        unanchored=len(results.unanchored),
    )


def _seconds(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {stage: sum(o.seconds.get(stage, 0.0) for o in outcomes) for stage in artifacts.STAGES}


def _since(plan: Plan) -> str:
    """When the run ended that this one is compared with; empty where there is none."""
    record = publish.load_run(plan.settings.out)
    return str(record.get("since" if record.get("run_id") == plan.run_id else "finished", ""))


def record_of(plan: Plan, summary: Summary, snapshot: Snapshot) -> dict[str, Any]:
    """The run record: the only place with a clock in it."""
    return {
        "run_id": plan.run_id,
        "snapshot": snapshots.name_of(snapshot),
        "since": summary.since,
        "changes": summary.changes,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "corpus": str(plan.settings.corpus),
        "keys": dict(plan.keys),
        "counts": {
            "papers": summary.papers,
            "read": summary.read,
            "coded": summary.coded,
            "rejected": summary.rejected,
            "duplicates": summary.duplicates,
            "doubts": summary.doubts,
            **{name: getattr(summary, name) for name in _REVIEW},
            "ignored": plan.scan.ignored,
            "codings": {f"{family} {domain}": n for (family, domain), n in sorted(summary.codings.items())},
        },
        "topics": summary.topics,
        "seconds": {stage: round(s, 3) for stage, s in summary.seconds.items()},
    }


def unchanged(plan: Plan) -> Summary:
    """The summary of a run that found nothing to do, from the record of the last one."""
    record = publish.load_run(plan.settings.out)
    counts = record["counts"]
    codings = Counter({tuple(key.split(" ")): n for key, n in counts["codings"].items()})
    return Summary(
        run_id=plan.run_id,
        out=plan.settings.out,
        unchanged=True,
        papers=counts["papers"],
        read=0,
        coded=0,
        rejected=counts["rejected"],
        duplicates=counts["duplicates"],
        doubts=counts["doubts"],
        codings=codings,
        topics=record["topics"],
        seconds={},
        since=record.get("since", ""),
        changes=None,
        **{name: counts[name] for name in _REVIEW},
    )
