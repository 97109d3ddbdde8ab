"""What was measured to find the place: lines, mutations, calls, suspects, searches."""

from types import MappingProxyType

from coach.core.base.test_id import FunctionId
from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.search.request import Search, tried_so_far
from coach.core.session.fold.dispatch import answered, apply_event, looked, marked, with_searches_cut
from coach.core.session.state import SessionState


@apply_event.register
def _(event: ev.SpectrumMeasured, state: SessionState) -> SessionState:
    trees = {state.same_tree(each.tree) for each in (state.mutants, event.spectrum) if each}
    same = state.mutants and len(trees) == 1
    seen = event.spectrum
    is_whole = seen.has_failed and not seen.left_out
    ran = (
        frozenset(FunctionId.of(each.path, each.function) for each in seen.functions if each.ran)
        if is_whole
        else frozenset()
    )
    history = state.history.measured(seen.test, ran)
    return replace(state, spectrum=seen, mutants=state.mutants if same else None, history=history)


@apply_event.register
def _(event: ev.TouchedRead, state: SessionState) -> SessionState:
    return replace(state, touched=event.touched)


@apply_event.register
def _(event: ev.PastChangesRead, state: SessionState) -> SessionState:
    return replace(state, past_changes=event.past)


@apply_event.register
def _(event: ev.MutantsTried, state: SessionState) -> SessionState:
    return replace(looked(state), mutants=event.mutations)


@apply_event.register
def _(event: ev.FlipFound, state: SessionState) -> SessionState:
    return replace(state, early_flips=(*state.early_flips, event.flip))


@apply_event.register
def _(event: ev.CallsTraced, state: SessionState) -> SessionState:
    if not event.trace.failed:
        return replace(state, calls_passing=event.trace)
    other = (
        state.calls_passing if state.calls_passing and state.calls_passing.test == event.trace.test else None
    )
    return replace(looked(state), calls=event, calls_passing=other)


@apply_event.register
def _(event: ev.OriginsTraced, state: SessionState) -> SessionState:
    wrong = event.origins if event.origins.is_of_failure else state.wrong_value
    return replace(looked(state), origins=event.origins, wrong_value=wrong)


@apply_event.register
def _(event: ev.SuspectsRanked, state: SessionState) -> SessionState:
    return replace(state, suspects=event.suspects, suspects_run=event.run)


@apply_event.register
def _(event: ev.SuspectRuledOut, state: SessionState) -> SessionState:
    ruled_out = MappingProxyType({**state.ruled_out, event.suspect: event.reason})
    return replace(marked(state, "ruled-out"), ruled_out=ruled_out)


@apply_event.register
def _(event: ev.SuspectRestored, state: SessionState) -> SessionState:
    kept = {key: reason for key, reason in state.ruled_out.items() if key != event.suspect}
    return replace(state, ruled_out=MappingProxyType(kept))


@apply_event.register
def _(event: ev.SearchBegan, state: SessionState) -> SessionState:
    own = state.measurement
    by_itself = own is not None and own.search == event.search.number
    begun = Search(event.search, state.at, by_itself=by_itself)
    return replace(state, searches=(*with_searches_cut(state.searches), begun))


@apply_event.register
def _(event: ev.SearchProgressed, state: SessionState) -> SessionState:
    return replace(
        state,
        searches=tuple(
            replace(
                each,
                tried=tried_so_far(each.tried, event.tried),
                doing=event.doing,
                notes=(*each.notes, *event.notes),
            )
            if each.request.number == event.number
            else each
            for each in state.searches
        ),
    )


@apply_event.register
def _(event: ev.SearchEnded, state: SessionState) -> SessionState:
    searches = (
        replace(each, result=event.result, doing="") if each.request.number == event.number else each
        for each in state.searches
    )
    over = replace(state, searches=tuple(searches))
    is_own = any(each.by_itself for each in state.searches if each.request.number == event.number)
    return over if is_own else answered(over, "searched")
