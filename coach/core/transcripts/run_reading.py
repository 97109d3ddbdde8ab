"""A run as the output of a command tells it, with no process at hand: judged by what was printed, never guessed.

What cannot be known is unknown, and never a pass. A command that could not do its work (no program of that name, no pytest,
a missing install, wrong options) tried nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from coach.core.base.test_id import TestId
from coach.core.output.output_reading import OutputReading, read_output
from coach.core.runs.command_line.invocation import Invocation
from coach.core.runs.report import Ending, EndingKind, Failure, Frame, Output, RunReport
from coach.core.transcripts.setup_problems import Own, lacks_install, missing_sentence, setup_problem

MAX_TAIL = 4_000
LOST_NAMES = "names of failing tests are not in the transcript"
"""How the note begins that a report has where its output was cut."""
CUT = "the transcript holds a part of the output: what it counts is at least so many"

_NO_TESTS = re.compile(
    r"^(?:=+ )?(?:no tests ran\b|\d{1,9} deselected(?:, \d+ warnings?)? in )|^collected 0 items|^Ran 0 tests|^NO TESTS RAN|no test files\]|No tests found",
    re.MULTILINE,
)
_GO_OK = re.compile(r"^ok\s+\S+\s", re.MULTILINE)
"""A package of Go that was tested, beside others that have no tests."""
_OK = re.compile(r"^OK(?: \([\w ,=]+\))?$", re.MULTILINE)
"""The last word of unittest, where a filter left nothing else."""
_PYTEST_CODES: dict[int, tuple[EndingKind, str]] = {
    3: ("internal_error", "pytest ended with an internal error"),
    4: ("usage_error", "pytest was started wrongly"),
    5: ("no_tests", "no test was collected"),
}
_ONE_RUNNER = frozenset(
    {"pytest", "unittest", "Django", "sympy", "go test", "cargo test", "bin/doctest", "nose"}
)
"""Their summary at the end tells of all that ran."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is known of how a command ended."""

    text: str
    exit_code: int | None = None
    """Its own; None where only that of another command is known."""
    is_whole: bool = True
    is_hidden: bool = False
    """What it printed went elsewhere: the text is of others."""
    is_ended_early: bool = False
    is_doubtful: bool = False
    """Another command, before it in its line, may have failed, so that it never began."""


END = 2_000
"""Characters at the end of an output in which a host says why it ended a command."""
_OVER_TIME = re.compile(r"\btim(?:ed|ing) out\b|\btime ?out\b", re.IGNORECASE)

Place = Callable[[str], str]
"""A path as a program printed it → the file of the project it means, relative to the root; empty when it is none."""


def nothing_own(_: str) -> bool:
    """Say of every module that it is not the project's."""
    return False


def read_run(invocation: Invocation, printed: Printed, place: Place, is_own: Own = nothing_own) -> RunReport:
    """Return what a run showed, as far as its output tells it."""
    label = TestId(" ".join(invocation.words)[:200] or invocation.runner)
    if untried := _untried(printed, is_own):
        return untried
    if printed.is_hidden:
        return _by_code_alone(printed, label)
    if invocation.is_script:
        return _of_script(printed, label, place, is_own)
    reading = read_output(printed.text, 0)
    failures = tuple(_placed(each, label, place) for each in reading.failures)
    if failures or reading.red:
        return _red(printed, reading, failures, label, is_own)
    if told := _without_failures(invocation, printed, reading):
        return told
    return _unnamed(invocation, printed, label, place, is_own)


def _untried(printed: Printed, is_own: Own) -> RunReport | None:
    """Judge a run that did not come to its end, or may not have begun; None for any other."""
    if printed.is_ended_early:
        kind: EndingKind = "timeout" if _OVER_TIME.search(printed.text[-END:]) else "interrupted"
        return _ended(kind, "it was stopped, or took longer than its host allows", printed)
    if printed.is_doubtful:
        problem = setup_problem(printed.text, is_own)
        why = "a command before it in its line may have failed, so that it never began"
        return _ended(*(problem or ("unknown", why)), replace(printed, exit_code=None))
    return None


def _ended(kind: EndingKind, why: str, printed: Printed, **more: object) -> RunReport:
    ending = Ending(kind=kind, sentence=why, exit_code=printed.exit_code)
    tail = Output(tail=printed.text[-MAX_TAIL:], bytes=len(printed.text))
    return RunReport(ending=ending, output=tail).model_copy(update=more)


def _by_code_alone(printed: Printed, label: TestId) -> RunReport:
    quiet = Printed("", printed.exit_code)
    if printed.exit_code is None:
        return _ended("unknown", "what it printed went elsewhere, and its exit code is not known", quiet)
    failures = (_unnamed_failure(label, f"exit {printed.exit_code}", ""),) if printed.exit_code else ()
    return _ended("completed", "", quiet, failures=failures)


def _red(
    printed: Printed, reading: OutputReading, failures: tuple[Failure, ...], label: TestId, is_own: Own
) -> RunReport:
    counts = reading.counts
    failed = counts.failed + counts.errors
    lost = max(failed - len(failures), 0)
    notes = [] if printed.is_whole or (counts.reported and not lost) else [CUT]
    if lost:
        notes.append(f"{LOST_NAMES}: {lost} of {failed}")
    if not failures:
        failures = (_unnamed_failure(label, "failed", f"{failed} failed" if failed else ""),)
    is_missing = all(each.phase == "collect" and lacks_install(each, is_own) for each in failures)
    if is_missing:
        return _ended("not_started", missing_sentence(failures[0].message), printed, probe_notes=tuple(notes))
    is_collecting = all(each.phase == "collect" for each in failures) and not counts.passed
    more = {
        "counts": counts,
        "failures": failures,
        "failures_left_out": max(reading.left_out, lost),
        "probe_notes": tuple(notes),
    }
    return _ended("collection_error" if is_collecting else "completed", "", printed, **more)


def _without_failures(invocation: Invocation, printed: Printed, reading: OutputReading) -> RunReport | None:
    """Judge a run whose output names no failure; None where its output does not tell how it ended."""
    counts, code = reading.counts, printed.exit_code
    is_counted = counts.reported and invocation.runner in _ONE_RUNNER
    notes: tuple[str, ...] = () if printed.is_whole or is_counted else (CUT,)
    is_ok = invocation.runner in {"unittest", "Django"} and _OK.search(printed.text) is not None
    if counts.reported and code and invocation.runner not in _ONE_RUNNER:
        return None  # what was counted is a part of what ran, and something else of it failed
    if counts.reported and code:
        why = f"it ended with {code}, but its output tells of no failed test"
        return _ended("contradiction", why, printed, counts=counts)
    if counts.reported and code is None and invocation.runner not in _ONE_RUNNER and not printed.is_whole:
        why = "the end of its output tells of a part of its tests"
        return _ended("unknown", why, printed, probe_notes=notes)
    if (
        not counts.reported
        and not is_ok
        and _NO_TESTS.search(printed.text)
        and not _GO_OK.search(printed.text)
    ):
        return _ended("no_tests", "no test ran", printed)
    if counts.reported or is_ok or code == 0:
        return _ended("completed", "", printed, counts=counts, probe_notes=notes)
    return None


def _unnamed(invocation: Invocation, printed: Printed, label: TestId, place: Place, is_own: Own) -> RunReport:
    """Judge a run of tests of which no result was read: it could not begin, died, or is not known."""
    code = printed.exit_code
    if invocation.runner == "pytest" and code in _PYTEST_CODES:
        kind, why = _PYTEST_CODES[code]
        return _ended(kind, why, printed)
    if problem := setup_problem(printed.text, is_own):
        return _ended(*problem, printed)
    has_trace = "Traceback (most recent call last):" in printed.text
    if code is None and not has_trace:
        return _ended("unknown", "its output does not tell how it ended", printed)
    found = _of_what_died(printed.text, code or 1)
    failures = tuple(_placed(each, label, place) for each in found)
    ended_as: EndingKind = "collection_error" if has_trace else "completed"
    if has_trace:
        failures = tuple(each.model_copy(update={"phase": "collect"}) for each in failures)
    return _ended(ended_as, "", printed, failures=failures)


def _of_script(printed: Printed, label: TestId, place: Place, is_own: Own) -> RunReport:
    """A script is judged by its exit code; where that is not known, by a traceback at the end of what it printed."""
    code = printed.exit_code
    if code is None:
        last = printed.text.rstrip().rpartition("\n")[2]
        has_died = "Traceback (most recent call last):" in printed.text and _EXCEPTION.match(last) is not None
        if not has_died:
            return _ended("unknown", "its exit code is not known", printed)
    elif code == 0:
        return _ended("completed", "", printed)
    if code in {124, 137, -9}:
        return _ended("interrupted", "it was stopped", printed)
    if problem := setup_problem(printed.text, is_own):
        return _ended(*problem, printed)
    failures = tuple(_placed(each, label, place) for each in _of_what_died(printed.text, code or 1))
    return _ended("completed", "", printed, failures=failures)


def _of_what_died(text: str, code: int) -> tuple[Failure, ...]:
    """Read why a program ended; where its traceback is cut in the middle, the last line still names the exception."""
    found = read_output(text, code).failures
    said = _EXCEPTION.match(text.rstrip().rpartition("\n")[2])
    if said is None or not all(each.exception.startswith("exit ") for each in found):
        return found
    named = {"exception": said["name"].rpartition(".")[2], "message": said["message"] or ""}
    return tuple(each.model_copy(update=named) for each in found)


_EXCEPTION = re.compile(
    r"(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt))(?:: (?P<message>.*))?$"
)


def _unnamed_failure(label: TestId, exception: str, message: str) -> Failure:
    return Failure(test=label, phase="command", exception=exception, message=message)


def _placed(failure: Failure, label: TestId, place: Place) -> Failure:
    """Name files from the root, and say which frames are the project's own."""
    frames = tuple(_frame(each, place) for each in failure.frames)
    causes = tuple(
        each.model_copy(update={"frames": tuple(_frame(frame, place) for frame in each.frames)})
        for each in failure.causes
    )
    test = TestId(_named(failure.test, place) or label)
    return failure.model_copy(update={"test": test, "frames": frames, "causes": causes})


def _named(test: TestId, place: Place) -> str:
    file = test.file
    placed = place(file) if "/" in file or file.endswith(".py") else ""
    return f"{placed}{test[len(file) :]}" if placed else test


def _frame(frame: Frame, place: Place) -> Frame:
    placed = place(frame.path)
    return frame.model_copy(update={"path": placed, "own": True}) if placed else frame
