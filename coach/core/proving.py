"""The lines of a verification that ask whether it is the fix that does it.

Enough repeats, red without it, small wrong fixes noticed, nothing left behind, what was predicted holds.
"""

from coach.core.checks import runs_alone
from coach.core.control import Control
from coach.core.leftovers import leftovers
from coach.core.reference import could_not_ask, is_of
from coach.core.reproduction import repeats_for
from coach.core.run import Purpose, Run
from coach.core.session import SessionState
from coach.core.text import safe_line
from coach.core.verification import Objection, VerificationCheck

DOUBT = 0.01
"""A flaky failure counts as gone when passing this often would be less likely than this, were it still there."""
MOST_REPEATS = 100


def flake_rate(state: SessionState) -> float:
    """How often it failed when it was measured; 1 when it always did, or was never measured."""
    found = state.reproduced
    return found.failures / found.runs if found and found.runs else 1.0


def passes_needed(state: SessionState) -> int:
    """How many passes in a row say that the failure is gone, at most ``MOST_REPEATS``."""
    return repeats_for(flake_rate(state), DOUBT, MOST_REPEATS)


def _line(  # noqa: PLR0913 - the fields of one line
    name: str,
    title: str,
    figure: str,
    *,
    passed: bool,
    runs: tuple[int, ...] = (),
    objections: tuple[Objection, ...] = (),
) -> VerificationCheck:
    return VerificationCheck(
        name=name, title=title, passed=passed, figure=figure, runs=runs, objections=objections
    )


def made_for(runs: tuple[Run, ...], purpose: Purpose) -> tuple[Run, ...]:
    """Return the runs of a verification that were made for one of its lines, in their order."""
    return tuple(run for run in runs if run.request.purpose == purpose)


def repeats(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer whether so many passes could be luck. Not asked of a failure that always showed."""
    rate = flake_rate(state)
    if rate >= 1:
        return ()
    target = made_for(runs, "verify")
    green = [run for run in target if run.judged and run.judged.outcome == "PASS" and run.is_evidence]
    title = "enough repeats for a flaky failure"
    numbers = tuple(run.number for run in target)
    if len(green) < len(target) or not green:
        figure = f"it failed {rate:.0%} of the time, and still does not always pass"
        return (_line("repeats", title, figure, passed=False, runs=numbers),)
    luck = (1 - rate) ** len(green)
    figure = f"{len(green)} passes; {luck:.1%} likely were it still failing {rate:.0%} of the time"
    return (_line("repeats", title, figure, passed=luck <= DOUBT, runs=numbers),)


def red_without(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer whether the test turns red again, for the same reason, when only the fix is taken out."""
    if state.opened is None or not state.opened.checkout.tree:
        return (_red_without("without git there is no tree to take the fix out of"),)
    tried = made_for(runs, "reverted")
    if not tried:
        return (_red_without(not_run(state, runs)),)
    for run in tried:
        same = _shows_defect(state, run)
        if same and run.is_evidence and not (run.report and run.report.foreign_modules):
            return (_red_without(f"red again in #{run.number}", (run.number,)),)
    last = tried[-1]
    if last.failing:
        first = last.failing[0]
        reason = f"it fails otherwise: {first.exception or 'failed'}"
    elif last.judged and last.judged.outcome == "PASS":
        reason = f"the test passes without the fix too, in #{last.number}"
    else:
        reason = last.judged.reason if last.judged else "not judged"
    return (_red_without(reason),)


def _red_without(figure: str, runs: tuple[int, ...] = ()) -> VerificationCheck:
    title = "without the fix it is red again"
    return _line("red-without", title, figure, passed=bool(runs), runs=runs)


def fails_as_before(state: SessionState, runs: tuple[Run, ...]) -> bool:
    """Whether a run of the target in this verification shows the failure that was there before it."""
    return any(_shows_defect(state, run) for run in made_for(runs, "verify"))


def _shows_defect(state: SessionState, run: Run) -> bool:
    """Whether the pinned test (or, without one, a test of the reference failure) is red for a reason of the code's.

    Another message is no other answer: values in it may change by themselves. A test that lacks what it calls is one.
    """
    pin, reference = state.pin, state.reference
    seen = (
        each
        for each in run.failing
        if (is_of(pin.test, each.test) if pin else reference is None or reference.names(each.test))
    )
    known = set(reference.strict) if reference else set()
    return any(each.strict in known or not could_not_ask(each) for each in seen)


def not_run(state: SessionState, runs: tuple[Run, ...]) -> str:
    """Say that a line of the verification has no run, and why when it needs none."""
    return "not run: the target still fails as before" if fails_as_before(state, runs) else "not run"


def control(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer whether the regression test notices small wrong versions of the fix."""
    title = "small wrong fixes are caught by the test"
    found = state.control if state.control and state.control.run >= state.plan_start else None
    if state.pin is None or state.target.kind != "pytest":
        return (_line("control", title, "needs a pinned pytest test", passed=False),)
    if reason := not_asked(state):
        return (_line("control", title, f"not asked: {reason}", passed=True),)
    if found is None:
        made = made_for(runs, "control")
        reason = made[-1].judged.reason if made and made[-1].judged else ""
        return (_line("control", title, reason or not_run(state, runs), passed=False),)
    return (_told(state, found, title),)


def _told(state: SessionState, found: Control, title: str) -> VerificationCheck:
    """Return the line of a control that was made."""
    if not found.tried:
        is_fine = found.ended == "all" and not found.planned
        figure = (
            "no line was added or changed that could be wrong"
            if is_fine
            else found.why or "none could be tried"
        )
        return _line("control", title, figure, passed=is_fine, runs=(found.run,))
    objections = tuple(
        _objection(state, "control", each.key, each.sentence)
        for each in {each.key: each for each in found.survivors}.values()
    )
    standing = sum(not each.answer for each in objections)
    figure = f"{found.killed} of {found.tried} caught"
    if standing:
        figure += f"; add a case for {standing}"
    if found.tried < found.planned:
        figure += f", {found.planned - found.tried} not tried" + (f": {found.why}" if found.why else "")
    is_known = len(found.survivors) + found.killed >= found.tried
    holds = not standing and is_known
    return _line("control", title, figure, passed=holds, runs=(found.run,), objections=objections)


def not_asked(state: SessionState) -> str:
    """Say why small wrong fixes are no question here; empty when they are."""
    if state.workflow.oracle == "time":
        return "the failure is time, and small changes keep it"
    return "the test fails only in company" if fails_in_company(state) else ""


def fails_alone(state: SessionState) -> bool:
    """Whether the pinned test was seen red in a run of its own."""
    pin = state.pin
    return pin is not None and any(
        run.request.target.words == (pin.test,) and any(each.test == pin.test for each in run.failing)
        for run in state.runs
        if not run.request.in_copy
    )


def fails_in_company(state: SessionState) -> bool:
    """Whether the pinned test, never red in a run of its own, was green in one of files that were red otherwise."""
    if fails_alone(state):
        return False
    red = {run.report.tree for run in state.runs if run.report and run.failing and run.is_current_evidence}
    green = (run for run in runs_alone(state) if run.judged and run.judged.outcome == "PASS")
    return any(run.report and run.report.tree in red for run in green)


def left_behind(state: SessionState) -> VerificationCheck:
    """List prints, breakpoints, skips, commented-out code, reminders and stray files that the edits added."""
    title = "nothing left behind"
    if state.changes is None:
        is_edited = bool(state.edits)
        figure = "the changes could not be read" if is_edited else "nothing was changed"
        return _line("leftovers", title, figure, passed=not is_edited)
    objections = tuple(
        _objection(state, "leftovers", each.key, each.sentence)
        for each in {each.key: each for each in leftovers(state.changes)}.values()
    )
    standing = [each for each in objections if not each.answer]
    if state.changes.left_out:
        figure = f"{state.changes.left_out} files too large to look at"
        return _line("leftovers", title, figure, passed=False, objections=objections)
    figure = f"{len(standing)} to look at: {standing[0].text}" if standing else "none"
    return _line("leftovers", title, figure, passed=not standing, objections=objections)


def predicted(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Ask again for what the supported hypotheses predicted of the fixed code: that the target passes."""
    supported = [
        each for each in state.hypotheses if each.verdict == "SUPPORTED" and each.prediction.expects == "pass"
    ]
    if not supported:
        return ()
    each = supported[-1]
    target = made_for(runs, "verify")
    green = [run.number for run in target if run.judged and run.judged.outcome == "PASS" and run.is_evidence]
    held = bool(target) and len(green) == len(target)
    figure = "seen again" if held else f"seen in {len(green)} of {len(target)} runs"
    title = f"what H{each.id} predicted holds"
    return (_line("predicted", title, figure, passed=held, runs=tuple(run.number for run in target)),)


def _objection(state: SessionState, check: str, key: str, text: str) -> Objection:
    return Objection(key=key, text=text, answer=state.answers.get((check, key), ""))


def answerable(  # noqa: PLR0913 - the fields of one line
    state: SessionState, name: str, key: str, title: str, figure: str, *, held: bool, run: Run | None
) -> VerificationCheck:
    """Return a line with one run behind it. Its only objection is that it does not hold; the figure has the answer."""
    objection = _objection(state, name, key, f"{key}: {figure}")
    if objection.answer and not held:
        figure = f"{figure}; fine: {safe_line(objection.answer)}"
    return _line(
        name,
        title,
        figure,
        passed=held or bool(objection.answer),
        runs=(run.number,) if run else (),
        objections=() if held else (objection,),
    )
