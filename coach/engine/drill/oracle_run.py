"""Play a drill with its own answer before anybody else does: the bug must not count as fixed, the true fix must get every point."""

import threading
from dataclasses import dataclass, field

from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.score_lines import score_of
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.drill.answers import told_elsewhere
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.grading import Grader, Runs
from coach.engine.drill.tree_runs import TreeRuns
from coach.engine.trees.compose import composing

COUNTS_AS_FIXED = "nobody fixed it, and it counts as fixed"
TOLD = "another file holds the fix as well"


@dataclass(slots=True)
class _Once:
    """Carries out a run that is asked for again, by another grading of the same drill, one time."""

    runs: Runs
    known: dict[RunRequest, RunReport] = field(default_factory=dict)

    def __call__(self, request: RunRequest) -> RunReport:
        if request not in self.known:
            self.known[request] = self.runs(request)
        return self.known[request]


@dataclass(slots=True)
class Oracle:
    """Grades both trees of a drill as those of whoever plays are graded. Any thread may.

    The right tree is the same for most drills of a set: its suite is run once.
    """

    runs: TreeRuns
    baseline: Baseline
    made: DrillSet
    """As far as grading asks: which tests there are, and which of them say nothing."""
    _right: RunReport | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, drill: Drill, /) -> str:
        """Return why a drill is thrown away; empty: it holds. Raises CoachError, OSError, Stopped."""
        trees, asked = self.runs.trees, _Once(self._carried_out)
        with composing(trees) as composer:
            grader = Grader(self.made, drill, trees, asked, composer)
            if told_elsewhere(drill, grader.given, trees, composer):
                return TOLD
            return self._why_thrown_away(drill, grader)

    def _why_thrown_away(self, drill: Drill, grader: Grader) -> str:
        wrong = score_of(drill, grader.graded(drill.wrong))
        if wrong.is_fixed:
            return COUNTS_AS_FIXED
        if any(each.name == "fixed" and each.judged == "not judged" for each in wrong.lines):
            return "the bug cannot be graded"
        right = score_of(drill, grader.graded(drill.right))
        missed = next((each for each in right.lines if each.judged == "not met"), None)
        if missed is not None:
            return f"the true fix does not get the full score: {missed.name}"
        return "" if right.is_fixed else "the true fix cannot be graded"

    def _carried_out(self, request: RunRequest) -> RunReport:
        is_right = request.tree == self.baseline.tree and request.target.words == self.made.tests
        if not is_right:
            return self.runs.carried_out(request)
        with self._lock:
            if self._right is None:
                about = tuple(sorted(self.baseline.tests))
                self._right = self.runs.carried_out(request.model_copy(update={"about": about}))
            return self._right
