"""What a run of a session says: its failing set, and the judgement under the workflow's oracle.

A crash or time over budget can be the failure too. A run after an edit may fail for a reason of the edit's own: a name, an
import, syntax, the parameters of a call. That judges the edit, never the idea behind it, and never becomes the failure
the session is about. Recorded as a judgement: the report of a run stays what was seen.
"""

from collections.abc import Collection

from coach.core.base.test_id import TestId
from coach.core.experiments.trial_request import Trial
from coach.core.runs.failure import FailureSignature, failing_set, signature_of
from coach.core.runs.oracle import Judged, judge
from coach.core.runs.reference import Reference, is_for_want_of_a_name
from coach.core.runs.report import EndingKind, Failure, RunReport, gist, headline
from coach.core.runs.run import Run
from coach.core.session.state import SessionState

_DIED: frozenset[EndingKind] = frozenset({"signalled", "timeout", "silence", "ended_early"})
_SAID_LIMIT = 120


def judge_run(
    state: SessionState, run: Run, report: RunReport
) -> tuple[tuple[FailureSignature, ...], Judged]:
    """Return the failing set of a run and what it was judged to be."""
    if report.not_about_the_code:
        return (), judge(report, ())
    if order := run.request.variation.order:
        report = report.of_victim(order.victim)
    is_whole = run.request.is_whole
    failing = failing_set(report, with_reruns=not is_whole)
    reference = None if is_whole else state.reference
    judged = judge(report, failing, reference)
    is_exact = reference is not None and any(each.strict in reference.strict for each in failing)
    if reference and failing and not is_exact:
        judged = _of_edit(reference, report, _edited(state, reference, run), judged)
    own = _by_oracle(state, run, report) if not failing else None
    if own is None:
        return failing, judged
    seen = signature_of(own)
    if reference and seen.strict not in reference.strict:
        reason = f"another failure: {own.exception} in {own.test}"
        return (seen,), Judged(outcome="UNRESOLVED", reason=reason, remark="another failure")
    return (seen,), Judged(outcome="FAIL")


def _edited(state: SessionState, reference: Reference, run: Run) -> frozenset[str]:
    """Return the files that were edited since the failure was seen: in the checkout, or by the patch that is tried."""
    trial = run.request.instrument
    if isinstance(trial, Trial):
        return frozenset(trial.patched)
    if run.request.in_copy:
        return frozenset()
    return frozenset(path for edit in state.edits if edit.after_run >= reference.run for path in edit.paths)


def _of_edit(reference: Reference, report: RunReport, edited: Collection[str], judged: Judged) -> Judged:
    """Say that the edit itself broke the run, when it did."""
    known = {each.exception for each in reference.failing}
    for failure in report.failures:
        is_ours = reference.names(failure.test) or failure.phase == "collect"
        said = broken_by_edit(failure, edited, is_ours=is_ours) if failure.exception not in known else ""
        if said:
            reason = f"your edit broke it: {said}, not the failure you are after"
            return Judged(outcome="UNRESOLVED", reason=reason, remark="broken edit")
    return judged


def broken_by_edit(failure: Failure, edited: Collection[str], *, is_ours: bool = True) -> str:
    """Say where an edit cannot run, when a failure is for want of a name, and arose in one of the edited files.

    A call that does not fit shows where the function is called, and an import where it is made: their files need not be
    the edited ones. That is believed of a test that was seen before the edit alone (``is_ours``): another one may have
    lacked a fixture or a module all along.
    """
    seen = signature_of(failure)
    if not edited or not is_for_want_of_a_name(seen):
        return ""
    own = failure.own_frames
    place = f"{own[-1].path}:{own[-1].line}" if own else seen.test
    is_born_here = any(frame.path in edited for frame in own[-1:])
    is_elsewhere = is_ours and seen.exception not in {"NameError", "UnboundLocalError"}
    if not (is_born_here or is_elsewhere):
        return ""
    return f"{headline(seen.exception, gist(seen.message))[:_SAID_LIMIT]}, {place}"


def _by_oracle(state: SessionState, run: Run, report: RunReport) -> Failure | None:
    """Return the failure a run shows that no test reports; None when it shows none."""
    if run.request.is_whole or run.request.tries_command:
        return None
    test = TestId(run.request.target.label)
    oracle, limit = state.workflow.oracle, state.budget
    if oracle == "crash" and report.ending.kind in _DIED:
        code = report.ending.exit_code if report.ending.kind == "signalled" else None
        how = f"{report.ending.kind} {-code}" if code is not None and code < 0 else report.ending.kind
        return Failure(test=test, phase="call", exception="Crash", message=how.replace("_", " "))
    if oracle == "time" and limit > 0 and report.ending.is_complete and report.duration > limit:
        return Failure(test=test, phase="call", exception="TooSlow", message="longer than its budget")
    return None
