"""A picture of a long session looks at its newest runs: what is asked with every paint must not look at thousands."""

from collections.abc import Iterator
from typing import Any

from coach.core.base.persistent_list import PersistentList
from coach.core.base.value import replace
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.tui.keys import offers
from coach.tui.views import header
from coach.tui.views.message import Notices, message
from coach.tui.views.runs import runs
from coach.tui.views.step_view import columns
from coach.tui.views.view_state import ViewState
from tests.tui import fakes

STEPS = ("reproduce", "failing-test", "isolate", "hypothesize", "before-verify", "partial", "done")
MANY = 2_000
LIMIT = 2.5 * MANY
"""Runs looked at in one picture at most: two questions of a gate may go back to the beginning, once each."""


class Counted(PersistentList[Run]):
    """Runs that count how many of them were looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[Run]:
        return self._counting(super().__iter__())

    def __reversed__(self) -> Iterator[Run]:
        return self._counting(super().__reversed__())

    def _counting(self, each: Iterator[Run]) -> Iterator[Run]:
        for run in each:
            Counted.looked_at += 1
            yield run

    def __getitem__(self, index: Any) -> Any:
        Counted.looked_at += len(range(*index.indices(len(self)))) if isinstance(index, slice) else 1
        return super().__getitem__(index)


def long(state: SessionState) -> SessionState:
    """Return a state whose newest run of the target was made many times more."""
    newest = state.last_target_run
    assert newest is not None
    first = len(state.runs) + 1
    more = (
        newest.model_copy(update={"request": newest.request.model_copy(update={"number": number})})
        for number in range(first, MANY)
    )
    return replace(state, runs=Counted((*state.runs, *more)))


def test_a_picture_of_a_long_session_looks_at_few_of_its_runs() -> None:
    for step in STEPS:
        state, view = long(fakes.FakeDoor(*fakes.story(step)).state), ViewState()
        Counted.looked_at = 0
        columns(state, view)
        offers(state, "")
        header.header(state, view, 120)
        header.steps(state, 120)
        message(state, LiveSnapshot(), view, Notices())
        runs(state)
        assert Counted.looked_at < LIMIT, f"{step}: {Counted.looked_at} of {MANY}"
