"""Try a bug: does it make a drill? Cheap questions first, each by a run in a copy of its own."""

import random
from dataclasses import dataclass, replace
from typing import Protocol

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.drill.bug import Bug
from coach.core.drill.drill import Difficulty, Drill
from coach.core.drill.validity import (
    FIRST,
    UNNOTICED,
    distance,
    noticed_as,
    noticing,
    rank_of,
    why_dropped,
    why_no_evidence,
)
from coach.core.localize.ranking import rank
from coach.core.runs.report import Failure, RunReport
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.tree_runs import TreeRuns
from coach.engine.trees.compose import Composer
from coach.errors import CoachError

MAX_NEAR = 60
"""Tests near a bug that are asked before the whole suite is; of more, some are drawn."""
_WHOLE = 0.5
"""Share of the suite from which asking some tests first saves nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a bug: a drill without a number, or why it is none."""

    bug: Bug
    drill: Drill | None = None
    why: str = ""


class Proof(Protocol):
    """Plays a drill with its own answer."""

    def __call__(self, drill: Drill, /) -> str:
        """Return why a drill does not hold: without an answer it counts as fixed, or with the true one it does not; empty: it does."""
        ...


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Where the ranking for one failing test has a cause, from 1; 0: nowhere."""

    test: TestId
    place: int


_UNRANKED = _Ranked(NO_TEST, 0)


@dataclass(frozen=True, slots=True)
class Checker:
    """Tries bugs on one project. Any thread may."""

    runs: TreeRuns
    baseline: Baseline
    composer: Composer
    seed: int
    prove: Proof
    writes_test: bool = False
    """Whether the tests that notice are held outside: writing one is asked for."""
    is_for_pairs: bool = False
    """Whether bugs are tried that are planted two at a time only: what comes of the two is proven, not of each alone."""

    def checked(self, bug: Bug) -> Checked:
        """Try a bug. Raises Stopped, and CoachError where no other one could be tried either."""
        try:
            if not bug.places:
                return Checked(bug, why="it changes no code")
            why, failures = self._near(bug)
            if why:
                return Checked(bug, why=why)
            if bug.source == "past fix":  # two of them were looked at already
                bug = self._needed(bug, frozenset(each.test for each in failures))
            known = self._rank(bug, failures[0]) if failures else _UNRANKED
            return Checked(bug, why=FIRST) if known.place == 1 else self._whole(bug, known)
        except SyntaxError:
            return Checked(bug, why="the compiler would tell")
        except (CoachError, OSError):
            if self.runs.is_over:
                raise
            return Checked(bug, why="a run could not be carried out")

    def _near(self, bug: Bug) -> tuple[str, list[Failure]]:
        """Say why the tests that run the lines of a bug drop it, empty: they do not; and how they fail, the narrowest first."""
        if not bug.near:
            return UNNOTICED, []
        is_many = len(bug.near) > MAX_NEAR and bug.own_tests  # of whose tests none may be left out
        if len(bug.files) == 1 and (is_many or len(bug.near) >= _WHOLE * len(self.baseline.tests)):
            return "", []  # the whole suite costs hardly more, and says all
        chosen = bug.near
        if len(chosen) > MAX_NEAR and not bug.own_tests:
            drawn = random.Random(f"{self.seed}{bug.tree}")  # noqa: S311 - repeatable, nothing secret
            chosen = tuple(drawn.sample(chosen, MAX_NEAR))
        report = self.runs.only(bug.tree, chosen)
        return self._why(bug, report), self._ordered(report)

    def _ordered(self, report: RunReport) -> list[Failure]:
        """Return how tests fail that are green without the bug, the narrowest first."""
        failures = {each.test: each for each in noticing(report, self.baseline.red)}
        return [failures[each] for each in self.baseline.narrowest_first(tuple(failures))]

    def _needed(self, bug: Bug, red: frozenset[TestId]) -> Bug:
        """Leave out the files that tests do not miss: a version that was counted up is no cause."""
        right = self.composer.entries(self.baseline.tree) if len(bug.files) > 1 else {}
        for each in bug.files:
            rest = tuple(other for other in bug.files if other is not each)
            if not rest or not right:
                break
            tree = self.composer.compose(bug.tree, {each.path: right[each.path]})
            report = self.runs.only(tree, tuple(sorted(red)))
            if {each.test for each in noticing(report, self.baseline.red)} == red:
                bug = replace(bug, tree=tree, files=rest)
        return bug

    def _why(self, bug: Bug, report: RunReport) -> str:
        why = why_no_evidence(report, self.baseline.refused)
        return why or why_dropped(report, self.baseline.red, bug.places)

    def _whole(self, bug: Bug, known: "_Ranked") -> Checked:
        report = self.runs.suite(bug.tree)
        why, failures = self._why(bug, report), self._ordered(report)
        if not why and bug.own_tests and not any(each.test.file in bug.own_tests for each in failures):
            why = "none of the fix's own tests notices"
        if why:
            return Checked(bug, why=why)
        if failures[0].test != known.test:
            known = self._rank(bug, failures[0])
        if known.place == 1:
            return Checked(bug, why=FIRST)
        drill = self._drill(bug, failures, known.place)
        why = "" if self.is_for_pairs else self.prove(drill)
        return Checked(bug, why=why) if why else Checked(bug, drill)

    def _rank(self, bug: Bug, failure: Failure) -> "_Ranked":
        """Return where coach's ranking has the cause by the lines that tests run, and nothing else; 0: not at all."""
        ran = self.runs.traced(bug.tree, failure.test)
        if ran.spectrum is None:
            raise CoachError("the lines that the test runs could not be recorded")
        return _Ranked(failure.test, rank_of(rank((failure,), None, ran.spectrum), bug.places))

    def _drill(self, bug: Bug, failures: list[Failure], place: int) -> Drill:
        calls = None if self.is_for_pairs else self.runs.calls(bug.tree, failures[0].test)
        difficulty = Difficulty(
            distance=distance(calls, failures[0], bug.places),
            files=len({each.path for each in bug.places}),
            lines=bug.lines,
            tests=len(failures),
            rank=place,
        )
        noticed = tuple(map(noticed_as, failures))
        return Drill(
            number=0,
            source=bug.source,
            kind=bug.kind,
            right=self.baseline.tree,
            wrong=bug.tree,
            causes=bug.causes,
            noticed=noticed,
            held=tuple(each.test for each in noticed) if self.writes_test else (),
            difficulty=difficulty,
            seconds=self.baseline.seconds,
        )
