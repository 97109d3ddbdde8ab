"""Which other tests a flip is checked with: those of the failing test's file that run its line, and some of other files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, zip_longest

from coach.core.base.test_id import TestId
from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.spectrum import Coverage

MAX_NEIGHBOURS = 60
"""Tests that run a line and that the mutator may check a flip with: it takes those that were green, and those that were red."""
ENOUGH_OF_LINE = 20
"""Of them the mutator takes for each flip; further ones only for a flip that all of these leave green."""
MAX_STRANGERS = 60
"""Tests of other files that are collected for it."""
MAX_STRANGE_FILES = 6
"""Files they may stand in: each is imported, and that takes of the time for mutants."""


def strangers(
    near: Mapping[tuple[str, int], tuple[str, ...]], focus: str, red: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the tests of other files than the failing test's that a flip is checked with: red ones, and neighbours.

    ``near`` has the most promising lines first. A file is worth the lines that its tests run, each as long as it has less than
    enough; then the lines name their narrowest tests in turn, so that a flip on any of them is checked with several.
    """
    file = TestId(focus).file
    elsewhere = {
        line: [TestId(test) for test in tests if TestId(test).file != file] for line, tests in near.items()
    }
    strange_red = [TestId(test) for test in red if TestId(test).file != file]
    files = _files_for(elsewhere.values(), strange_red)
    in_turn = chain.from_iterable(zip_longest(*elsewhere.values()))
    chosen = (test for test in dict.fromkeys((*strange_red, *in_turn)) if test and test.file in files)
    return tuple(islice(chosen, MAX_STRANGERS))


def _files_for(lines: Iterable[Sequence[TestId]], red: Sequence[TestId]) -> set[str]:
    """Return the files to collect: those of red tests, then one by one what gives most lines the tests that they lack.

    The nth line counts one nth.
    """
    files = set(islice(dict.fromkeys(test.file for test in red), MAX_STRANGE_FILES))
    counts = [Counter(test.file for test in tests) for tests in lines]
    while len(files) < MAX_STRANGE_FILES:
        gains: defaultdict[str, float] = defaultdict(float)
        for nth, count in enumerate(counts, 1):
            lacks = ENOUGH_OF_LINE - sum(count[file] for file in files)
            for file, tests in count.items():
                if lacks > 0 and file not in files:
                    gains[file] += min(tests, lacks) / nth
        if not gains:
            break
        files.add(max(gains, key=gains.__getitem__))
    return files


def neighbours_of(
    coverage: Coverage, chosen: Sequence[Mutant], focus: str
) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return for every mutated line the tests that run it, the narrowest first: they notice a change that only dodges.

    Where there are many, half of them are spread over the others: what the narrowest have in common, one of these may not have.

    The lines stand as their mutants do, most promising first: what is chosen from them is chosen alike in every process.
    """
    sizes = {test: sum(len(lines) for lines in files.values()) for test, files in coverage.tests.items()}
    narrow = sorted((test for test in sizes if test != focus), key=lambda test: (sizes[test], test))
    return {
        place: _some([test for test in narrow if place[1] in coverage.tests[test].get(place[0], ())])
        for place in dict.fromkeys((each.path, each.line) for each in chosen)
    }


def _some(tests: Sequence[str]) -> tuple[str, ...]:
    """Return at most as many as a line may name: the first half of these, and of the rest some at equal distances."""
    half = MAX_NEIGHBOURS // 2
    first, rest = tests[:half], tests[half:]
    apart = max(1, -(-len(rest) // half))
    return (*first, *rest[::apart])
