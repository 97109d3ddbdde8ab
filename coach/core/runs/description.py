"""A run in words, once for every front end: its sign, the word for its outcome, and what it showed.

Any failing test is red, also when it is not the failure being debugged: a sign is never greener than the run.
"""

from collections.abc import Sequence
from typing import NamedTuple

from coach.core.base.symbols import OUTCOMES, Role
from coach.core.runs.failure import FailureSignature
from coach.core.runs.oracle import Judged, Outcome, failed_with
from coach.core.runs.report import RunReport
from coach.core.runs.run import Run

_WORDS: dict[Outcome, str] = {"FAIL": "failed", "PASS": "passed", "UNRESOLVED": "unresolved"}


class RunDescription(NamedTuple):
    """What a run says: ``sign`` and its ``role``, the outcome as a ``word``, and what it ``showed`` (empty while under way)."""

    sign: str
    role: Role
    word: str
    showed: str


def describe_run(run: Run) -> RunDescription:
    """Describe a run; one under way has the sign of an unresolved one and shows nothing."""
    return describe_ended(run.failing, run.judged, run.report)


def describe_ended(
    failing: Sequence[FailureSignature], judged: Judged | None, report: RunReport | None
) -> RunDescription:
    """Describe what a run ended with: its red tests, the judgement, and its report (None while it is under way)."""
    outcome: Outcome = "FAIL" if failing else judged.outcome if judged else "UNRESOLVED"
    sign, role = OUTCOMES[outcome]
    return RunDescription(sign, role, _WORDS[outcome], _showed(failing, judged, report))


def _showed(failing: Sequence[FailureSignature], judged: Judged | None, report: RunReport | None) -> str:
    if failing:
        return failed_with(failing, judged)
    if judged and judged.outcome == "PASS" and report:
        return f"{report.counts.passed} passed" if report.counts.reported else "passed"
    return judged.reason if judged else ""
