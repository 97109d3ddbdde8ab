"""Run report + expected failure → FAIL | PASS | UNRESOLVED.

The exit code alone is no evidence: ``os._exit(0)`` inside a test ends pytest with 0. A PASS needs the probe's end event
with every selected test reported and none failed. Everything that is neither a pass nor the expected failure is
UNRESOLVED with a reason: git bisect's skip, ddmin's "?".
"""

from collections.abc import Collection
from typing import Literal

from coach.core.failure import FailureSignature
from coach.core.report import RunReport
from coach.core.value import Value

Outcome = Literal["FAIL", "PASS", "UNRESOLVED"]


class Judged(Value):
    """An outcome and, when it is UNRESOLVED, why."""

    outcome: Outcome
    reason: str = ""


def judge(report: RunReport, failing: Collection[FailureSignature], expected: Collection[str] = ()) -> Judged:
    """Decide what a run says.

    Args:
        report: what was seen.
        failing: signatures of the run's failures.
        expected: strict signatures of the failure being debugged; empty means any failure counts.

    """
    if report.foreign_modules:
        return Judged(
            outcome="UNRESOLVED",
            reason=f"it loaded {report.foreign_modules[0]} from outside the copy under test",
        )
    if report.ending.kind not in {"completed", "collection_error"}:
        return Judged(outcome="UNRESOLVED", reason=report.ending.sentence or report.ending.kind)
    if failing:
        return _judge_failures(failing, expected)
    if report.ending.kind == "collection_error":
        return Judged(outcome="UNRESOLVED", reason=report.ending.sentence)
    return Judged(outcome="PASS")


def _judge_failures(failing: Collection[FailureSignature], expected: Collection[str]) -> Judged:
    if not expected or any(each.strict in expected for each in failing):
        return Judged(outcome="FAIL")
    other = next(iter(failing))
    return Judged(
        outcome="UNRESOLVED", reason=f"another failure: {other.exception or 'failed'} in {other.test}"
    )
