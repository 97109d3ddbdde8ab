"""The whole search for the commit that brought a failure: which bisection, from where, and what is measured at its ends.

An end that was only claimed (the newest commit fails, the named one passes) is judged when the answer leans on it: the
culprit's own outcome and its parent's are always measured, and nothing is measured that the answer does not need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from coach.core.runs.oracle import Outcome
from coach.core.runs.reproduction import wilson
from coach.core.search.ask_tell import AskTell, once
from coach.core.search.bisect import (
    Culprit,
    NoGoodCommit,
    find_culprit,
    narrow,
    prior_of,
    probe_back,
    probes,
    steps_for,
)
from coach.core.search.noisy_bisect import Believed, Posterior, Seen, find_noisy, new_flake_belief, others
from coach.core.search.repeats import any_failure, runs_for

COMPARED_RUNS = 20
"""Runs at either end before a failure is said to be flaky on both sides of a change."""
MAX_NOISY_RUNS = 300
_SECOND = 10_000
_THIRD = 20_000
"""Rounds of the later phases: their runs are others than those before."""


@dataclass(frozen=True, slots=True)
class NewestDiffers:
    """The newest commit does not fail: the failure is in what is not committed, or does not show in a copy."""

    outcome: Outcome


Regression = Culprit | NoGoodCommit | NewestDiffers


def find_regression(  # noqa: PLR0913 - what is known of the commits, each by its kind
    length: int,
    *,
    good: int | None = None,
    rate: float = 1.0,
    likely: Mapping[int, float] | None = None,
    seen: Seen | None = None,
    width: int = 1,
) -> AskTell[tuple[int, int], Regression | Believed]:
    """Ask for (position, round) pairs; position 0 is the newest of ``length`` commits.

    Args:
        length: how many commits there are.
        good: a position that is said to pass.
        rate: how often the newest fails. 1: one run judges a commit. Below: a commit passes when it did so often enough
            that a failure at that rate would have shown; and when no commit passes so often, the rates of both ends are
            compared and the change of the rate is looked for.
        likely: how suspicious each position is.
        seen: what earlier runs showed by position; it is not asked again, and counts in what is believed.
        width: how many runs at the same time.

    """
    beliefs = likely or {}
    if rate >= 1:
        return (yield from any_failure(once(_bisection(length, good, beliefs, width)), 1, width=width))
    tally: dict[int, tuple[int, int]] = dict(seen or {})
    search = _flaky(length, good, rate, beliefs, tally, width)
    found = yield from _tallied(once(search), tally)
    return _weighed(found, rate, beliefs, tally) if isinstance(found, Culprit) else found


def _tallied(
    search: AskTell[tuple[int, int], Regression | Believed], tally: dict[int, tuple[int, int]]
) -> AskTell[tuple[int, int], Regression | Believed]:
    """Count what the runs of every position show."""
    try:
        asked = next(search)
        while True:
            outcomes = yield asked
            for (position, _), outcome in zip(asked, outcomes, strict=True):
                failed, passed = tally.get(position, (0, 0))
                tally[position] = (failed + (outcome == "FAIL"), passed + (outcome == "PASS"))
            asked = search.send(outcomes)
    except StopIteration as end:
        found: Regression | Believed = end.value
        return found


def _weighed(found: Culprit, rate: float, likely: Mapping[int, float], seen: Seen) -> Culprit:
    """Say how sure a new flake's culprit is, from all runs of all positions."""
    size = max(found.good, *seen)  # where it passed it may have been hidden
    belief, _ = new_flake_belief(size, rate, seen, prior_of(size, likely))
    named = sum(belief[position] for position in found.positions)
    return replace(found, belief=named, others=others(belief, found.positions[0]))


def find_fix(
    length: int, *, red: int | None = None, rate: float = 1.0, width: int = 1
) -> AskTell[tuple[int, int], Regression]:
    """Find what made it pass: the same search with red and green in each other's place, so ``Culprit.good`` still fails.

    Args:
        length: how many commits there are; the newest passes.
        red: a position that is said to fail.
        rate: how often what fails does so; below 1 a commit passes only when it did so often enough.
        width: how many runs at the same time.

    """
    runs = 1 if rate >= 1 else runs_for(rate, len(probes(length)) + steps_for(length))
    search = _turned_round(once(_bisection(length, red, {}, width)))
    return (yield from any_failure(search, runs, width=width))


_OTHER: Mapping[Outcome, Outcome] = {"FAIL": "PASS", "PASS": "FAIL", "UNRESOLVED": "UNRESOLVED"}


def _turned_round(search: AskTell[int, Regression]) -> AskTell[int, Regression]:
    """Answer a search with red for green; what it says of the newest is turned back."""
    try:
        asked = next(search)
        while True:
            outcomes = yield asked
            asked = search.send(tuple(_OTHER[each] for each in outcomes))
    except StopIteration as end:
        found: Regression = end.value
        return NewestDiffers(_OTHER[found.outcome]) if isinstance(found, NewestDiffers) else found


def _flaky(  # noqa: PLR0913, PLR0917 - as above
    length: int, good: int | None, rate: float, likely: Mapping[int, float], seen: Seen, width: int
) -> AskTell[tuple[int, int], Regression | Believed]:
    """Tell a new flake from one that failed before as well: a bisection by single failures is only right for the first."""
    runs = runs_for(rate, len(probes(length)) + steps_for(length))
    if good is None or not 0 < good < length:
        span = yield from any_failure(probe_back(length, None, width), runs, width=width)
        if isinstance(span, NoGoodCommit):
            old = span.checked_back
            is_change = bool(old) and (yield from _rates_differ(old))
            return (yield from _noisy(old, likely, seen)) if is_change else span
        assert span.good is not None
        good = span.good
    if (yield from _fails_at_all(good, width)):
        is_change = yield from _rates_differ(good)
        return (yield from _noisy(good, likely, seen)) if is_change else NoGoodCommit(good)
    found = yield from any_failure(once(_bisection(length, good, likely, width)), runs, width=width)
    return found


def _noisy(old: int, likely: Mapping[int, float], seen: Seen) -> AskTell[tuple[int, int], Believed]:
    """Look for the change of the rate; what earlier runs and the phases before showed counts already."""
    known = Posterior(old, prior_of(old, likely))
    known.include(seen)
    return (yield from find_noisy(0, old, MAX_NOISY_RUNS, rounds_before=_THIRD, known=known))


def _fails_at_all(position: int, width: int) -> AskTell[tuple[int, int], bool]:
    """Whether a commit that passed often enough fails now and then all the same."""
    for start in range(1, COMPARED_RUNS + 1, width):
        last = min(start + width, COMPARED_RUNS + 1)
        outcomes = yield tuple((position, _SECOND + number) for number in range(start, last))
        if "FAIL" in outcomes:
            return True
    return False


def _bisection(
    length: int, good: int | None, likely: Mapping[int, float], width: int
) -> AskTell[int, Regression]:
    if good is not None and 0 < good < length:
        found: Culprit | NoGoodCommit = yield from narrow(0, good, likely, width=width)
        if isinstance(found, Culprit) and found.good == good:
            (outcome,) = yield (good,)
            if outcome == "FAIL":
                found = yield from find_culprit(length, likely, width=width)
    else:
        found = yield from find_culprit(length, likely, width=width)
    leans_on_newest = found.positions[0] == 0 if isinstance(found, Culprit) else not found.checked_back
    if leans_on_newest:
        (outcome,) = yield (0,)
        if outcome != "FAIL":
            return NewestDiffers(outcome)
    return found


def _rates_differ(old: int) -> AskTell[tuple[int, int], bool]:
    """Whether the newest commit fails more often than an old one, beyond chance. A rate is measured one run at a time."""
    questions = [
        (position, _SECOND + number) for number in range(1, COMPARED_RUNS + 1) for position in (0, old)
    ]
    seen: dict[int, list[Outcome]] = {0: [], old: []}
    for position, number in questions:
        (outcome,) = yield ((position, number),)
        seen[position].append(outcome)
    new_low, _ = _interval(seen[0])
    _, old_high = _interval(seen[old])
    return old_high < new_low


def _interval(outcomes: list[Outcome]) -> tuple[float, float]:
    failures = outcomes.count("FAIL")
    return wilson(failures, failures + outcomes.count("PASS"))
