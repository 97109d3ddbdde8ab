"""A session that opens, closes, is handed on, and what lies before and beside it."""

from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.session.fold.dispatch import apply_event, with_work_cut
from coach.core.session.state import SessionState

ASSISTANT = "assistant"
"""Who edits after context was exported, when nobody said a name."""


@apply_event.register
def _(_event: ev.Unknown, state: SessionState) -> SessionState:
    return replace(state, unknown_events=state.unknown_events + 1)


@apply_event.register
def _(event: ev.SessionOpened, state: SessionState) -> SessionState:
    history = state.history.aimed(event.target.words)
    if event.checkout.commit and not event.checkout.dirty_files:
        history = history.at_head(event.checkout.tree)
    return replace(state, opened=event, opened_at=state.at, target=event.target, history=history)


@apply_event.register
def _(event: ev.Imported, state: SessionState) -> SessionState:
    base = state.opened.checkout.tree if state.opened else ""
    return replace(state, imported=event, history=state.history.at_head(base))


@apply_event.register
def _(_event: ev.SessionResumed, state: SessionState) -> SessionState:
    """A run that was under way when coach died never ended: the resumed session must not wait for it."""
    cut = with_work_cut(state)
    return replace(cut, closed=None, series_start=None, plan=(), watching=False)


@apply_event.register
def _(_event: ev.SessionInterrupted, state: SessionState) -> SessionState:
    cut = with_work_cut(state)
    return replace(cut, series_start=None, plan=(), watching=False)


@apply_event.register
def _(event: ev.SessionClosed, state: SessionState) -> SessionState:
    cut = with_work_cut(state)
    return replace(cut, closed=event, series_start=None, plan=(), watching=False)


@apply_event.register
def _(_event: ev.LeftBehindEnded, state: SessionState) -> SessionState:
    return state


@apply_event.register
def _(event: ev.ContextExported, state: SessionState) -> SessionState:
    return replace(state, exports=(*state.exports, event), held_by=state.held_by or ASSISTANT)


@apply_event.register
def _(event: ev.HandedOver, state: SessionState) -> SessionState:
    return replace(state, held_by=event.to or ASSISTANT)


@apply_event.register
def _(_event: ev.HandedBack, state: SessionState) -> SessionState:
    return replace(state, held_by="")


@apply_event.register
def _(event: ev.AssistantEnded, state: SessionState) -> SessionState:
    return replace(state, assistants=(*state.assistants, event.report))


@apply_event.register
def _(event: ev.EarlierRead, state: SessionState) -> SessionState:
    return replace(state, earlier=event.found)


@apply_event.register
def _(event: ev.PastFailuresFound, state: SessionState) -> SessionState:
    return replace(state, past=(*event.candidates, *state.past)[:8])


@apply_event.register
def _(event: ev.PastFailureDismissed, state: SessionState) -> SessionState:
    past = tuple(each for each in state.past if each.session not in event.sessions)
    return replace(state, past=past, past_dismissed=(*state.past_dismissed, *event.sessions))
