"""What was predicted and seen before the fix is looked at once more after it: the values that showed the defect must be gone.

A logpoint that supported a hypothesis held in the failing test. If its cause is mended, the same look in the same
test, now green, must no longer show it: *once* and *only-failing* at no hit, *always* not at every hit, *never* at
one at least.
"""

from collections.abc import Iterator

from coach.core.base.text import safe_line
from coach.core.experiments.logpoint import Logpoint, LogpointRun, Observed
from coach.core.runs.changes import Changes, Hunk
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.verify.fix_checks import made_for
from coach.core.verify.proof_line import answerable
from coach.core.verify.verification import VerificationCheck

_Numbered = tuple[int, str]


def to_recheck(state: SessionState) -> tuple[LogpointRun, ...]:
    """Return, for each supported hypothesis, the newest logpoint that supported it."""
    supported = {each.id for each in state.hypotheses if each.verdict == "SUPPORTED"}
    newest = {
        seen.logpoint.hypothesis: seen
        for seen in state.logpoints
        if seen.verdict == "SUPPORTED" and not seen.after_fix and seen.logpoint.hypothesis in supported
    }
    return tuple(newest[number] for number in sorted(newest))


def to_look_at(state: SessionState) -> tuple[tuple[LogpointRun, Logpoint], ...]:
    """Return those whose line can be looked at again, each with where it stands after the fix."""
    placed = ((seen, after_edit(seen.logpoint, state.changes)) for seen in to_recheck(state))
    return tuple((seen, place) for seen, place in placed if place is not None)


def after_edit(logpoint: Logpoint, changes: Changes | None) -> Logpoint | None:
    """Return the logpoint where its line went with an edit: the line that took its place; None when none did."""
    for old, new in _blocks(changes, logpoint.path):
        taken = [index for index, (_, text) in enumerate(old) if text.strip() == logpoint.source]
        if not logpoint.source or not taken:
            continue
        same = [number for number, text in new if text.strip() == logpoint.source]
        if same:
            return logpoint.model_copy(update={"line": same[0]})
        code = [number for number, text in new if text.strip() and not text.strip().startswith("#")]
        if not code:
            return None
        place = code[min(taken[0], len(code) - 1)]
        return logpoint.model_copy(update={"line": place, "source": ""})
    return logpoint


def _blocks(
    changes: Changes | None, path: str
) -> Iterator[tuple[tuple[_Numbered, ...], tuple[_Numbered, ...]]]:
    """Yield what a file lost and got at each changed place, with line numbers before and after."""
    for file in changes.files if changes else ():
        if file.path == path:
            for hunk in file.hunks:
                yield from _of_hunk(hunk)


def _of_hunk(hunk: Hunk) -> Iterator[tuple[tuple[_Numbered, ...], tuple[_Numbered, ...]]]:
    before, after = hunk.old_start, hunk.new_start
    old: list[_Numbered] = []
    new: list[_Numbered] = []
    for text in [*hunk.text.split("\n"), " "]:
        if text[:1] == "-":
            old.append((before, text[1:]))
            before += 1
        elif text[:1] == "+":
            new.append((after, text[1:]))
            after += 1
        elif text[:1] == " ":
            if old:
                yield tuple(old), tuple(new)
            old, new = [], []
            before, after = before + 1, after + 1


def judge_gone(logpoint: Logpoint, observed: Observed) -> tuple[bool, str]:
    """Say whether what was predicted of the failing test is no longer seen in it, and what was seen instead."""
    if observed.why:
        return False, observed.why
    found = next((each for each in observed.tests if each.test == observed.test), None)
    if found is None or found.outcome != "passing":
        return False, "the test did not pass in this run"
    if found.raised:
        return False, f"{logpoint.condition} could not be evaluated: {found.error}"
    is_cut = found.evaluated < found.hits
    seen = f"{logpoint.condition} at {found.held:,} of {found.evaluated:,} hits"
    if is_cut:
        seen += f" ({found.hits:,} in all)"
    if logpoint.mode in {"always", "never"}:
        gone = found.held < found.evaluated if logpoint.mode == "always" else found.held > 0
    else:
        gone = not found.held and not is_cut
        seen = seen if found.hits else "the line is not reached any more"
    return gone, seen


def rechecked(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer, for each prediction that was seen before the fix, whether it is gone with it."""
    made = made_for(runs, "recheck")
    return tuple(_line(state, seen, _run_of(seen, made)) for seen in to_recheck(state))


def _run_of(seen: LogpointRun, made: tuple[Run, ...]) -> Run | None:
    number = seen.logpoint.hypothesis
    return next((each for each in made if each.request.hypothesis == number), None)


def _line(state: SessionState, before: LogpointRun, run: Run | None) -> VerificationCheck:
    number, condition = before.logpoint.hypothesis, before.logpoint.condition
    gone, figure = _seen(state, before, run)
    title = f"what H{number} predicted is gone from {safe_line(before.logpoint.path)}"
    return answerable(state, "predicted", f"H{number}: {condition}", title, figure, held=gone, run=run)


def _seen(state: SessionState, before: LogpointRun, run: Run | None) -> tuple[bool, str]:
    if run is None:
        is_gone = after_edit(before.logpoint, state.changes) is None
        return False, "its line went with the fix, nothing took its place" if is_gone else "not run"
    found = next((each for each in state.logpoints if each.run == run.number), None)
    if found is None:
        return False, (run.judged.reason if run.judged else "") or "not run"
    return judge_gone(found.logpoint, found.observed)
