"""The line of a verification that asks whether the test is red again without the fix, and which run answers it.

Where nothing but code was changed since the session opened, the tree without the fix is the tree as it was: then the suite on
that one answers as well, beside the suite of now in which the test is green in the same company. Where it does not, the test
runs by itself without the fix.
"""

from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.reference import is_of
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.verify.fix_checks import flake_rate, made_for, not_run, shows_defect, unmade
from coach.core.verify.proof_line import line, not_asked, objected
from coach.core.verify.suite import suite_of
from coach.core.verify.verification import VerificationCheck
from coach.core.workflow.applicable import subject


def red_without(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    """Answer whether the same test turns red again when only the fix is taken out."""
    title = "without the fix it is red again"
    if state.opened is None or not state.opened.checkout.tree:
        return not_asked("red-without", title, "there is no tree to take the change out of")
    tried = made_for(runs, "reverted")
    if (whole := shown_by_baseline(state, runs)) and not tried:
        figure = f"red again in #{whole.number}, the suite as it was, and green in the suite of now"
        return line("red-without", title, figure, passed=True, runs=(whole.number,))
    if not tried:
        return unmade(state, "red-without", title, not_run(state, runs), runs)
    for run in tried:
        if _is_sound(run) and shows_defect(state, run):
            return line("red-without", title, f"red again in #{run.number}", passed=True, runs=(run.number,))
    figure = _why_not_red(tried[-1])
    return objected(state, "red-without", title, figure, [("red-without", f"{title}: {figure}")])


def awaits_baseline(state: SessionState, runs: tuple[Run, ...]) -> bool:
    """Whether the test need not run without the fix, as far as is known: the suite as it was will say so, or has."""
    if "baseline" not in state.plan or not _is_tree_of_before(state, runs):
        return False
    return not made_for(runs, "baseline") or shown_by_baseline(state, runs) is not None


def shown_by_baseline(state: SessionState, runs: tuple[Run, ...]) -> Run | None:
    """Return the run of the suite as it was, where it shows the failure on the very code without the fix; else None."""
    now, made, test = suite_of(state, runs), made_for(runs, "baseline"), subject(state)
    if not made or now is None or not test or not _is_tree_of_before(state, runs):
        return None
    passed = now.report.passed if now.report and _is_sound(now) else ()
    is_green = any(is_of(test, each) for each in passed) and not shows_defect(state, now)
    return made[-1] if is_green and _is_sound(made[-1]) and shows_defect(state, made[-1]) else None


def _is_sound(run: Run) -> bool:
    return run.is_evidence and not (run.report and run.report.not_about_the_code)


def _is_tree_of_before(state: SessionState, runs: tuple[Run, ...]) -> bool:
    """Whether the code of before under the tests of now is the tree that the session opened with: only code was changed."""
    target, changes = made_for(runs, "verify"), state.changes
    if changes is None or not changes.files or changes.left_out or state.opened is None or not target:
        return False
    now = target[-1].report.tree if target[-1].report else ""
    is_of_these = (changes.base, changes.tree) == (state.opened.checkout.tree, now)
    only_code = all(each.change == "modified" and not is_test_path(each.path) for each in changes.files)
    return is_of_these and only_code and flake_rate(state) >= 1


def _why_not_red(last: Run) -> str:
    if last.failing:
        first = last.failing[0]
        return f"it fails otherwise: {first.exception or 'failed'}"
    if last.judged and last.judged.outcome == "PASS":
        return f"the test passes without the fix too, in #{last.number}"
    return last.judged.reason if last.judged else "not judged"
