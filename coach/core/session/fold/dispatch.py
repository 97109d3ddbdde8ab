"""The dispatch by kind of event, and what several kinds do."""

from collections.abc import Collection
from functools import singledispatch

from coach.core.base.value import replace
from coach.core.loops.history import Mark
from coach.core.search.request import Search, SearchResult
from coach.core.session.state import SessionState


@singledispatch
def apply_event(event: object, state: SessionState) -> SessionState:
    """Return the state after an event; one without a function of its own changes nothing."""
    del event
    return state


def with_searches_cut(searches: tuple[Search, ...]) -> tuple[Search, ...]:
    """A search that was under way when coach was stopped never ended; what it tried is kept, and it can go on."""
    if not searches or searches[-1].is_over:
        return searches
    cut = SearchResult(how="stopped", sentence="coach was stopped before the search ended")
    return (*searches[:-1], replace(searches[-1], result=cut, doing=""))


def with_work_cut(state: SessionState) -> SessionState:
    """The search and the investigation that were under way when coach was stopped never ended."""
    found = state.investigation
    if found and found.is_open:
        cut = tuple(each if each.how else replace(each, how="interrupted") for each in found.measurements)
        found = replace(found, measurements=cut, ending="stopped", sentence="coach was stopped")
    return replace(state, searches=with_searches_cut(state.searches), investigation=found)


def looked(state: SessionState) -> SessionState:
    """Note that the engineer looked at something; what coach measures by itself is nobody's experiment."""
    return state if state.measurement else marked(state, "experiment")


def marked(state: SessionState, mark: Mark) -> SessionState:
    return replace(state, history=state.history.working(state.at).marked(mark))


def answered(state: SessionState, answer: str, patterns: Collection[str] = ()) -> SessionState:
    """Note what was done about the notices that stand; without ``patterns``, about all of them."""
    if not any(not each.answer for each in state.notices[-8:]):
        return state
    older, newer = state.notices[:-8], state.notices[-8:]
    taken = (
        replace(each, answer=answer)
        if not each.answer and (not patterns or each.loop.pattern in patterns)
        else each
        for each in newer
    )
    return replace(state, notices=(*older, *taken))
