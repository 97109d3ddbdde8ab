"""What a run's ending says under the workflow's oracle: a crash or time over budget can be the failure too.

Recorded as a judgement: the report of a run stays what was seen.
"""

from coach.core.failure import FailureSignature, failing_set, signature_of
from coach.core.oracle import Judged, judge
from coach.core.report import EndingKind, Failure, RunReport
from coach.core.run import Run
from coach.core.session import SessionState

_DIED: frozenset[EndingKind] = frozenset({"signalled", "timeout", "silence", "ended_early"})
_WHOLE: frozenset[str] = frozenset({"suite", "baseline"})


def judge_run(
    state: SessionState, run: Run, report: RunReport
) -> tuple[tuple[FailureSignature, ...], Judged]:
    """Return the failing set of a run and what it was judged to be."""
    failing = failing_set(report)
    expected = state.expected if run.request.purpose not in _WHOLE else ()
    judged = judge(report, failing, expected)
    own = _by_oracle(state, run, report) if not failing else None
    if own is None or report.foreign_modules:
        return failing, judged
    seen = signature_of(own)
    if expected and seen.strict not in expected:
        reason = f"another failure: {own.exception} in {own.test}"
        return (seen,), Judged(outcome="UNRESOLVED", reason=reason)
    return (seen,), Judged(outcome="FAIL")


def _by_oracle(state: SessionState, run: Run, report: RunReport) -> Failure | None:
    """Return the failure a run shows that no test reports; None when it shows none."""
    if run.request.purpose in _WHOLE or (run.request.trial and run.request.trial.kind == "command"):
        return None
    test = run.request.target.label
    oracle, limit = state.workflow.oracle, state.budget
    if oracle == "crash" and report.ending.kind in _DIED:
        code = report.ending.exit_code if report.ending.kind == "signalled" else None
        how = f"{report.ending.kind} {-code}" if code is not None and code < 0 else report.ending.kind
        return Failure(test=test, phase="call", exception="Crash", message=how.replace("_", " "))
    if oracle == "time" and limit > 0 and report.ending.is_complete and report.duration > limit:
        return Failure(test=test, phase="call", exception="TooSlow", message="longer than its budget")
    return None
