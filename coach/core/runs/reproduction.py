"""How often does it fail, and is that known well enough?

Counted is *which test is red*: what the messages say may change by itself. Three runs in a row with the same red tests
are enough to call a failure stable; as soon as one run differs, runs continue to ``MAX_RUNS`` or until the time box
ends, and the rate is reported with its Wilson score interval (Wilson 1927).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import CoachId
from coach.core.base.value import Value
from coach.core.runs.co_failures import FlakeGroup, flake_groups
from coach.core.runs.reference import Reference, is_of

RULE = 2
ENOUGH_EQUAL = 3
MAX_RUNS = 10
PASSES_BEFORE_GIVING_UP = 5
ENOUGH_TO_NAME = 2
"""Reds of one test id from which its parameters are taken to be the same in every run."""
MAX_OTHERS = 50
Z_95 = 1.959964


class SeriesRun(Value):
    """One cold run of a reproduction: what failed, or nothing; and whether it counts at all."""

    run: int
    strict: tuple[CoachId, ...] = ()
    """Strict signatures."""
    tests: tuple[TestId, ...] = ()
    """The tests that were red."""
    resolved: bool = True

    @property
    def red(self) -> tuple[str, ...]:
        """What was red: tests, or signatures where an old log tells no tests."""
        return self.tests or self.strict


class TestRate(Value):
    """How often one of several red tests failed in the series."""

    __test__ = False
    test: TestId
    failures: int


class Reproduction(Value):
    """The measured failure: ``failures`` of ``runs`` showed it; ``low`` and ``high`` bound the rate (95 %)."""

    strict: tuple[CoachId, ...]
    """What most of them said."""
    failures: int
    runs: int
    low: float
    high: float
    evidence: tuple[int, ...]
    """Numbers of the runs that count."""
    test: TestId = NO_TEST
    """The test that was counted, without parameters where those change from run to run; empty in old logs."""
    messages: int = 1
    """How many different messages it failed with."""
    otherwise: int = 0
    """Runs in which it passed or was not run, and other tests were red."""
    others: tuple[TestRate, ...] = ()
    """The other tests that were red, most often first."""
    together: tuple[FlakeGroup, ...] = ()
    """Tests that were red in the same runs, of those that were not red in all."""

    @property
    def is_reproduced(self) -> bool:
        """One failure is an anecdote: two equal ones are needed."""
        return self.failures >= 2

    @property
    def is_stable(self) -> bool:
        return self.failures == self.runs and self.runs >= ENOUGH_EQUAL

    @property
    def passes(self) -> int:
        """Runs in which nothing was red."""
        return self.runs - self.failures - self.otherwise


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
    if len({_without_parameters(run.red) for run in resolved}) > 1:
        return True
    return len(resolved) < (ENOUGH_EQUAL if resolved[0].red else PASSES_BEFORE_GIVING_UP)


def _without_parameters(tests: Iterable[str]) -> frozenset[str]:
    return frozenset(TestId(test).function for test in tests)


def measure(series: Sequence[SeriesRun], reference: Reference | None = None) -> Reproduction:
    """Summarise a series: how often the failure showed, and what else was red.

    Args:
        series: its runs, oldest first.
        reference: the failure the session is about; None: the test that was red most often is counted.

    """
    resolved = [run for run in series if run.resolved]
    test = _counted(resolved, reference)
    red = [run for run in resolved if test and any(is_of(test, each) for each in run.red)]
    said = [run.strict for run in red]
    low, high = wilson(len(red), len(resolved))
    return Reproduction(
        strict=max(dict.fromkeys(said), key=said.count) if said else (),
        failures=len(red),
        runs=len(resolved),
        low=low,
        high=high,
        evidence=tuple(run.run for run in resolved),
        test=test,
        messages=len(set(said)) or 1,
        otherwise=sum(bool(run.red) for run in resolved) - len(red),
        others=_others(resolved, test),
        together=flake_groups([run.tests for run in resolved]),
    )


def _counted(resolved: Sequence[SeriesRun], reference: Reference | None) -> TestId:
    """Return the name whose reds are counted: a test's; a function's, where no parameters of it were red twice."""
    if reference is not None:
        often = _most_often(resolved, lambda test: test if reference.names(test) else "")
        return TestId(often[0]) or reference.first.test
    test, times = _most_often(resolved, str)
    function, in_all = _most_often(resolved, lambda test: TestId(test).function)
    return TestId(function if times < ENOUGH_TO_NAME <= in_all else test)


def _most_often(resolved: Sequence[SeriesRun], name: Callable[[str], str]) -> tuple[str, int]:
    """Return what was red in most runs, the first of equals, and in how many."""
    counted = Counter(each for run in resolved for each in dict.fromkeys(map(name, run.red)) if each)
    return counted.most_common(1)[0] if counted else ("", 0)


def _others(resolved: Sequence[SeriesRun], test: str) -> tuple[TestRate, ...]:
    counted = Counter(
        each for run in resolved for each in dict.fromkeys(run.tests) if not (test and is_of(test, each))
    )
    return tuple(TestRate(test=each, failures=times) for each, times in counted.most_common(MAX_OTHERS))


def not_reproduced(found: Reproduction) -> str:
    """Say what the runs of a measurement showed instead of the failure. A run in which other tests were red did not pass."""
    said = [f"It passed in {found.passes} of {found.runs} cold runs"] if found.passes else []
    if found.otherwise:
        said.append(f"{'o' if said else 'O'}ther tests were red in {found.otherwise} of {found.runs}")
    return ", ".join(said) or f"It failed in {found.failures} of {found.runs} cold runs"


MOST_BESIDE = 3
"""Other red tests, and groups of them, that are named."""


def beside(found: Reproduction) -> tuple[str, ...]:
    """Say what else a measurement showed: other messages, other red tests with their own rates."""
    others, more = others_beside(found)
    rates = tuple(f"{each.test}: {each.failures} of {found.runs}" for each in others)
    return (*said_beside(found), *rates, *((f"and {more} more red tests",) if more else ()))


def said_beside(found: Reproduction) -> tuple[str, ...]:
    """Say it without the tests that were red by themselves."""
    said = [f"with {found.messages} different messages"] if found.messages > 1 else []
    if found.otherwise:
        said.append(f"red in other tests only: {found.otherwise} of {found.runs}")
    return (*said, *(each.sentence for each in found.together[:MOST_BESIDE]))


def others_beside(found: Reproduction) -> tuple[tuple[TestRate, ...], int]:
    """Return other red tests that no group names, and how many more there are."""
    grouped = {test for each in found.together[:MOST_BESIDE] for test in each.tests}
    others = tuple(each for each in found.others if each.test not in grouped)
    return others[:MOST_BESIDE], max(len(others) - MOST_BESIDE, 0)


def repeats_for(rate: float, doubt: float = 0.01, most: int = 30) -> int:
    """How many passes in a row make "still failing at this rate" less likely than ``doubt``: (1 - rate)^n ≤ doubt."""
    if rate >= 1:
        return 1
    if rate <= 0:
        return most
    return min(most, max(1, math.ceil(math.log(doubt) / math.log(1 - rate))))
