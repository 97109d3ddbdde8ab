"""Drills: one began, and what came of it."""

from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.session.entries import DrillPlay
from coach.core.session.fold.dispatch import apply_event
from coach.core.session.state import SessionState


@apply_event.register
def _(event: ev.DrillBegan, state: SessionState) -> SessionState:
    return replace(state, drill=DrillPlay(event, state.at))


@apply_event.register
def _(event: ev.DrillScored, state: SessionState) -> SessionState:
    if state.drill is None:
        return state
    return replace(state, drill=replace(state.drill, scored=event, ended=state.at))


@apply_event.register
def _(event: ev.DrillDebriefed, state: SessionState) -> SessionState:
    if state.drill is None:
        return state
    return replace(state, drill=replace(state.drill, debrief=event.debrief))
