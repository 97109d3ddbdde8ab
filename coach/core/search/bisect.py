"""Find the commit that brought a failure, on a line of commits counted back from the newest (position 0).

First a good commit must exist: in 78 of 84 real failures there was none, and a bisection
begun on hope costs its whole price for nothing. So positions 1, 4, 16, 64, … back are probed, then the range is halved.
A commit that cannot be judged is passed over, as ``git bisect skip`` does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coach.core.search.ask_tell import AskTell

PRIOR_SHARE = 0.6
"""How much of the belief goes to commits that touched suspicious lines; the rest is spread evenly. Blame names the culprit
for planted defects (27 of 35) and much less often for real ones (2 of 6), so it may cost one more step, not more."""
PROBE_FACTOR = 4
FEW = 2
"""Commits left that are judged one at a time."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """The failure came with one of ``positions``: one when the search was able to tell, else a range it could not judge."""

    positions: tuple[int, ...]
    good: int
    belief: float = field(default=1.0, compare=False)
    """How sure that is, where the failure shows only sometimes."""
    others: tuple[tuple[int, float], ...] = field(default=(), compare=False)
    """The next likeliest positions, each with its belief."""


@dataclass(frozen=True, slots=True)
class NoGoodCommit:
    """It is not a regression as far as ``checked_back`` commits back; what is older was not tried or could not be judged."""

    checked_back: int
    unresolved: tuple[int, ...] = ()


@dataclass(slots=True)
class _Range:
    """``bad`` fails, ``good`` passes (None: not found yet); ``skipped`` could not be judged."""

    bad: int
    good: int | None
    skipped: set[int]


def find_culprit(
    length: int, likely: Mapping[int, float] | None = None, *, width: int = 1
) -> AskTell[int, Culprit | NoGoodCommit]:
    """Probe back for a good commit, then narrow down to the first bad one. Position 0 is known to fail.

    Args:
        length: how many commits there are.
        likely: how suspicious each position is, in any unit; positions that are not named are not suspicious.
        width: how many commits to judge at once.

    """
    found = yield from probe_back(length, _top(likely or {}), width)
    if isinstance(found, NoGoodCommit):
        return found
    return (yield from _narrow(found, likely or {}, width))


def narrow(
    bad: int, good: int, likely: Mapping[int, float] | None = None, *, width: int = 1
) -> AskTell[int, Culprit | NoGoodCommit]:
    """Narrow a range whose ends are known: ``bad`` fails, the older ``good`` passes."""
    return (yield from _narrow(_Range(bad, good, set()), likely or {}, width))


def probes(length: int, first: int | None = None) -> list[int]:
    """Return the positions to look for a good commit at: the parent of the likeliest, then 1, 4, 16, … and the oldest."""
    steps = [PROBE_FACTOR**power for power in range(32) if PROBE_FACTOR**power < length]
    wanted = [*steps, length - 1]
    if first is not None and 0 < first < length:
        wanted = [first, *wanted]
    return list(dict.fromkeys(each for each in wanted if each > 0))


def _top(likely: Mapping[int, float]) -> int | None:
    """Return the parent of the likeliest commit; None when nothing stands out."""
    return max(likely, key=lambda each: (likely[each], -each)) + 1 if likely else None


def probe_back(length: int, first: int | None, width: int) -> AskTell[int, "_Range | NoGoodCommit"]:
    """Look for a good commit further and further back."""
    span = _Range(0, None, set())
    waiting = probes(length, first)
    while waiting:
        batch, waiting = tuple(waiting[:width]), waiting[width:]
        outcomes = yield batch
        for position, outcome in sorted(zip(batch, outcomes, strict=True)):
            if outcome == "UNRESOLVED":
                span.skipped.add(position)
            elif outcome == "FAIL" and (span.good is None or position < span.good):
                span.bad = max(span.bad, position)
            elif outcome == "PASS" and (span.good is None or position < span.good) and position > span.bad:
                span.good = position
        if span.good is not None:
            return span
        waiting = [each for each in waiting if each > span.bad]
    return (yield from _look_between(span))


def _look_between(span: _Range) -> AskTell[int, "_Range | NoGoodCommit"]:
    """Look for a good commit between the oldest that fails and the first that cannot be judged, by halving.

    A young test cannot be judged before it existed; the commits at which it was green lie just after.
    """
    edge = min((each for each in span.skipped if each > span.bad), default=span.bad)
    while edge - span.bad > 1:
        middle = (span.bad + edge) // 2
        (outcome,) = yield (middle,)
        if outcome == "PASS":
            span.good = middle
            return span
        if outcome == "FAIL":
            span.bad = middle
        else:
            span.skipped.add(middle)
            edge = middle
    return NoGoodCommit(span.bad, tuple(sorted(span.skipped)))


def _narrow(span: _Range, likely: Mapping[int, float], width: int) -> AskTell[int, Culprit | NoGoodCommit]:
    assert span.good is not None
    budget = steps_for(span.good - span.bad) + (1 if likely else 0)
    while open_positions := [each for each in range(span.bad + 1, span.good) if each not in span.skipped]:
        belief = _belief(span.bad, span.good, likely)
        # The last ones one by one: the answer leans on them, and what ran beside another would be run again alone.
        batch = _splits(open_positions, span, belief, budget, width if len(open_positions) > FEW else 1)
        outcomes = yield batch
        budget -= 1
        answered = sorted(zip(batch, outcomes, strict=True))
        span.skipped.update(position for position, outcome in answered if outcome == "UNRESOLVED")
        passing = [position for position, outcome in answered if outcome == "PASS"]
        span.good = min([span.good, *passing])
        failing = [position for position, outcome in answered if outcome == "FAIL" and position < span.good]
        span.bad = max([span.bad, *failing])
        if not passing and not failing:
            budget += 1  # nothing was learnt: a skip is not a step
    return Culprit(tuple(range(span.bad, span.good)), span.good)


def steps_for(candidates: int) -> int:
    """Return how many halvings tell one of so many candidates."""
    return math.ceil(math.log2(candidates)) if candidates > 1 else 0


def questions_for(length: int, good: int | None = None, likely: Mapping[int, float] | None = None) -> int:
    """Return about how many commits a search is going to judge, one after the other."""
    look = 0 if good else min(len(probes(length)), FEW)
    return look + steps_for(len(likely) if likely else good or length)


def prior_of(size: int, likely: Mapping[int, float]) -> list[float]:
    """Return how likely each of the newest positions is before anything ran; sums to 1."""
    return _belief(0, size, likely)


def _belief(bad: int, good: int, likely: Mapping[int, float]) -> list[float]:
    """Return how likely each of the positions ``bad`` … ``good - 1`` brought the failure; sums to 1."""
    size = good - bad
    inside = [max(likely.get(position, 0.0), 0.0) for position in range(bad, good)]
    total = sum(inside)
    share = PRIOR_SHARE if total else 0.0
    return [(1 - share) / size + (share * each / total if total else 0.0) for each in inside]


def _splits(
    candidates: Sequence[int], span: _Range, belief: Sequence[float], budget: int, width: int
) -> tuple[int, ...]:
    """Choose the commits to judge: the ones that cut the belief into equal parts, within the budget of steps.

    Judging position p tells whether the culprit lies in ``bad`` … ``p - 1`` (p passes) or in ``p`` … ``good - 1``.
    """
    assert span.good is not None
    bad, good = span.bad, span.good
    most = 2 ** max(budget - 1, 0)
    allowed = [each for each in candidates if each - bad <= most and good - each <= most]
    if width > 1 or not allowed:
        allowed = list(candidates)
    before: dict[int, float] = {}
    total = 0.0
    for position in range(bad, good):
        before[position] = total
        total += belief[position - bad]
    chosen: list[int] = []
    for part in range(1, width + 1):
        wanted = part / (width + 1)
        left = [each for each in allowed if each not in chosen]
        if left:
            chosen.append(min(left, key=lambda each: (abs(before[each] - wanted), each)))
    return tuple(sorted(chosen))
