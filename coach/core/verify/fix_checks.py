"""The lines of a verification that ask whether it is the fix that does it.

Enough repeats, red without it, small wrong fixes noticed, nothing left behind, what was predicted holds.
"""

from coach.core.base.formatting import count
from coach.core.localize.mutation.results import not_tried
from coach.core.runs.abilities import who_can
from coach.core.runs.failure import FailureSignature
from coach.core.runs.reference import could_not_ask, is_of
from coach.core.runs.reproduction import repeats_for
from coach.core.runs.run import Purpose, Run
from coach.core.session.state import SessionState
from coach.core.verify.debug_leftovers import leftovers
from coach.core.verify.negative_control import Control, grouped
from coach.core.verify.proof_line import line, not_asked, objected, objection
from coach.core.verify.verification import VerificationCheck
from coach.core.workflow.applicable import no_pin, subject
from coach.core.workflow.gates import runs_alone

DOUBT = 0.01
"""A flaky failure counts as gone when passing this often would be less likely than this, were it still there."""
MAX_REPEATS = 100
ALIKE = 0.6
"""Share of words that two outputs of a command have in common when they say the same."""


def flake_rate(state: SessionState) -> float:
    """How often it failed when it was measured; 1 when it always did, or was never measured."""
    found = state.reproduced
    return found.failures / found.runs if found and found.runs else 1.0


def passes_needed(state: SessionState) -> int:
    """How many passes in a row say that the failure is gone, at most ``MAX_REPEATS``."""
    return repeats_for(flake_rate(state), DOUBT, MAX_REPEATS)


def made_for(runs: tuple[Run, ...], purpose: Purpose) -> tuple[Run, ...]:
    """Return the runs of a verification that were made for one of its lines, in their order."""
    return tuple(run for run in runs if run.request.purpose == purpose)


def repeats(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer whether so many passes could be luck. Not asked of a failure that always showed."""
    rate = flake_rate(state)
    if rate >= 1:
        return ()
    target = made_for(runs, "verify")
    green = [run for run in target if run.is_mended and run.is_evidence]
    title = "enough repeats for a flaky failure"
    numbers = tuple(run.number for run in target)
    if len(green) < len(target) or not green:
        figure = f"it failed {rate:.0%} of the time, and still does not always pass"
        return (line("repeats", title, figure, passed=False, runs=numbers),)
    luck = (1 - rate) ** len(green)
    figure = f"{len(green)} passes; {luck:.1%} likely were it still failing {rate:.0%} of the time"
    return (line("repeats", title, figure, passed=luck <= DOUBT, runs=numbers),)


def unmade(
    state: SessionState, name: str, title: str, figure: str, runs: tuple[Run, ...]
) -> VerificationCheck:
    """Return a line that has no run; nothing to answer while the target itself is red."""
    found = [] if fails_as_before(state, runs) else [(name, f"{title}: {figure}")]
    if not found:
        return line(name, title, figure, passed=False)
    return objected(state, name, title, figure, found)


def fails_as_before(state: SessionState, runs: tuple[Run, ...]) -> bool:
    """Whether a run of the target in this verification shows the failure that was there before it."""
    return any(shows_defect(state, run) for run in made_for(runs, "verify"))


def shows_defect(state: SessionState, run: Run) -> bool:
    """Whether the test that is proven (or, without one, a test of the reference failure) is red for a reason of the code's.

    Another message is no other answer: values in it may change by themselves. A test that lacks what it calls is one.
    """
    test, reference = subject(state), state.reference
    if not test and not state.target.can("select"):
        return any(_says_the_same(state, each) for each in run.failing)
    seen = (
        each
        for each in run.failing
        if (is_of(test, each.test) if test else reference is None or reference.names(each.test))
    )
    known = set(reference.strict) if reference else set()
    return any(each.strict in known or not could_not_ask(each) for each in seen)


def _says_the_same(state: SessionState, seen: FailureSignature) -> bool:
    """Whether a command fails as it did: of a test its output names, or in about the same words.

    The exit code alone is none: a copy that lacks what the command needs ends with the same one.
    """
    known = state.reference.failing if state.reference else ()
    for each in known:
        if seen.strict == each.strict or (seen.test == each.test != state.target.label):
            return True
        if (seen.test, seen.exception) == (each.test, each.exception):
            old, new = set(each.message.split()), set(seen.message.split())
            if len(old & new) >= ALIKE * len(old | new):
                return True
    return False


def not_run(state: SessionState, runs: tuple[Run, ...]) -> str:
    """Say that a line of the verification has no run, and why when it needs none."""
    return "not run: the target still fails as before" if fails_as_before(state, runs) else "not run"


def control(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    """Answer whether the regression test notices small wrong versions of the fix."""
    title = "small wrong fixes are caught by the test"
    if not state.target.can("mutate"):
        return not_asked("control", title, who_can("mutate"))
    if not subject(state):
        if reason := no_pin(state):
            return not_asked("control", title, reason)
        return line("control", title, "needs a pinned test", passed=False)
    if reason := no_control(state):
        return not_asked("control", title, reason)
    found = state.control if state.control and state.control.run >= state.plan_start else None
    if found is None:
        made = made_for(runs, "control")
        reason = made[-1].judged.reason if made and made[-1].judged else ""
        return unmade(state, "control", title, reason or not_run(state, runs), runs)
    return _told(state, found, title)


def _told(state: SessionState, found: Control, title: str) -> VerificationCheck:
    """Return the line of a control that was made."""
    stopped = not_tried(found.refused, found.refusals)
    if not found.tried:
        if found.ended == "all" and not found.planned:
            figure = "no line was added or changed that could be wrong"
            return line("control", title, figure, passed=True, runs=(found.run,))
        figure = found.why or stopped or "none could be tried"
        return objected(state, "control", title, figure, [("control", f"{title}: {figure}")], (found.run,))
    groups = grouped(found.survivors, state.changes)
    objections = tuple(
        objection(state, "control", each.key, each.sentence).model_copy(
            update={"answer": each.answer(state.answers)}
        )
        for each in groups
    )
    standing = sum(not each.answer for each in objections)
    figure = f"{found.killed} of {found.tried} caught"
    if standing:
        is_grouped = len(found.survivors) > len(groups)
        figure += f"; add a case for {count(standing, 'line') if is_grouped else standing}"
    if found.tried < found.planned:
        why = ", ".join(filter(None, (stopped, found.why)))
        figure += f", {found.planned - found.tried} not tried" + (f": {why}" if why else "")
    is_known = len(found.survivors) + found.killed >= found.tried
    holds = not standing and is_known
    return line("control", title, figure, passed=holds, runs=(found.run,), objections=objections)


def no_control(state: SessionState) -> str:
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
        if not state.edits:
            return line("leftovers", title, "nothing was changed", passed=True)
        if state.opened is None or not state.opened.checkout.tree:
            return not_asked("leftovers", title, "there is no tree to compare with")
        figure = "the changes could not be read"
        return objected(state, "leftovers", title, figure, [("changes", figure)])
    found = [(each.key, each.sentence) for each in leftovers(state.changes)]
    objections = tuple(objection(state, "leftovers", key, text) for key, text in dict(found).items())
    standing = [each for each in objections if not each.answer]
    if state.changes.left_out:
        figure = f"{state.changes.left_out} files too large to look at"
        return objected(state, "leftovers", title, figure, [*found, ("too large", figure)])
    figure = f"{len(standing)} to look at: {standing[0].text}" if standing else "none"
    return line("leftovers", title, figure, passed=not standing, objections=objections)


def predicted(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Ask again for what the supported hypotheses predicted of the fixed code: that the target passes."""
    supported = [
        each for each in state.hypotheses if each.verdict == "SUPPORTED" and each.prediction.expects == "pass"
    ]
    if not supported:
        return ()
    each = supported[-1]
    target = made_for(runs, "verify")
    green = [run.number for run in target if run.is_mended and run.is_evidence]
    held = bool(target) and len(green) == len(target)
    figure = "seen again" if held else f"seen in {len(green)} of {len(target)} runs"
    title = f"what H{each.id} predicted holds"
    return (line("predicted", title, figure, passed=held, runs=tuple(run.number for run in target)),)
