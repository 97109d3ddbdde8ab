"""The one way a session's state changes: ``apply`` one recorded event at a time.

``replay`` of a log gives the state; nothing exists outside the log. ``apply`` is total: an event that refers to
something a damaged log no longer holds changes nothing but the sequence. Each family of events has a module; it
registers a function for each kind.
"""

from collections.abc import Iterable

from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.session.fold import (  # noqa: F401 - they register
    drill_plays,
    investigations,
    isolation_events,
    loop_events,
    note_events,
    run_events,
    session_events,
    verification_events,
)
from coach.core.session.fold.dispatch import apply_event
from coach.core.session.state import SessionState

__all__ = ["ahead", "apply", "replay"]


def replay(records: Iterable[ev.Recorded]) -> SessionState:
    """Fold a whole log."""
    state = SessionState()
    for record in records:
        state = apply(state, record)
    return state


def apply(state: SessionState, record: ev.Recorded) -> SessionState:
    """Return the state after one more event."""
    return apply_event(record.event, replace(state, seq=record.seq, at=record.at))


def ahead(state: SessionState, *events: ev.Event) -> SessionState:
    """Fold events that are decided but not yet stamped: what the state is going to be."""
    for event in events:
        state = apply(state, ev.Recorded(seq=state.seq + 1, at=state.at, event=event))
    return state
