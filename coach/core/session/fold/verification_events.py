"""The pinned test and the proof of a fix."""

from types import MappingProxyType

from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.loops.detectors import ended_by
from coach.core.session.entries import Pin
from coach.core.session.fold.dispatch import answered, apply_event
from coach.core.session.state import SessionState


@apply_event.register
def _(event: ev.PinRefused, state: SessionState) -> SessionState:
    return replace(state, unpinnable=(*state.unpinnable, event.test))


@apply_event.register
def _(event: ev.TestPinned, state: SessionState) -> SessionState:
    pin = Pin(
        event.test,
        event.path,
        event.line,
        event.source,
        event.digest,
        event.red,
        event.digest,
        state.last_number,
        event.name,
        event.files,
        event.files,
        event.parts,
        event.parts,
    )
    return replace(state, pin=pin, history=state.history.pinned(event.test))


@apply_event.register
def _(event: ev.PinnedTestRead, state: SessionState) -> SessionState:
    if state.pin is None:
        return state
    seen = event.files or state.pin.seen_files
    parts = event.parts or state.pin.seen_parts
    read = replace(state.pin, seen_digest=event.digest, seen_files=seen, seen_parts=parts)
    return replace(state, pin=read)


@apply_event.register
def _(event: ev.TestUnpinned, state: SessionState) -> SessionState:
    unpinned = replace(state, pin=None, history=state.history.taken_off())
    return answered(unpinned, event.reason, ended_by("unpin"))


@apply_event.register
def _(event: ev.VerificationBegan, state: SessionState) -> SessionState:
    begun = replace(state, plan=event.plan, plan_start=state.last_number + 1, is_confirmed=False)
    return replace(begun, plan_acceptance=event.acceptance, plan_on=event.on)


@apply_event.register
def _(_event: ev.VerificationVoided, state: SessionState) -> SessionState:
    return replace(state, plan=())


@apply_event.register
def _(event: ev.VerificationJudged, state: SessionState) -> SessionState:
    """Judged again on the same runs, after an answer, it still speaks of the tree it was made on."""
    at = state.verified_at_run if state.verification and not state.plan else state.last_number
    return replace(state, verification=event.verification, verified_at_run=at, plan=())


@apply_event.register
def _(event: ev.ControlMeasured, state: SessionState) -> SessionState:
    return replace(state, control=event.control)


@apply_event.register
def _(event: ev.ObjectionAnswered, state: SessionState) -> SessionState:
    answers = {**state.answers, (event.check, event.objection): event.reason}
    return replace(state, answers=MappingProxyType(answers))


@apply_event.register
def _(event: ev.ClosingWritten, state: SessionState) -> SessionState:
    return replace(state, closing=event.closing, root_cause=event.closing.cause.text or state.root_cause)


@apply_event.register
def _(event: ev.RootCauseWritten, state: SessionState) -> SessionState:
    return replace(state, root_cause=event.text)


@apply_event.register
def _(_event: ev.FixConfirmed, state: SessionState) -> SessionState:
    return replace(state, is_confirmed=True)
