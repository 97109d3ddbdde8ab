"""Commands that move through the workflow and end the session."""

from difflib import get_close_matches
from typing import Literal

from coach.core.decide.decision import Decision, Draft, Refusal, decide
from coach.core.decide.feedback import begin_feedback
from coach.core.decide.suspect_measurement import measure_on_entry
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol.effects import Effect, StopRuns, StopSearch, Watch
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.workflow import Step


@decide.register
def _(message: cmd.GoToStep, state: SessionState) -> Decision | Refusal:
    here = state.step
    if here is None:
        return Refusal("the session has not begun")
    there = state.workflow.step(message.step) if message.step else gates.following(state)
    if there is None:
        names = [step.id for step in state.workflow.steps]
        return Refusal(
            f"no step {message.step!r}; this workflow has: {', '.join(names)}"
            if message.step
            else "this is the last step",
            typed=message.step,
            meant=tuple(get_close_matches(message.step, names)),
        )
    if there.id == here.id:
        return Refusal(f"{here.title} is the step you are in")
    position, goal = state.workflow.position(here.id), state.workflow.position(there.id)
    if goal < position:
        draft = Draft(state)
        draft.record(ev.StepEntered(step=there.id, why=message.reason or "back"))
        measure_on_entry(draft)
        return draft.done()
    return _forward(message, state, there)


def unmet_before(state: SessionState, goal: Step) -> tuple[tuple[Step, tuple[gates.Checked, ...]], ...]:
    """Return the steps on the way to ``goal`` whose gate is not met and that nobody has gone past yet, with what is missing.

    Looking back is free, and so is coming back: a step that was left behind once asks for no reason again.
    """
    workflow = state.workflow
    furthest = max((workflow.position(each.step) for each in state.visits), default=0)
    ahead = workflow.steps[max(0, furthest) : workflow.position(goal.id)]
    found = ((step, gates.missing(state, step)) for step in ahead)
    return tuple((step, unmet) for step, unmet in found if unmet)


def _forward(message: cmd.GoToStep, state: SessionState, goal: Step) -> Decision | Refusal:
    draft = Draft(state)
    for step, unmet in unmet_before(state, goal):
        if not message.reason.strip():
            return Refusal(
                f"{step.title} is not done: {unmet[0].title}. Go on anyway? Give a reason; it is recorded."
            )
        names = tuple(each.name for each in unmet)
        draft.record(ev.GateOverridden(step=step.id, reason=message.reason, missing=names))
    draft.record(ev.StepEntered(step=goal.id, why=message.reason or "gate"))
    measure_on_entry(draft)
    return draft.done()


@decide.register
def _(_message: cmd.Resume, state: SessionState) -> Decision | Refusal:
    if not state.visits:
        return Refusal("the session has not begun")
    draft = Draft(state)
    draft.record(ev.SessionResumed())
    draft.perform(Watch(on=True))
    edit = state.last_edit
    if not state.closed and state.runs and edit and edit.after_run == state.last_number:
        begin_feedback(draft)  # it was edited while nobody listened
    return draft.done()


@decide.register
def _(message: cmd.Close, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return Refusal("this session is closed already")
    effects = _stopping(state)
    event = ev.SessionClosed(ending=_ending(state), note=message.note)
    return Decision(events=(event,), effects=(*effects, Watch(on=False)))


def _stopping(state: SessionState) -> tuple[Effect, ...]:
    runs: tuple[Effect, ...] = (StopRuns(),) if state.under_way else ()
    return (*runs, StopSearch()) if state.search else runs


def _ending(state: SessionState) -> Literal["verified", "partial", "abandoned"]:
    """*verified* only when the last gate is met; *partial* when there is a verification that says less."""
    last = state.workflow.steps[-1] if state.workflow.steps else None
    if last and gates.is_met(state, last):
        return "verified"
    return "partial" if state.verification else "abandoned"


@decide.register
def _(message: cmd.Interrupted, state: SessionState) -> Decision | Refusal:
    effects = _stopping(state)
    return Decision(events=(ev.SessionInterrupted(by=message.by),), effects=effects)
