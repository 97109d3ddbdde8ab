"""Compute the verification of a fix from recorded runs: each line separately, with its figure.

What must hold of the runs stands here; what shows that it is the fix that does it, in ``proving``.
"""

from coach.core.acceptance import accepted
from coach.core.proving import control, left_behind, predicted, red_without, repeats
from coach.core.rechecking import rechecked
from coach.core.run import Run
from coach.core.session import SessionState
from coach.core.spec import is_outside
from coach.core.verification import Verification, VerificationCheck

RULE = 3


def verify(state: SessionState) -> Verification:
    """Judge the runs made since the verification began. Nothing here trusts a claim."""
    runs = tuple(run for run in state.runs if run.number >= state.plan_start and run.is_over)
    suite = next((run for run in reversed(runs) if run.request.purpose == "suite"), None)
    checks = [
        _red_before(state),
        _green_now(state, runs),
        *repeats(state, runs),
        _something_changed(state),
        _no_new_failures(suite, baseline_of(state)),
        _nothing_lost(suite, baseline_of(state) or _died_baseline(state)),
        _in_scope(state),
        *red_without(state, runs),
        *control(state, runs),
        left_behind(state),
        *predicted(state, runs),
        *rechecked(state, runs),
        *accepted(state, runs),
    ]
    return Verification(checks=tuple(checks))


def baseline_of(state: SessionState) -> Run | None:
    """Return the last trustworthy run of the whole suite on the tree the session opened with."""
    for run in reversed(state.runs):
        if (
            run.request.purpose == "baseline"
            and run.report
            and run.report.ending.is_complete
            and not run.report.foreign_modules
        ):
            return run
    return None


def _died_baseline(state: SessionState) -> Run | None:
    """Return the baseline where dying is the failure: it does not end, but how many tests there were is known."""
    runs = (run for run in reversed(state.runs) if run.request.purpose == "baseline" and run.report)
    known = (run for run in runs if run.report and run.report.counts.selected)
    return next(known, None) if state.workflow.oracle == "crash" else None


def _red_before(state: SessionState) -> VerificationCheck:
    def line(figure: str, runs: tuple[int, ...] = ()) -> VerificationCheck:
        return VerificationCheck(
            name="red-before",
            title="the pinned test was red, and is unchanged",
            passed=bool(runs),
            figure=figure,
            runs=runs,
        )

    if state.pin is None:
        return line("no test is pinned")
    if not state.pin.is_intact:
        return line(
            "the test is gone" if not state.pin.seen_digest else "the test changed since it was pinned"
        )
    before = (run for run in reversed(state.runs) if run.is_evidence and not run.request.in_copy)
    red = next((run.number for run in before if any(each.test == state.pin.test for each in run.failing)), 0)
    return line(f"red in #{red}", (red,)) if red else line("never seen red")


def _green_now(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    target = [run for run in runs if run.request.purpose == "verify"]
    green = [run for run in target if run.judged and run.judged.outcome == "PASS" and run.is_evidence]
    skipped = [run for run in target if state.pin and run.report and state.pin.test in run.report.skipped]
    passed = bool(target) and len(green) == len(target) and not skipped
    reason = next(
        (run.judged.reason for run in target if run not in green and run.judged and run.judged.reason), ""
    )
    if skipped:
        reason = "the pinned test was skipped"
    return VerificationCheck(
        name="green-now",
        title="the target is green now, in cold runs",
        passed=passed,
        figure=f"{len(green)} of {len(target)}" + (f", {reason}" if reason else ""),
        runs=tuple(run.number for run in target),
    )


def _something_changed(state: SessionState) -> VerificationCheck:
    changed = bool(state.changes and state.changes.files)
    is_known = state.changes is not None
    if not is_known and state.edits:
        changed = True
    figure = ""
    if state.changes and changed:
        figure = state.changes.size
    return VerificationCheck(
        name="changed",
        title="there is a change to explain it",
        passed=changed,
        figure=figure if changed else "nothing was changed: a green by itself is a flake",
    )


def _no_new_failures(suite: Run | None, baseline: Run | None) -> VerificationCheck:
    def line(figure: str, *, passed: bool = False) -> VerificationCheck:
        numbers = tuple(run.number for run in (suite, baseline) if run)
        return VerificationCheck(
            name="no-new-failures",
            title="no new failure in the whole suite",
            passed=passed,
            figure=figure,
            runs=numbers,
        )

    if suite is None or suite.report is None or not suite.report.ending.is_complete:
        return line(suite.report.ending.sentence if suite and suite.report else "the suite was not run")
    before = {each.test for each in baseline.failing} if baseline else set()
    now = {each.test for each in suite.failing}
    new = sorted(now - before)
    if not now:
        return line(f"{suite.report.counts.passed} passed, none failed", passed=True)
    if baseline is None:
        return line(f"{len(now)} failed; without a baseline they cannot be told from old ones")
    if new:
        return line(f"{len(new)} new: {new[0]}")
    return line(f"{len(now)} failed, as before the fix", passed=True)


def _nothing_lost(suite: Run | None, baseline: Run | None) -> VerificationCheck:
    def line(figure: str, *, passed: bool = False) -> VerificationCheck:
        return VerificationCheck(
            name="nothing-lost", title="no test skipped or gone", passed=passed, figure=figure
        )

    if suite is None or suite.report is None or not suite.report.ending.is_complete:
        return line("the suite was not run")
    if baseline is None or baseline.report is None:
        return line("no baseline to compare with")
    skipped = sorted(set(suite.report.skipped) - set(baseline.report.skipped))
    gone = baseline.report.counts.selected - suite.report.counts.selected
    if skipped:
        return line(f"newly skipped: {skipped[0]}")
    if gone > 0:
        return line(f"{gone} fewer tests than before")
    return line(
        f"{suite.report.counts.selected} tests, {baseline.report.counts.selected} before", passed=True
    )


def _in_scope(state: SessionState) -> VerificationCheck:
    def line(figure: str, *, passed: bool) -> VerificationCheck:
        return VerificationCheck(
            name="in-scope", title="only files in scope were touched", passed=passed, figure=figure
        )

    scope, protected = state.spec.scope, state.protected
    if not (scope or protected):
        return line("the spec sets no limits", passed=True)
    if state.changes is None:
        return line("the changes could not be read", passed=False)
    pinned = state.pin.path if state.pin else ""
    outside = [
        file.path
        for file in state.changes.files
        if file.path != pinned and is_outside(file.path, scope, protected)
    ]
    if outside:
        return line(f"outside: {outside[0]}", passed=False)
    return line(state.changes.size, passed=True)
