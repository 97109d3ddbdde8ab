"""A bug that may become a drill: the files it changes, and the tests that may notice it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.core.base.test_id import TestId
from coach.core.drill.changed_places import Place, changed_lines, places
from coach.core.drill.drill import Cause, Source
from coach.core.localize.spectrum import Coverage
from coach.core.loops.analysis.syntax import MODULE, is_test_path

AROUND = 2
"""Lines before and after a change whose tests are asked as well: of what is gone no line is left that anything runs."""

Lines = Mapping[str, Mapping[int, tuple[TestId, ...]]]
"""Path → line → the tests that run it."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file with the bug and without it."""

    path: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Bug:
    """A bug in the tree of a project, not yet tried."""

    source: Source
    kind: str
    """The operator, or the short id of the commit that fixed it."""
    tree: str
    """The tree with it."""
    files: tuple[ChangedFile, ...]
    near: tuple[TestId, ...] = ()
    """Tests that run what it changes; asked before the whole suite is."""
    own_tests: tuple[str, ...] = ()
    """Files of tests that came with the fix: one of theirs has to notice; empty: any test may."""

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """What is wrong, by what suspects are compared with; nothing where no code differs. Raises SyntaxError."""
        return tuple(place for each in self.files for place in places(each.path, each.wrong, each.right))

    @property
    def causes(self) -> tuple[Cause, ...]:
        return tuple(
            Cause(
                path=each.path,
                function="" if each.function == MODULE else each.function,
                lines=each.lines,
            )
            for each in self.places
        )

    @property
    def lines(self) -> int:
        """How many lines the true fix changes."""
        return sum(changed_lines(each.wrong, each.right) for each in self.files)


def running_by_line(coverage: Coverage, red: frozenset[TestId]) -> Lines:
    """Return which green tests run each line of the project's own code."""
    found: dict[str, dict[int, list[TestId]]] = {}
    for test, files in coverage.tests.items():
        if TestId(test) not in red:
            for path, lines in files.items():
                if not is_test_path(path):
                    for line in lines:
                        found.setdefault(path, {}).setdefault(line, []).append(TestId(test))
    return {path: {line: tuple(tests) for line, tests in by.items()} for path, by in found.items()}


def near_tests(running: Lines, path: str, first: int, last: int) -> tuple[TestId, ...]:
    """Return the tests that run any of these lines of the right file, or one right beside them."""
    known = running.get(path, {})
    near = range(first - AROUND, last + AROUND + 1)
    return tuple(sorted({test for line in near for test in known.get(line, ())}))
