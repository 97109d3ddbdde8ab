"""Attempts, the loops noticed in them, and files that were put back."""

from coach.core.base.persistent_list import PersistentList
from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.loops.history import Age
from coach.core.session.entries import Notice, Restore, Restoring
from coach.core.session.fold.dispatch import answered, apply_event
from coach.core.session.state import SessionState


@apply_event.register
def _(event: ev.AttemptRead, state: SessionState) -> SessionState:
    attempts = PersistentList.of(state.attempts).plus(event.attempt)
    return replace(state, attempts=attempts, history=state.history.read(event.attempt))


@apply_event.register
def _(event: ev.LoopNoticed, state: SessionState) -> SessionState:
    return replace(state, notices=(*state.notices, Notice(state.at, event)))


@apply_event.register
def _(event: ev.FailureDated, state: SessionState) -> SessionState:
    """Take in how old failures are; what was noticed and hangs on it is answered by that."""
    known = {each.function: Age("unknown", event.why) for each in event.unknown}
    known |= {each.function: Age("passed") for each in event.passed}
    known |= {each.function: Age("failed") for each in event.failed}
    notices = tuple(
        replace(each, answer=event.sentence) if _hangs_on(each, event) else each for each in state.notices
    )
    return replace(state, history=state.history.with_ages(known), notices=notices)


def _hangs_on(notice: Notice, event: ev.FailureDated) -> bool:
    loop = notice.loop
    return (
        bool(loop.doubt) and not notice.answer and (loop.pattern, loop.run) == (event.pattern, event.of_run)
    )


@apply_event.register
def _(event: ev.LoopDismissed, state: SessionState) -> SessionState:
    dismissed = replace(state, dismissals=(*state.dismissals, event))
    return answered(dismissed, f"dismissed: {event.reason}", {event.pattern})


@apply_event.register
def _(event: ev.LoopsSwitched, state: SessionState) -> SessionState:
    return replace(state, loops_off=event.off)


@apply_event.register
def _(event: ev.TreeRestored, state: SessionState) -> SessionState:
    restore = Restore(event.tree, event.before, state.last_number, event.paths, event.kept, event.modes)
    now = replace(state, restores=(*state.restores, restore), restoring=None, restore_stopped="")
    return answered(now, "restored")


@apply_event.register
def _(event: ev.RestoreBegun, state: SessionState) -> SessionState:
    restoring = Restoring(event.tree, event.before, event.paths, event.why, event.modes, event.wanted_modes)
    return replace(state, restoring=restoring, restore_stopped="")


@apply_event.register
def _(event: ev.RestoreStopped, state: SessionState) -> SessionState:
    return replace(state, restoring=None, restore_stopped=event.sentence)


@apply_event.register
def _(event: ev.RestoreInterrupted, state: SessionState) -> SessionState:
    restoring = Restoring(event.tree, event.before, event.paths, event.why, event.modes, event.wanted_modes)
    return replace(state, restoring=replace(restoring, is_interrupted=True, written=event.written))
