"""Tests that flake in the same runs: most likely they have one cause, so they are told together.

A pair counts when it shares most of its red runs and sharing so many would be a rare coincidence, were the two independent
(hypergeometric tail). Always red tests say nothing here, nor does a single common run.
"""

import math
from collections.abc import Collection, Iterable, Sequence

from coach.core.base.test_id import TestId
from coach.core.base.value import Value

MOST_TESTS = 60
"""Flaking tests that are compared with each other, those red most often first."""
LEAST_COMMON = 2
SHARE = 0.5
"""Of the runs in which either is red: so many must be common."""
CHANCE = 0.05
"""How likely the common runs may be by coincidence."""


class FlakeGroup(Value):
    """Tests that flake together: ``together`` of ``runs`` runs showed all of them red, ``any`` at least one."""

    tests: tuple[TestId, ...]
    together: int
    any: int
    runs: int

    @property
    def sentence(self) -> str:
        named = ", ".join(test.name for test in self.tests[:3]) + (
            f" and {len(self.tests) - 3} more" if len(self.tests) > 3 else ""
        )
        same = "always" if self.together == self.any else f"{self.together} of {self.any} times"
        return f"red in the same runs ({same}, in {self.any} of {self.runs}), so one cause is likely: {named}"


def flake_groups(runs: Sequence[Collection[TestId]]) -> tuple[FlakeGroup, ...]:
    """Group the tests that are red in some runs of the same code and not in all, and in the same ones.

    Args:
        runs: the red tests of each run; a run without any counts as well.

    """
    red_in: dict[TestId, set[int]] = {}
    for number, red in enumerate(runs):
        for test in dict.fromkeys(red):
            red_in.setdefault(test, set()).add(number)
    flaking = [test for test, numbers in red_in.items() if len(numbers) < len(runs)]
    flaking = sorted(flaking, key=lambda test: -len(red_in[test]))[:MOST_TESTS]
    groups = _joined(
        {first, second}
        for place, first in enumerate(flaking)
        for second in flaking[place + 1 :]
        if _go_together(red_in[first], red_in[second], len(runs))
    )
    found = [_group(sorted(group), red_in, len(runs)) for group in groups]
    return tuple(sorted(found, key=lambda each: (-len(each.tests), each.tests)))


def _group(tests: Sequence[TestId], red_in: dict[TestId, set[int]], runs: int) -> FlakeGroup:
    numbers = [red_in[test] for test in tests]
    together, any_ = set.intersection(*numbers), set.union(*numbers)
    return FlakeGroup(tests=tuple(tests), together=len(together), any=len(any_), runs=runs)


def _go_together(first: set[int], second: set[int], runs: int) -> bool:
    common = len(first & second)
    if common < LEAST_COMMON or common < SHARE * len(first | second):
        return False
    return coincidence(len(first), len(second), common, runs) <= CHANCE


def coincidence(first: int, second: int, common: int, runs: int) -> float:
    """Return how likely so many common red runs, or more, are for two independent tests, red ``first`` and ``second`` times."""
    ways = sum(
        math.comb(first, shared) * math.comb(runs - first, second - shared)
        for shared in range(common, min(first, second) + 1)
    )
    return ways / math.comb(runs, second)


def _joined(pairs: Iterable[set[TestId]]) -> list[set[TestId]]:
    groups: list[set[TestId]] = []
    for pair in pairs:
        touching = [each for each in groups if each & pair]
        groups = [each for each in groups if not each & pair]
        groups.append(pair.union(*touching))
    return groups
