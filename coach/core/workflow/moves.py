"""What can make an unmet check hold: check → moves, best first.

A move may be impossible now (``coach.core.decide.refusals`` says so) and another one is taken. A move that was made and changed
nothing is not offered for ever: each is left out once it was made often enough since the files changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coach.core.experiments.hypothesis import Hypothesis
from coach.core.localize.leads import evidence_from_searches
from coach.core.runs.reproduction import not_reproduced
from coach.core.runs.run import Purpose
from coach.core.search.kinds import SEARCH_KINDS, SearchKind
from coach.core.search.request import Lead
from coach.core.session.state import SessionState
from coach.core.workflow.applicable import choices
from coach.core.workflow.gates import Checked, edited_since_verification, runs_alone
from coach.core.workflow.surer import surer

MAX_COLD_RUNS = 12
"""Reproducing runs of the same files after which another series is not offered: two series of most kinds are fewer."""
MAX_RUNS = 2


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence and the action that does it (an id of the key registry; empty when only a person can)."""

    text: str
    action: str = ""
    is_good: bool = False
    """Whether something has just been achieved."""
    of: str = ""
    """Which of several things the action offers, such as the kind of a search."""
    is_waiting: bool = False
    """Whether it only says what is under way: the next move is known when that is over."""
    is_notice: bool = False
    """Whether it answers something that must not be overlooked: a loop, tampering, a skipped target, an edit that broke itself."""
    is_last_resort: bool = False
    """Whether it only goes on without what the step asks for."""
    enters: str = ""
    """The step that is entered with it, where it is the first move of one that follows; empty: it belongs to the step one is in."""

    @property
    def named(self) -> str:
        """The action as refusals know it."""
        return f"{self.action}:{self.of}" if self.of else self.action


Moves = Iterator[Advice]
Mover = Callable[[SessionState, Checked], Moves]
_FOR: dict[str, Mover] = {}


def moves_for(state: SessionState, check: Checked) -> Moves:
    """Yield what may make a check hold, best first; for a check nobody knows a move for, its title."""
    known = _FOR.get(check.name)
    if known:
        yield from known(state, check)
    else:
        yield Advice(check.title)


def _move(*names: str) -> Callable[[Mover], Mover]:
    def register(function: Mover) -> Mover:
        _FOR.update(dict.fromkeys(names, function))
        return function

    return register


def made(state: SessionState, *purposes: Purpose) -> int:
    """Count the runs of these purposes that are over and saw the files as they are now."""
    since = state.last_edit.after_run if state.last_edit else 0
    return sum(run.is_over and run.request.purpose in purposes for run in state.runs_after(since))


def _run(state: SessionState, text: str) -> Moves:
    if made(state, "feedback", "experiment", "confirm") < MAX_RUNS:
        yield Advice(text, "run")


def _reproduce(state: SessionState, text: str) -> Moves:
    if made(state, "reproduce") < MAX_COLD_RUNS:
        yield Advice(text, "reproduce")


def _search(state: SessionState, kind: str, text: str) -> Moves:
    """A search that runs is waited for; one that ended is not begun again on the same files."""
    if state.search and state.search.request.kind == kind:
        yield Advice(f"Searching: {state.search.doing or 'the first candidate runs'}", is_waiting=True)
        return
    edited = state.last_edit.at if state.last_edit else 0.0
    if not any(each.request.kind == kind and each.began >= edited for each in state.searches):
        yield Advice(text, "searches", of=kind)


def measured_before_edits(state: SessionState) -> bool:
    """Whether how often it fails was measured of other files than those of now: that says nothing of these."""
    found, edit = state.reproduction, state.last_edit
    return found is not None and edit is not None and max(found.evidence, default=0) <= edit.after_run


@_move("failure-seen", "same-failure", "rate-measured")
def _failure(state: SessionState, check: Checked) -> Moves:
    seen = _measured_otherwise(state)
    if seen:
        yield from _search(state, "flake", seen)
        yield from _reproduce(state, seen)
        yield Advice(f"{seen} Another target may show it.", "retarget")
    elif check.name == "failure-seen":
        yield from _run(state, "Make it fail: run the target.")
    yield from _reproduce(state, "Measure how often it fails before believing any green.")


def _measured_otherwise(state: SessionState) -> str:
    """Say how the measured runs ended when they did not show one failure twice. A red run is never called passed."""
    found = state.reproduction
    if found is None or not found.runs > found.failures < 2 or measured_before_edits(state):
        return ""
    return f"{not_reproduced(found)}: what differs where it failed?"


@_move("spec-says-what-is-wrong")
def _spec(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Say in one line each what should happen and what happens.", "spec")


@_move("test-pinned")
def _pin(state: SessionState, _check: Checked) -> Moves:
    if state.pin and not state.pin.is_intact:
        yield Advice("The pinned test changed: restore it, or unpin it with a reason.", "unpin")
        return
    if found := choices(state):
        yield Advice(f"{len(found)} tests are red: choose the one to work on.", "pin")
    yield Advice("Pin the failing test, so that nobody can move the goal.", "pin")
    yield from _run(state, "No failing test is known: run the target, then its test can be pinned.")
    yield from _reproduce(
        state, "No failing test is known: reproduce the failure, then its test can be pinned."
    )


@_move("red-for-the-reason")
def _red(state: SessionState, check: Checked) -> Moves:
    if state.pin is None:
        yield from _pin(state, check)
    elif state.pin.red == "structural":
        yield Advice("The test itself cannot run. If that is the defect, go on.", "next-step")
    else:
        yield from _reproduce(state, "It must be seen red for the reproduced reason: run it.")


@_move("runs-alone")
def _alone(state: SessionState, check: Checked) -> Moves:
    if state.pin is None:
        yield from _pin(state, check)
        return
    alone = tuple(runs_alone(state))
    if any(run.judged and run.judged.outcome == "PASS" for run in alone):
        text = "Alone it passes: find the tests before it without which it passes."
        yield from _search(state, "order", text)
    if len(alone) < MAX_RUNS:
        yield from _reproduce(state, "Run the pinned test alone: small and quick to repeat.")


@_move("passes-alone")
def _in_company(state: SessionState, _check: Checked) -> Moves:
    if made(state, "feedback", "experiment", "confirm") < MAX_RUNS:
        yield Advice("Run the failing test alone: does it pass?", "narrow")
    if not made(state, "suite"):
        yield Advice("Run the whole suite: which test is red in company?", "suite")
    yield from _reproduce(state, "Measure how often it fails before believing any green.")


@_move("suspects-backed-by-a-run")
def _suspects(state: SessionState, _check: Checked) -> Moves:
    if state.suspects:
        if not state.standing_suspects:
            yield Advice("Every place is ruled out: which one comes back?", "rule-out")
    elif state.last_failure is None:
        yield from _run(state, "Run it red once more: the failing run names the suspects.")
    elif not made(state, "trace"):
        yield Advice("Which lines does it run? They name the suspects.", "spectrum")
    yield from _narrowed(state)


@_move("isolated")
def _weak(state: SessionState, check: Checked) -> Moves:
    """Make standing surer by what promises most per second; with its price, since a person may go on without."""
    if not state.standing_suspects:
        yield from _suspects(state, check)
        return
    figure = check.figure.partition(", ‹")[0]
    weak = f"{figure[0].upper()}{figure[1:]}"
    for kind, ask, seconds in surer(state):
        waits = _waits(state) if kind.changes_code else ""
        text = f"{weak}. {ask.what} (about {seconds}).{waits}"
        yield from _search(state, ask.of, text) if ask.of else [Advice(text, ask.action)]


def _waits(state: SessionState) -> str:
    """Say why no investigation tries mutations by itself; empty where it may."""
    is_free = state.limits is None or state.limits.confined
    return "" if is_free else " Changed code cannot be confined here, so that waits for you."


@_move("suspects-at-most")
def _too_many(state: SessionState, check: Checked) -> Moves:
    if not state.standing_suspects:
        yield from _suspects(state, check)
        return
    if state.mutants is None and not made(state, "mutants"):
        text = f"Too many places lead: try which small change makes it pass.{_waits(state)}"
        yield Advice(text, "mutants")
    yield Advice("Too many places to look at: rule out what cannot be it.", "rule-out")


def _narrowed(state: SessionState) -> Moves:
    yield from _search(state, "edits", "Nothing names a place: search your edits for the one that breaks it.")
    yield from _search(
        state, "commits", "Nothing names a place: search the history for the commit that broke it."
    )


def _searching(kind: SearchKind, advice: str) -> Mover:
    return lambda state, _check: _search(state, kind.name, advice)


_FOR.update(
    {each.gate.check: _searching(each, each.gate.advice) for each in SEARCH_KINDS.values() if each.gate}
)


@_move("hypothesis-supported")
def _hypothesis(state: SessionState, _check: Checked) -> Moves:
    waiting = state.active_hypothesis
    if waiting:
        yield from _awaited(state, waiting)
        return
    if leads := evidence_from_searches(state):
        yield Advice(f"Say what is wrong at {_lead(leads[0])}.", "hypothesis")
    yield Advice("Write what you think is wrong and what you will see if it is.", "hypothesis")


def _awaited(state: SessionState, waiting: Hypothesis) -> Moves:
    """Its experiment is an edit, which only a person can make; what was seen since is for a person to judge."""
    name = f"H{waiting.id}"
    since = state.runs_after(waiting.after_run)
    later = any(run.is_over and not run.request.only_looks for run in since)
    edited = any(each.after_run >= waiting.after_run for each in state.edits)
    newest = state.last_target_run
    is_green = newest is not None and newest.judged is not None and newest.judged.outcome == "PASS"
    if later and (edited or is_green or not state.watching or waiting.prediction.expects is None):
        yield Advice(f"A run has shown what {name} predicts, or not: judge it.", "judge")
    elif is_green:
        yield Advice(f"{name} waits, and it is green already: run it once more, then judge.", "run")
    elif state.watching:
        yield Advice(f"{name} waits: make the one change it predicts about and save.")
    else:
        yield Advice(f"{name} waits: make the one change it predicts about, then ‹run› runs it.")


def _lead(lead: Lead) -> str:
    """Say what a search found by experiment, with its place."""
    place = f"{lead.path}:{lead.start}" if lead.start else lead.path
    return f"{place}: {lead.reason.partition(' (')[0]}"


@_move("notes-at-least")
def _notes(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Write down what was seen, and when.", "note")


@_move("budget-set")
def _budget(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Say how long it may take: longer is red.", "budget")


@_move("questions-answered")
def _questions(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Answer what production will ask.", "root-cause")


@_move("root-cause-written")
def _root_cause(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Write the root cause while you know it.", "root-cause")


@_move("confirmed")
def _confirmed(_state: SessionState, _check: Checked) -> Moves:
    yield Advice("Look at the checks. If you agree, confirm.", "confirm")


@_move("verified")
def _verified(state: SessionState, _check: Checked) -> Moves:
    """Verify; once verified in part, what is missing first: an answer, a pin, else an edit, which only a person makes."""
    found = state.verification
    newest = state.last_target_run
    is_old = found is None or edited_since_verification(state)
    if is_old and newest and newest.failing and not _is_edited_since(state, newest.number):
        yield Advice("The target is still red: change one thing and save.")
    if found is None or is_old or (state.pin and state.pin.at_run >= state.verified_at_run):
        yield Advice("Prove it: green with the fix, red without, nothing else broken.", "verify")
        return
    first = found.missing[0]
    partial = f"Partial: {first.title}: {first.figure}"
    if state.pin is None and first.name == "red-before":
        yield Advice(f"{partial}. Pin the failing test.", "pin")
    if found.standing:
        named = next(each for each in found.missing if any(not one.answer for one in each.objections))
        yield Advice(
            f"Partial: {named.title}: {named.figure}. Mend it and save, or say why it is fine.", "answer"
        )
    yield Advice(f"{partial}. Mend it and save; ‹close› ends the session as partial.")


def _is_edited_since(state: SessionState, number: int) -> bool:
    return state.last_edit is not None and state.last_edit.after_run >= number
