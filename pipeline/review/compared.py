"""What coders made of the same sentences as the desk has it: the sample, each one's work, where they differ."""

from collections import Counter

from pipeline.agreement import Agreement, Coders, Disagreement, agreement, disagreements
from pipeline.decisions.anchor import anchor
from pipeline.decisions.decision import Decision
from pipeline.double_coding import Unit
from pipeline.evidence import codes_of
from pipeline.review import double
from pipeline.review.desk import Desk


def anchored(desk: Desk) -> tuple[Decision, ...]:
    """The decisions that stand, where they belong now; the samples apart, which have no place."""
    return desk.remember("anchored", lambda: _anchored(desk))


def _anchored(desk: Desk) -> tuple[Decision, ...]:
    placed = [d for d in desk.decisions if d.action != "sample"]
    machine = {coding.id for codings in desk.machine_codings.values() for coding in codings}
    return anchor(placed, list(desk.papers.values()), machine, desk.text).decisions


def work(desk: Desk) -> Coders:
    """What each coder made of the sentences that they looked at."""
    return desk.remember("work", lambda: double.given(anchored(desk), desk.machine_codings, desk.passages))


def agreement_of(desk: Desk) -> tuple[Agreement, ...]:
    """How far coders agree; nothing where no two looked at a sentence."""
    seen = Counter(unit for units in work(desk).values() for unit, given in units.items() if given is not None)
    if max(seen.values(), default=0) < 2:
        return ()
    return desk.remember("agreement", lambda: agreement(work(desk), list(codes_of(desk.codebook))))


def differing(desk: Desk) -> tuple[Disagreement, ...]:
    """Where coders differ on codes and statuses, settled or not; the side is settled by recoding."""
    return desk.remember("differing", lambda: _differing(desk))


def _differing(desk: Desk) -> tuple[Disagreement, ...]:
    found = disagreements(work(desk), double.settled(anchored(desk), desk.passages))
    return tuple(d for d in found if d.what != "domain")


def disputed(desk: Desk) -> frozenset[tuple[Unit, str]]:
    """The (sentence, family) on which coders differ and that nobody settled."""
    return frozenset((d.unit, d.family) for d in differing(desk) if not d.settled)


def sample(desk: Desk) -> tuple[Unit, ...]:
    """The sentences that are to be coded twice, by place."""
    return desk.remember(
        "sample", lambda: double.sampled(desk.coded(), desk.passages, double.drawn_shares(desk.decisions))
    )
