"""Many sessions in a few figures. Medians and quartiles, because one bad day must not hide twenty good ones."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coach.core.reports.metrics import Figures
from coach.core.reports.notice_outcomes import counted


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is spread over sessions; ``count`` is how many have it."""

    count: int = 0
    low: float = 0.0
    """A quarter is at most this."""
    middle: float = 0.0
    high: float = 0.0
    """Three quarters are at most this."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a number of sessions have in common. Spans are seconds at work."""

    sessions: int
    endings: dict[str, int]
    reproduced: Spread
    test: Spread
    cause: Spread
    fixed: Spread
    hypotheses: Spread
    """Per fix."""
    attempts: Spread
    """Per fix."""
    changed: int
    reworked: int
    loops: dict[str, int]
    ended_by: dict[str, int]
    """What ended them, in the words of the log; ``nothing`` for those that nobody answered."""
    fix_ranks: dict[str, int]
    """Place of the fix among the suspects: ``1``, ``2-3``, ``4-5``, ``later``, ``not among them``."""
    fixed_by: dict[str, int]
    notices: tuple[dict[str, Any], ...] = ()
    """By pattern and level: how many notices were shown, how they were taken, what came after. It says nothing about cause."""


def statistics_of(all_figures: Sequence[Figures]) -> Statistics:
    """Sum up sessions."""
    fixed = [each for each in all_figures if each.fixed is not None]
    loops = [loop for each in all_figures for loop in each.loops]
    return Statistics(
        sessions=len(all_figures),
        endings=dict(Counter(each.ending for each in all_figures).most_common()),
        reproduced=spread([each.reproduced for each in all_figures]),
        test=spread([each.test for each in all_figures]),
        cause=spread([each.cause for each in all_figures]),
        fixed=spread([each.fixed for each in all_figures]),
        hypotheses=spread([each.hypotheses for each in fixed]),
        attempts=spread([each.attempts for each in fixed]),
        changed=sum(each.changed for each in all_figures),
        reworked=sum(each.reworked for each in all_figures),
        loops=dict(Counter(pattern for pattern, _ in loops).most_common()),
        ended_by=dict(Counter(_ended(answer) for _, answer in loops).most_common(6)),
        fix_ranks=dict(Counter(_rank(each) for each in fixed if each.suspects)),
        fixed_by=dict(Counter(each.fixed_by or "the engineer" for each in fixed).most_common()),
        notices=tuple(counted(outcome for each in all_figures for outcome in each.notices)),
    )


def spread(values: Sequence[float | None]) -> Spread:
    known = sorted(each for each in values if each is not None)
    if len(known) < 2:
        only = known[0] if known else 0.0
        return Spread(len(known), only, only, only)
    low, middle, high = statistics.quantiles(known, n=4, method="inclusive")
    return Spread(len(known), low, middle, high)


def as_json(found: Statistics) -> dict[str, Any]:
    """Return plain values; keys are an API."""
    shown: dict[str, Any] = {}
    for name in Statistics.__slots__:
        value = getattr(found, name)
        is_spread = isinstance(value, Spread)
        shown[name] = {each: getattr(value, each) for each in Spread.__slots__} if is_spread else value
    return shown


def _ended(answer: str) -> str:
    """Say what ended a loop without what was written in that case."""
    if answer.startswith("wrote H"):
        return "wrote a hypothesis"
    return answer.partition(":")[0] if answer else "nothing"


def _rank(each: Figures) -> str:
    if each.fix_rank is None:
        return "not among them"
    limits = ((1, "1"), (3, "2-3"), (5, "4-5"))
    return next((name for limit, name in limits if each.fix_rank <= limit), "later")
