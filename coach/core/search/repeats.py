"""Searches with a failure that shows only sometimes: every configuration is tried until it fails, or often enough.

Right for a *new* flake (it never failed before): measured on 128 commits with a rate of 0.5, ten runs at most find the
culprit in 99 % with 41 runs, where a majority vote of any size finds it in 13 %.
"""

import math
from typing import TypeVar

from coach.core.runs.oracle import Outcome
from coach.core.search.ask_tell import AskTell

C = TypeVar("C")
R = TypeVar("R")

DOUBT = 0.01
"""The chance that any of a search's passes was a failure that did not show."""
MAX_RUNS = 60


def runs_for(rate: float, steps: int) -> int:
    """Return how many passes in a row say "it does not fail here", for a search of so many steps.

    k = ln(doubt / steps) / ln(1 - rate); a rate that was measured as 1 needs one run.
    """
    if rate >= 1:
        return 1
    if rate <= 0:
        return MAX_RUNS
    return min(MAX_RUNS, max(1, math.ceil(math.log(DOUBT / max(steps, 1)) / math.log(1 - rate))))


def any_failure(search: AskTell[C, R], runs: int, *, width: int = 1) -> AskTell[tuple[C, int], R]:
    """Ask for (configuration, round) pairs until one fails or ``runs`` rounds passed; the search sees one outcome."""
    try:
        asked = next(search)
        while True:
            outcomes = yield from _settle(asked, runs, width)
            asked = search.send(outcomes)
    except StopIteration as end:
        found: R = end.value
        return found


def _settle(asked: tuple[C, ...], runs: int, width: int) -> AskTell[tuple[C, int], tuple[Outcome, ...]]:
    settled: dict[C, Outcome] = {}
    rounds = dict.fromkeys(asked, 0)
    while waiting := [each for each in asked if each not in settled]:
        batch: list[tuple[C, int]] = []
        while len(batch) < max(width, 1):
            more = [each for each in waiting if rounds[each] < runs]
            if not more:
                break
            least = min(more, key=lambda each: rounds[each])
            rounds[least] += 1
            batch.append((least, rounds[least]))
        outcomes = yield tuple(batch)
        for (each, _), outcome in zip(batch, outcomes, strict=True):
            if outcome == "FAIL" or (outcome == "UNRESOLVED" and settled.get(each) != "FAIL"):
                settled[each] = outcome
        settled |= {each: "PASS" for each in waiting if rounds[each] >= runs and each not in settled}
    return tuple(settled[each] for each in asked)
