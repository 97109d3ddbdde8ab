"""The one next move, and why: never two, never a lecture, and never one that would be refused."""

from collections.abc import Iterator
from dataclasses import replace

from coach.core.decide.refusals import refusal
from coach.core.loops.detectors import DETECTORS
from coach.core.runs.imported_elsewhere import unrun_edit
from coach.core.session.entries import Visit
from coach.core.session.state import SessionState
from coach.core.workflow.gates import Checked, evaluate, following, missing, why_not_asked
from coach.core.workflow.meanwhile import meanwhile
from coach.core.workflow.moves import MAX_RUNS, Advice, Moves, made, moves_for
from coach.core.workflow.workflow import Step

__all__ = ["Advice", "advise", "next_move", "trouble_of"]

_NOTHING_TO_RUN = frozenset({"no_tests", "usage_error"})
_IS_LOOKED_FOR = frozenset({"suspects-backed-by-a-run", "suspects-at-most", "isolated"})
"""Checks that a run which only looks may answer: they are waited for."""
_WAITS = frozenset(
    [
        "run",
        "reproduce",
        "narrow",
        "suite",
        "verify",
        "spectrum",
        "mutants",
        "calls",
        "searches",
        "judge",
        "retarget",
    ]
)
"""Actions that begin runs or rest on the newest one: while runs are under way their answer comes first."""
_NOT_BEGUN_WITH = frozenset({"editor", "next-step"})
"""Actions that do not take a step further: a step that begins with one of them is entered by the engineer."""


def advise(state: SessionState) -> Advice:
    """Return the next move for a state: the first that its own command would not be refused."""
    fixed = _closed(state) or _running(state)
    if fixed:
        return fixed
    return next(
        each for each in _moves(state) if not (each.action and refusal(state, each.named or each.action))
    )


def next_move(state: SessionState) -> Advice:
    """Return what can be done now, also while runs are under way; where only waiting is left, what is waited for.

    Where a step is done, it is the first move of the step that follows: to go there is no decision of its own.
    """
    advice = _now(state)
    if advice.action != "next-step" or not advice.is_good:
        return advice
    return _first_of_next(state, advice)


def _first_of_next(state: SessionState, going_on: Advice) -> Advice:
    """Return the first move of the step that follows; to go there, where its first move is to wait or to read."""
    then = following(state)
    assert then is not None, "a step that is gone on from has one that follows"
    entered = replace(state, visits=(*state.visits, Visit(then.id, state.at)))
    first = next_move(entered)
    if first.enters:  # nothing is asked there that is not shown already
        return first
    here = state.step
    is_waited_for = not first.action or first.action in _NOT_BEGUN_WITH or _is_awaited(entered)
    if here is None or is_waited_for or refusal(state, first.named):
        return going_on
    return replace(first, text=f"{_achieved(state, here)} {first.text}", enters=then.id, is_good=True)


def _now(state: SessionState) -> Advice:
    advice = advise(state)
    if not advice.is_waiting:
        return advice
    has_no_failure = state.last_failure is None  # from which the form of the spec is filled
    return next(
        (
            each
            for each in _moves(state)
            if not (each.is_waiting or each.is_last_resort or each.action in _WAITS)
            and not (each.action == "spec" and has_no_failure)
            and not (each.action and refusal(state, each.named))
        ),
        _awaited_answer(state, advice),
    )


def _awaited_answer(state: SessionState, advice: Advice) -> Advice:
    """Say which check of the step waits for the runs under way."""
    asked = missing(state, state.step) if state.step else ()
    if not (asked and state.under_way):
        return advice
    return replace(advice, text=f"Wait for #{state.under_way[-1].number}: {asked[0].title}?")


def _closed(state: SessionState) -> Advice | None:
    if state.imported:
        return Advice("Look back at it: a session read from a transcript cannot be gone on with.", "export")
    if state.closed is None:
        return None
    return Advice(
        f"This session is closed: {state.closed.ending}.", "export", is_good=state.closed.ending == "verified"
    )


def _running(state: SessionState) -> Advice | None:
    """Say what is under way. There is nothing to press for it: to stop it is possible, and no next move."""
    if not (state.under_way or state.measurement):
        return _between_runs(state)
    if state.measurement and not state.awaited_runs:
        return None  # it makes room for whatever is asked
    run = state.under_way[-1]
    if state.series_start is not None:
        done = sum(each.is_over for each in state.runs_after(state.series_start - 1))
        return Advice(f"Reproducing: cold run {done + 1}, fresh hash seed.", is_waiting=True)
    if state.plan:
        position = min(len(state.plan), run.number - state.plan_start + 1)
        return Advice(f"Verifying: run {position} of {len(state.plan)}.", is_waiting=True)
    if run.request.only_looks:
        return (
            Advice("Looking while the failing test runs …", is_waiting=True) if _is_awaited(state) else None
        )
    return Advice("Running …", is_waiting=True)


def _between_runs(state: SessionState) -> Advice | None:
    """Say that a series or a proof goes on, in the moment after one of its runs: nothing else is to be pressed then."""
    if state.plan:
        return Advice("Verifying: the next run begins.", is_waiting=True)
    if state.series_start is not None:
        return Advice("Reproducing: the next cold run begins.", is_waiting=True)
    return None


def _is_awaited(state: SessionState) -> bool:
    """Whether the step asks first for what a measurement may show."""
    asked = missing(state, state.step) if state.step else ()
    return bool(asked) and asked[0].name in _IS_LOOKED_FOR


def _moves(state: SessionState) -> Moves:
    if unrun := unrun_edit(state):
        yield Advice(f"{unrun[0].upper()}{unrun[1:]}.", "run", is_notice=True)
    yield from _loop(state)
    yield from _trouble(state)
    if state.measurement and _is_awaited(state):
        yield from meanwhile(state, state.measurement)
    step = state.step
    if step is None:
        yield Advice("Start with a failing test.", "reproduce")
        return
    open_checks = missing(state, step)
    for each in open_checks:
        yield from moves_for(state, each)
    if open_checks:
        yield _going_on_without(state, open_checks[0])
    else:
        yield _done(state, step)


def _loop(state: SessionState) -> Moves:
    """Put a loop that was noticed and not answered before everything the gates ask for."""
    loop = state.standing_loop
    if loop is None:
        return
    is_elsewhere = state.workflow.step(loop.step) is not None and loop.step != state.step_id
    known = DETECTORS.get(loop.pattern)
    for action in (*(known.answers if known else ()), "hypothesis"):
        if action != "go-to-step" or is_elsewhere:
            yield Advice(loop.move, action, is_notice=True)


def trouble_of(state: SessionState) -> str:
    """Return why the newest run says nothing of the target; empty when it does, or was stopped."""
    last = state.last_run
    if last and last.judged and last.judged.remark == "broken edit":
        return last.judged.reason
    if last and last.report and last.judged and last.judged.outcome == "UNRESOLVED" and not last.failing:
        ending = last.report.ending
        return last.judged.reason if ending.kind not in {"cancelled", "superseded"} else ""
    return ""


def _trouble(state: SessionState) -> Moves:
    trouble = trouble_of(state)
    last = state.last_run
    if trouble and last and last.report and last.judged:
        if last.judged.remark == "broken edit":
            yield Advice(f"{trouble}. Mend the edit and save.", is_notice=True)
        elif last.report.ending.kind in _NOTHING_TO_RUN:
            yield Advice(trouble, "retarget", is_notice=True)
        elif made(state, last.request.purpose) < MAX_RUNS:
            yield Advice(trouble, "run", is_notice=True)
        else:
            yield Advice(
                f"{trouble}. It ended like this each time: change one thing and save.", is_notice=True
            )
    if state.pin and not state.pin.is_intact:
        what = next(iter((*state.pin.changed_parts, *state.pin.changed_files)), "it")
        yield Advice(
            f"The pinned test changed: restore {what}, or unpin it with a reason.", "unpin", is_notice=True
        )


def _going_on_without(state: SessionState, missed: Checked) -> Advice:
    """The last resort of a gate that nothing more can meet: on with a reason, at the end with what there is."""
    then = following(state)
    if then is None:
        return Advice(
            f"Nothing more shows this: {missed.title}. Close the session with what there is.",
            "close",
            is_last_resort=True,
        )
    if missed.name == "isolated" and missed.figure:
        figure = f"{missed.figure[0].upper()}{missed.figure[1:]}"
        return Advice(
            f"{figure}; nothing more to measure. Go on to {then.title} with that.",
            "next-step",
            is_last_resort=True,
        )
    return Advice(
        f"Nothing more shows this: {missed.title}. Go on to {then.title}, with a reason.",
        "next-step",
        is_last_resort=True,
    )


def _done(state: SessionState, step: Step) -> Advice:
    then = following(state)
    if then is None:
        return Advice("Verified. Close the session, or hand the story on.", "close", is_good=True)
    return Advice(f"{_achieved(state, step)} Next: {then.title}.", "next-step", is_good=True)


def _achieved(state: SessionState, step: Step) -> str:
    """Say what a met gate has shown, and no more: a few places that lead are not the place."""
    asked = evaluate(state, step)
    if not asked and step.gate:
        return f"Nothing is asked here: {next(_inapplicable(state, step))}."
    if found := next((each for each in asked if each.name == "isolated"), None):
        return f"Isolated: {found.figure}."
    if any(each.name == "suspects-at-most" for each in asked):
        leading = [each for each in state.standing_suspects if each.leads]
        if len(leading) > 1:
            return f"{len(leading)} places lead, none is proven."
        return f"One place leads: {leading[0].place}."
    return f"{step.title} is done."


def _inapplicable(state: SessionState, step: Step) -> Iterator[str]:
    return (why for each in step.gate if (why := why_not_asked(state, each.check)))
