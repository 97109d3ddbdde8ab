"""Whether a bug makes a drill: what its runs showed is judged here, and each reason for dropping one is a sentence."""

from collections.abc import Collection, Sequence

from coach.core.base.test_id import TestId
from coach.core.drill.changed_places import Place
from coach.core.drill.drill import Noticed
from coach.core.localize.call_trace import Call, CallTrace
from coach.core.localize.suspect import Suspect
from coach.core.runs.failure import innermost_own, is_structural, steady
from coach.core.runs.report import Failure, Frame, RunReport

MAX_NOTICING = 10
"""Tests that may notice: what more of them do is found by everybody."""
_ENDED = {
    "timeout": "it makes the tests hang",
    "silence": "it makes the tests hang",
    "output_limit": "it makes the tests print without end",
    "signalled": "it makes the tests crash",
    "collection_error": "it breaks an import",
    "not_started": "the run could not be started",
}
UNNOTICED = "no test notices it"
FIRST = "coach's plain ranking puts it first"


def noticing(report: RunReport, red: Collection[TestId]) -> tuple[Failure, ...]:
    """Return how the tests fail that are green without the bug."""
    known = {steady(each) for each in red}
    failures = {each.test: each for each in reversed(report.failures) if steady(each.test) not in known}
    return tuple(failures[each] for each in sorted(failures))  # subtests fail one by one under one id


def why_no_evidence(report: RunReport, refused: Collection[str]) -> str:
    """Say why a run tells nothing of a bug; empty: it does. ``refused``: what copies without the bug were refused as well."""
    if report.not_about_the_code:
        return report.not_about_the_code
    if report.refused and not refused:
        return "with it the tests do what a confined copy may not"
    if not report.ending.is_complete:
        return _ENDED.get(report.ending.kind, "with it the tests do not come to their end")
    return ""


def why_dropped(report: RunReport, red: Collection[TestId], places: Sequence[Place]) -> str:
    """Say why a bug is no drill by how the tests fail; empty: so far it is one."""
    failures = noticing(report, red)
    if not failures:
        return UNNOTICED
    if report.failures_left_out or len(failures) > MAX_NOTICING:
        return f"more than {MAX_NOTICING} tests notice it"
    if any(map(is_structural, failures)):
        return "it breaks an import"
    if any(_shows_itself(each, places) for each in failures):
        return "the last line of a traceback shows it"
    return ""


def _shows_itself(failure: Failure, places: Sequence[Place]) -> bool:
    frame = innermost_own(failure)
    return frame is not None and any(
        frame.path == each.path and frame.line in {*each.lines, *each.around} for each in places
    )


def rank_of(suspects: Sequence[Suspect], places: Sequence[Place]) -> int:
    """Return the place of the first suspect that names a cause, from 1; 0: none does. Ties share their place."""
    found = (each.rank for each in suspects if any(_names(each, place) for place in places))
    return min(found, default=0)


def _names(suspect: Suspect, place: Place) -> bool:
    return place.holds(suspect.path, suspect.function, suspect.line)


def noticed_as(failure: Failure) -> Noticed:
    frame = innermost_own(failure)
    return Noticed(
        test=failure.test,
        exception=failure.exception,
        message=failure.message,
        path=frame.path if frame else "",
        line=frame.line if frame else 0,
    )


def distance(trace: CallTrace | None, failure: Failure, places: Sequence[Place]) -> int:
    """Return how many calls lie between a function that is wrong and the one where it shows, up and down the calls of a test.

    Where the calls are not known, how many frames of the traceback do; 1 where that does not tell either.
    """
    frame = innermost_own(failure)
    if frame is None:
        return 1
    if trace is not None and (found := _calls_between(trace.calls, frame, places)) is not None:
        return found
    own = [each for each in failure.frames if each.own]
    deep = [index for index, each in enumerate(own) if any(_is_in(each, place) for place in places)]
    return len(own) - 1 - deep[-1] if deep else 1


def _is_in(frame: Frame, place: Place) -> bool:
    return frame.path == place.path and _last(frame.function) == _last(place.function)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _calls_between(calls: Sequence[Call], frame: Frame, places: Sequence[Place]) -> int | None:
    """Return the fewest steps in the tree of calls from one of a wrong function to where it showed; None: none was seen."""
    above: list[int] = []
    ways: list[tuple[int, ...]] = []
    shows: tuple[int, ...] = ()
    wrong: list[tuple[int, ...]] = []
    for index, call in enumerate(calls):
        del above[call.depth :]
        above.append(index)
        ways.append(tuple(above))
        if call.path == frame.path and _last(call.function) == _last(frame.function):
            shows = ways[-1]
        if any(call.path == each.path and _last(call.function) == _last(each.function) for each in places):
            wrong.append(ways[-1])
    return min((_steps(each, shows) for each in wrong), default=None)


def _steps(one: Sequence[int], other: Sequence[int]) -> int:
    shared = sum(first == second for first, second in zip(one, other, strict=False))
    return len(one) + len(other) - 2 * shared
