"""How often does it fail, and is that known well enough?

Three equal failures in a row are enough to call a failure stable; as soon as one run differs, runs continue to
``MAX_RUNS`` or until the time box ends, and the rate is reported with its Wilson score interval (Wilson 1927).
"""

import math
from collections.abc import Sequence

from coach.core.value import Value

RULE = 1
ENOUGH_EQUAL = 3
MAX_RUNS = 10
PASSES_BEFORE_GIVING_UP = 5
Z_95 = 1.959964


class SeriesRun(Value):
    """One cold run of a reproduction: which strict signatures failed, or none; and whether it counts at all."""

    run: int
    strict: tuple[str, ...] = ()
    resolved: bool = True


class Reproduction(Value):
    """The measured failure: ``failures`` of ``runs`` showed ``strict``; ``low`` and ``high`` bound the rate (95 %)."""

    strict: tuple[str, ...]
    failures: int
    runs: int
    low: float
    high: float
    evidence: tuple[int, ...]
    """Numbers of the runs that count."""

    @property
    def is_reproduced(self) -> bool:
        """One failure is an anecdote: two equal ones are needed."""
        return self.failures >= 2

    @property
    def is_stable(self) -> bool:
        return self.failures == self.runs and self.runs >= ENOUGH_EQUAL


def wilson(failures: int, runs: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a rate: robust for few runs and for rates near 0 and 1."""
    if runs == 0:
        return 0.0, 1.0
    rate = failures / runs
    scale = 1 + z * z / runs
    middle = rate + z * z / (2 * runs)
    spread = z * math.sqrt(rate * (1 - rate) / runs + z * z / (4 * runs * runs))
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def needs_more(series: Sequence[SeriesRun], seconds: float, time_box: float) -> bool:
    """Whether another cold run would tell something, within the time box (seconds spent on the series so far)."""
    resolved = [run for run in series if run.resolved]
    if len(series) - len(resolved) >= 2:
        return False
    if not resolved:
        return True
    if len(series) >= MAX_RUNS or (seconds >= time_box and len(resolved) >= 2):
        return False
    if len({run.strict for run in resolved}) > 1:
        return True
    return len(resolved) < (ENOUGH_EQUAL if resolved[0].strict else PASSES_BEFORE_GIVING_UP)


def measure(series: Sequence[SeriesRun]) -> Reproduction:
    """Summarise a series: the most frequent failing set, and its rate."""
    resolved = [run for run in series if run.resolved]
    failing = [run.strict for run in resolved if run.strict]
    strict = max(set(failing), key=lambda each: (failing.count(each), each)) if failing else ()
    failures = failing.count(strict) if strict else 0
    low, high = wilson(failures, len(resolved))
    evidence = tuple(run.run for run in resolved)
    return Reproduction(
        strict=strict, failures=failures, runs=len(resolved), low=low, high=high, evidence=evidence
    )


def repeats_for(rate: float, doubt: float = 0.01, most: int = 30) -> int:
    """How many passes in a row make "still failing at this rate" less likely than ``doubt``: (1 - rate)^n ≤ doubt."""
    if rate >= 1:
        return 1
    if rate <= 0:
        return most
    return min(most, max(1, math.ceil(math.log(doubt) / math.log(1 - rate))))
