"""Investigations: what was begun by itself, how each measurement ended, and what is kept of them."""

from types import MappingProxyType

from coach.core.base.value import replace
from coach.core.localize.measurement import MAX_KEPT, FailureKey, Investigation, Kept, Measurement
from coach.core.log import events as ev
from coach.core.session.fold.dispatch import apply_event
from coach.core.session.state import SessionState

MAX_INVESTIGATED = 100


@apply_event.register
def _(event: ev.InvestigationLimited, state: SessionState) -> SessionState:
    return replace(state, limits=event)


@apply_event.register
def _(event: ev.InvestigationBegan, state: SessionState) -> SessionState:
    """What is kept of this failure on this tree is known again."""
    key = FailureKey(event.test, event.tree)
    begun = Investigation(key, event.seconds, began=state.at, by_itself=event.by_itself, on=event.on)
    known = state.kept.get(key)
    if known is None or known.spectrum is None:
        return replace(state, investigation=begun)
    return replace(state, investigation=begun, spectrum=known.spectrum, mutants=known.mutants)


@apply_event.register
def _(event: ev.MeasurementBegan, state: SessionState) -> SessionState:
    found = state.investigation
    if found is None:
        return state
    begun = Measurement(
        name=event.name,
        why=event.why,
        run=event.run,
        search=event.search,
        began=state.at,
        expected=event.expected,
        test_runs=event.test_runs,
    )
    return replace(state, investigation=replace(found, measurements=(*found.measurements, begun)))


@apply_event.register
def _(event: ev.MeasurementEnded, state: SessionState) -> SessionState:
    found = state.investigation
    if found is None or found.current is None or found.current.name != event.name:
        return state
    over = replace(found.current, how=event.how, said=event.said, seconds=max(0.0, event.seconds))
    ended = replace(found, measurements=(*found.measurements[:-1], over))
    kept = state.kept if event.how == "interrupted" else _kept(state, found.key, event.name)
    return replace(state, investigation=ended, kept=kept)


def _kept(state: SessionState, key: FailureKey, name: str) -> MappingProxyType[FailureKey, Kept]:
    """Keep what is known now under the failure; the newest stand last."""
    others = {each: known for each, known in state.kept.items() if each != key}
    before = state.kept.get(key, Kept())
    seen = state.spectrum if state.spectrum and state.spectrum.test == key.test else None
    tried = state.mutants if state.mutants and state.mutants.test == key.test else None
    newest = Kept(before.names | {name}, seen or before.spectrum, tried or before.mutants)
    return MappingProxyType(dict([*others.items(), (key, newest)][-MAX_KEPT:]))


@apply_event.register
def _(_event: ev.InvestigationPaused, state: SessionState) -> SessionState:
    found = state.investigation
    return replace(state, investigation=replace(found, paused=True)) if found else state


@apply_event.register
def _(_event: ev.InvestigationResumed, state: SessionState) -> SessionState:
    found = state.investigation
    return replace(state, investigation=replace(found, paused=False)) if found else state


@apply_event.register
def _(event: ev.InvestigationEnded, state: SessionState) -> SessionState:
    found = state.investigation
    if found is None:
        return state
    ended = replace(found, ending=event.ending, sentence=event.sentence, paused=False)
    over = state.investigated if event.ending == "gone" else (*state.investigated, found.key)
    return replace(state, investigation=ended, investigated=over[-MAX_INVESTIGATED:])
