"""Run report + the failure being debugged → FAIL | PASS | UNRESOLVED.

The exit code alone is no evidence: ``os._exit(0)`` inside a test ends pytest with 0. A PASS needs the probe's end event,
every selected test reported, none failed, *something passed*, and the tests of the failure being debugged among what
passed: skipped, expected to fail, deselected and not collected are *not run*, neither green nor red. Everything that is
neither a pass nor the failure is UNRESOLVED with a reason: git bisect's skip, ddmin's "?".
"""

from collections.abc import Sequence
from typing import Literal

from coach.core.base.text import Prose
from coach.core.base.value import Value
from coach.core.runs.failure import FailureSignature
from coach.core.runs.reference import Grain, Reference, is_of
from coach.core.runs.report import RunReport, gist, headline

Outcome = Literal["FAIL", "PASS", "UNRESOLVED"]

RULE = 2
"""Version of the judgement below, recorded with every run."""
_MESSAGE_LIMIT = 120
ANOTHER_FAILURE = "another failure"


Remark = Literal[
    "", "another message", "ran again", "another failure", "broken edit", "not run", "old failures"
]
"""What there is to say of an outcome. Of a FAIL: *another message*: the same test says something else · *ran again*: it
passed when a plugin ran it again. Of what is UNRESOLVED: *another failure* · *broken edit*: the last edit cannot run ·
*not run*: nothing passed, or the tests in question did not · *old failures*: what failed was red beside the failure
before, and the failure itself is gone."""


class Judged(Value):
    """An outcome; why, when it is UNRESOLVED; a remark."""

    outcome: Outcome
    reason: Prose = ""
    remark: Remark = ""


def judge(
    report: RunReport,
    failing: Sequence[FailureSignature],
    reference: Reference | None = None,
    grain: Grain = "test",
) -> Judged:
    """Decide what a run says.

    Args:
        report: what was seen.
        failing: signatures of the run's failures.
        reference: the failure being debugged; None: any failure counts.
        grain: how like it a failure must be.

    """
    if why := report.not_about_the_code or _stopped_by_fence(report, failing, reference):
        return _unresolved(why)
    if report.ending.kind not in {"completed", "collection_error"}:
        return _unresolved(report.ending.sentence or report.ending.kind)
    if failing:
        judged = _judge_failures(report, failing, reference, grain)
        is_red_to_the_end = bool(report.failures) or not report.rerun_failures
        return judged if is_red_to_the_end or judged.remark else _RAN_AGAIN
    if report.ending.kind == "collection_error":
        return _unresolved(report.ending.sentence)
    if why := _not_run(report, reference):
        return Judged(outcome="UNRESOLVED", reason=f"not run: {why}", remark="not run")
    return Judged(outcome="PASS")


def _stopped_by_fence(
    report: RunReport, failing: Sequence[FailureSignature], reference: Reference | None
) -> str:
    """Say what a confined run was refused, when it did not end green and not exactly as the failure being debugged.

    Whether it would have ended so without the fence, nobody knows.
    """
    is_green = report.ending.kind == "completed" and not failing
    if not report.refused or is_green:
        return ""
    if reference and any(each.strict in reference.strict for each in failing):
        return ""
    return f"{report.refused[0]}: outside of the copy that is refused, and without it the run says nothing"


_RAN_AGAIN = Judged(
    outcome="FAIL", reason="it failed, and passed when a plugin ran it again", remark="ran again"
)
_ANOTHER_MESSAGE = Judged(
    outcome="FAIL", reason="the same test, with another message", remark="another message"
)


def _judge_failures(
    report: RunReport, failing: Sequence[FailureSignature], reference: Reference | None, grain: Grain
) -> Judged:
    if reference is None:
        return Judged(outcome="FAIL")
    shown = reference.shown_by(failing, grain)
    if not shown and (old := _only_old(report, failing, reference)):
        return Judged(outcome="UNRESOLVED", reason=old, remark="old failures")
    if not shown:
        return Judged(outcome="UNRESOLVED", reason=another_failure(failing[0]), remark="another failure")
    is_same = any(each.strict in reference.strict for each in shown)
    return Judged(outcome="FAIL") if is_same else _ANOTHER_MESSAGE


def _only_old(report: RunReport, failing: Sequence[FailureSignature], reference: Reference) -> str:
    """Say that the failure is gone and only what was red beside it is left; empty when that is not so, or not known.

    A command names no tests that passed: it is enough that its runner counted some.
    """
    is_old = all(any(is_of(old, each.test) for old in reference.beside) for each in failing)
    passed = [test for test in reference.tests if any(is_of(test, each) for each in report.passed)]
    is_gone = len(passed) == len(reference.tests) or (not _names_a_test(reference) and report.counts.passed)
    if not (is_old and is_gone):
        return ""
    others = len({each.test for each in failing})
    noun = "other test is" if others == 1 else "other tests are"
    return f"{reference.first.test} passes; {others} {noun} red as before: {failing[0].test}"


def _names_a_test(reference: Reference) -> bool:
    """Whether its first failure is of a test that has an id."""
    return reference.first.test.is_in_file


def another_failure(seen: FailureSignature) -> str:
    """Say that a run failed in another way than the failure being debugged."""
    said = headline(seen.exception or "failed", gist(seen.message))[:_MESSAGE_LIMIT]
    where = f", {seen.place}" if seen.place else ""
    return f"{ANOTHER_FAILURE}: {said} in {seen.test}{where}"


def failed_with(failing: Sequence[FailureSignature], judged: Judged | None) -> str:
    """Say in one line what a red run showed: its first failure; for a broken edit and another failure, that it is that."""
    if judged and judged.remark in {"broken edit", "another failure", "old failures"}:
        return judged.reason
    first = failing[0]
    more = f" and {len(failing) - 1} more" if len(failing) > 1 else ""
    remark = f" ({judged.reason})" if judged and judged.remark else ""
    return f"{headline(first.exception, gist(first.message))}{more}{remark}"


def _not_run(report: RunReport, reference: Reference | None) -> str:
    """Say why a run without a failure is no pass; empty when it is one. A command without a report counts no tests."""
    counts = report.counts
    if counts.reported and not (counts.passed or counts.xpassed):
        return _left_out(report, reference)
    if reference is None:
        return ""
    return next((why for test in reference.tests if (why := _missed(report, test))), "")


def _left_out(report: RunReport, reference: Reference | None) -> str:
    known = reference.tests if reference else ()
    told = next((why for test in known if (why := _missed(report, test))), "")
    if told:
        return told
    if report.not_run:
        first = report.not_run[0]
        more = f" and {len(report.not_run) - 1} more" if len(report.not_run) > 1 else ""
        return f"{first.test} was {first.sentence}{more}"
    counts = report.counts
    words = {"skipped": counts.skipped, "expected to fail": counts.xfailed}
    return "nothing passed, " + ", ".join(f"{number} {word}" for word, number in words.items() if number)


def _missed(report: RunReport, test: str) -> str:
    """Say how a run left a test out; empty when it did not, or cannot know."""
    if any(is_of(test, each) for each in report.passed):
        return ""
    found = next((each for each in report.not_run if is_of(test, each.test)), None)
    if found:
        return f"{found.test} was {found.sentence}"
    return f"{test} was skipped" if test in report.skipped else ""


def _unresolved(reason: str) -> Judged:
    return Judged(outcome="UNRESOLVED", reason=reason)
