"""Which other red tests of a run fail for the same cause as the one that is asked about, as far as can be seen.

Such tests are on the failing side of the spectrum: what all of them ran is likelier to hold the defect than what one did. Other
red tests are on neither side: an environment that drifted fails dozens that say nothing here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from coach.core.base.test_id import TestId
from coach.core.localize.spectrum import Lines
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.failure import normalise
from coach.core.runs.report import Cause, Failure, Frame

MAX_RED = 50
RARE = 0.2
"""A line that at most this share of the passing tests run tells something of a red one."""
ALIKE = 0.8
"""Share of its rare lines that a red test has with the other one, to fail for the same cause by that alone."""
RELATED = 0.3
"""The share that is enough when the failures read the same, too."""

_BEHIND = {"cause", "context", "member"}

Place = tuple[str, int]


def of_same_cause(
    failure: Failure, others: Sequence[Failure], tests: Mapping[str, Lines], passing: Sequence[Lines]
) -> tuple[TestId, ...]:
    """Return the failing test, then the others of its cause.

    Args:
        failure: how the failing test failed.
        others: failures of the same run.
        tests: the lines that each test ran.
        passing: those of the tests that passed.

    """
    counted = Counter(place for lines in passing for place in _own(lines))
    most = RARE * len(passing)
    asked = _own(tests.get(failure.test, {}))
    rare = frozenset(place for place in asked if counted[place] <= most)
    found, began = [failure.test], _began_at(failure)
    for other in others:
        theirs = _own(tests.get(other.test, {}))
        if other.test in found or not theirs or len(found) >= MAX_RED:
            continue
        mine = frozenset(place for place in theirs if counted[place] <= most)
        shared = len(rare & mine) / max(min(len(rare), len(mine)), 1)
        is_alike = other.exception == failure.exception
        if is_alike and (
            shared >= ALIKE
            or not began.isdisjoint(_began_at(other))
            or (shared >= RELATED and normalise(other.message) == normalise(failure.message))
        ):
            found.append(other.test)
    return tuple(found)


def _own(lines: Lines) -> frozenset[Place]:
    """Return the lines outside of tests: those of a helper of tests say which helper, not which cause."""
    return frozenset((path, line) for path, each in lines.items() if not is_test_path(path) for line in each)


def _began_at(failure: Failure) -> frozenset[Place]:
    """Return where the project's own code raised, outside of tests: the exception, and those that stand behind it."""
    raised = [failure.own_frames, *(_own_frames(each) for each in failure.causes if each.kind in _BEHIND)]
    ends = (frames[-1] for frames in raised if frames)
    return frozenset((each.path, each.line) for each in ends if not is_test_path(each.path))


def _own_frames(cause: Cause) -> tuple[Frame, ...]:
    return tuple(each for each in cause.frames if each.own)
