"""A logpoint: a place, an expression and perhaps a predicted condition, looked at in the running code, unedited.

The rule (version 1). A line the failing test never reaches decides nothing, and neither does a failing test that passed, nor
a condition that could not be evaluated. Otherwise, over the hits in the failing test: *once*: true at least once ·
*always*: true at every hit · *never*: true at none · *only-failing*: true at least once, and at no hit of a passing
test that reaches the line; without such a test it is open.
"""

from typing import Literal, get_args

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.experiments.hypothesis import Verdict

RULE = 1
Mode = Literal["once", "always", "never", "only-failing"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Logpoint(Value):
    """Where to look, and at what. With ``watch`` it is every change of one name in the function at ``line``."""

    path: FilePath
    line: int
    expression: Name = ""
    condition: Name = ""
    """What is predicted to be true; empty: nothing is, it only looks."""
    mode: Mode = "once"
    watch: Name = ""
    function: Name = ""
    source: Name = ""
    """The line's text when the logpoint was set: it is followed by it when lines move."""
    hypothesis: int = 0
    """The hypothesis it tests; 0: none."""
    free: bool = False
    """Whether it may only look, since the engineer was not asked: see ``free_expression``."""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def words(self) -> tuple[str, ...]:
        """What the engineer is asked about: the file, and what would be evaluated there."""
        return self.path, self.expression.strip(), self.condition.strip()

    def asks_the_same(self, other: "Logpoint") -> bool:
        return self.words == other.words

    @property
    def prediction(self) -> str:
        """In words; empty when nothing is predicted."""
        words = {"once": "at least once", "always": "at every hit", "never": "at no hit"}
        when = words.get(self.mode, "in the failing test only")
        return f"{self.condition} holds {when}" if self.condition else ""


class Row(Value):
    """One moment: the how-manieth hit, the line, the value as text, and whether the condition held."""

    hit: int
    line: int
    value: Prose
    holds: bool | None = None


class TestHits(Value):
    """What one test showed. Beyond ``evaluated`` hits were only counted."""

    __test__ = False
    test: TestId
    outcome: Literal["failing", "passing", "skipped"] = "passing"
    hits: int = 0
    evaluated: int = 0
    held: int = 0
    raised: int = 0
    error: Prose = ""
    rows: tuple[Row, ...] = ()


class Observed(Value):
    """What a logpoint run saw. ``tests`` begins with the failing test; tests that never reached the line are counted."""

    line: int = 0
    """Where the line stands now."""
    source: Name = ""
    test: TestId = NO_TEST
    """The failing test it is about."""
    tests: tuple[TestHits, ...] = ()
    unreached: int = 0
    way: Name = ""
    why: Prose = ""
    """Why nothing could be seen; empty when it could."""


class LogpointRun(Value):
    """A logpoint, the run it was looked at in, and what that says of the prediction."""

    run: int
    logpoint: Logpoint
    observed: Observed
    verdict: Verdict | None = None
    """None when nothing was predicted."""
    reason: Prose = ""
    after_fix: bool = False
    """Whether a verification looked again, to see that what was predicted is gone."""


def judge_logpoint(logpoint: Logpoint, observed: Observed) -> tuple[Verdict, str]:
    """Compare the predicted condition with what was seen."""
    if observed.why:
        return "INCONCLUSIVE", observed.why
    failing = next((each for each in observed.tests if each.test == observed.test), None)
    if failing is None or failing.outcome != "failing":
        return "INCONCLUSIVE", "the failing test did not fail in this run"
    if not failing.hits:
        return "INCONCLUSIVE", "never reached in the failing test: look before this line"
    if failing.raised:
        return "INCONCLUSIVE", f"the condition could not be evaluated: {failing.error}"
    if logpoint.mode == "only-failing":
        return _only_failing(failing, observed)
    return _in_the_failing_test(logpoint.mode, failing)


def _in_the_failing_test(mode: Mode, failing: TestHits) -> tuple[Verdict, str]:
    seen = f"true at {failing.held} of {failing.evaluated} hits in the failing test"
    is_cut = failing.evaluated < failing.hits
    if is_cut:
        seen += f" ({failing.hits} in all)"
    if mode == "once":
        is_open = is_cut and not failing.held
        return ("INCONCLUSIVE" if is_open else "SUPPORTED" if failing.held else "REFUTED"), seen
    contradicted = failing.held if mode == "never" else failing.evaluated - failing.held
    if contradicted:
        return "REFUTED", seen
    return ("INCONCLUSIVE" if is_cut else "SUPPORTED"), seen


def _only_failing(failing: TestHits, observed: Observed) -> tuple[Verdict, str]:
    passing = [each for each in observed.tests if each.outcome == "passing" and each.evaluated > each.raised]
    also = [each for each in passing if each.held]
    seen = f"true at {failing.held} of {failing.evaluated} hits in the failing test"
    if not failing.held:
        return "REFUTED", seen
    if also:
        return "REFUTED", f"{seen}, and in the passing {also[0].test} too"
    if not passing:
        return "INCONCLUSIVE", f"{seen}, and no passing test reaches the line: nothing to compare with"
    count = f"{len(passing)} passing test" + ("s" if len(passing) > 1 else "")
    return "SUPPORTED", f"{seen}, never in {count}"
