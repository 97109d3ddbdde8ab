"""Compute the verification of a fix from recorded runs: each line separately, with its figure.

What must hold of the runs stands here; what shows that it is the fix that does it, in ``proving``; what the whole suite
says, in ``suite``; what the edit has to do with it, in ``explaining``.
"""

from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.spec.spec import is_outside
from coach.core.verify.acceptance import accepted
from coach.core.verify.explanation import something_changed, unchanged
from coach.core.verify.fix_checks import control, left_behind, predicted, repeats
from coach.core.verify.named_tests import named_tests
from coach.core.verify.proof_line import line, objected
from coach.core.verify.recheck import rechecked
from coach.core.verify.suite import no_new_failures, nothing_lost
from coach.core.verify.verification import Verification, VerificationCheck
from coach.core.verify.without_fix import red_without
from coach.core.workflow.applicable import no_pin, red_run

RULE = 4


def verify(state: SessionState) -> Verification:
    """Judge the runs made since the verification began. Nothing here trusts a claim."""
    made = (run for run in state.runs if run.number >= state.plan_start and run.is_over)
    runs = tuple(run for run in made if not run.is_left_undone)
    without = red_without(state, runs)
    checks = [
        _red_before(state),
        *unchanged(state),
        _green_now(state, runs),
        *repeats(state, runs),
        something_changed(state, red_without=without.holds),
        no_new_failures(state, runs),
        nothing_lost(state, runs),
        *named_tests(state, runs),
        _in_scope(state),
        without,
        control(state, runs),
        left_behind(state),
        *predicted(state, runs),
        *rechecked(state, runs),
        *accepted(state, runs),
    ]
    return Verification(checks=tuple(checks))


def _red_before(state: SessionState) -> VerificationCheck:
    """Answer whether it was red; a pinned test must also be what it was. Nobody's answer can stand for that."""
    title = "the pinned test was red, and is unchanged"
    if state.pin is None and no_pin(state):
        run = red_run(state)
        is_red = run is not None and run.number < state.plan_start
        figure = f"red in #{run.number}" if run and is_red else "never seen red"
        numbers = (run.number,) if run and is_red else ()
        return line("red-before", "it was red", figure, passed=is_red, runs=numbers)
    if state.pin is None:
        return line("red-before", title, "no test is pinned", passed=False)
    if not state.pin.is_intact:
        return line("red-before", title, state.pin.broken, passed=False)
    before = (run for run in reversed(state.runs) if run.is_evidence and not run.request.in_copy)
    reds = [run for run in before if any(each.test == state.pin.test for each in run.failing)]
    shown = [
        run for run in reds if run.judged and run.judged.remark != "broken edit"
    ]  # that is red of another kind
    red = shown[0].number if shown else 0
    figure = f"red in #{red}" if red else "never seen red"
    return line("red-before", title, figure, passed=red > 0, runs=(red,) if red else ())


def _green_now(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    target = [run for run in runs if run.request.purpose == "verify"]
    green = [run for run in target if run.is_mended and run.is_evidence]
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


def _in_scope(state: SessionState) -> VerificationCheck:
    title = "only files in scope were touched"
    scope, protected = state.spec.scope, state.protected
    if not (scope or protected):
        return line("in-scope", title, "the spec sets no limits", passed=True)
    if state.changes is None:
        figure = "the changes could not be read"
        return objected(state, "in-scope", title, figure, [("changes", figure)])
    pinned = state.pin.path if state.pin else ""
    outside = [
        (file.path, f"outside: {file.path}")
        for file in state.changes.files
        if file.path != pinned and is_outside(file.path, scope, protected)
    ]
    if outside:
        return objected(state, "in-scope", title, outside[0][1], outside)
    return line("in-scope", title, state.changes.size, passed=True)
