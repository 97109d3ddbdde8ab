"""A log opened for looking is the log: what is read late is equal, at every position of its replay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.base.persistent_list import BLOCK, PersistentList
from coach.core.runs.report import LateFailures
from coach.core.session.fold import replay
from coach.session.replay import Replay
from coach.store.lines import encode
from coach.store.log import LOG_NAME, read_log
from tests.core.building import hostile_session, shop_session


@pytest.fixture(params=["shop", "hostile"])
def log(request, tmp_path: Path) -> Path:
    told = shop_session("done") if request.param == "shop" else hostile_session("hunter2-hunter2")
    (tmp_path / LOG_NAME).write_bytes(b"".join(map(encode, told.records)))
    return tmp_path


def test_what_is_read_late_is_the_same(log: Path) -> None:
    soon, late = read_log(log), read_log(log, late=True)
    reports = [record.event.report for record in late.records if hasattr(record.event, "report")]
    waiting = [each.failures for each in reports if isinstance(each.failures, LateFailures)]
    assert waiting
    assert not any(each.is_read for each in waiting)
    assert replay(late.records) == replay(soon.records)
    assert late == soon


def test_a_replay_is_at_every_position_what_the_log_says(log: Path) -> None:
    """However it got there: forwards, backwards, in leaps."""
    records = read_log(log, late=True).records
    port = Replay(records, lambda _: "", "")
    there = [*range(len(records), -1, -1), *range(0, len(records) + 1, 7), 3, len(records), 2]
    for position in there:
        port.seek(position)
        assert port.state == replay(records[:position])


def test_a_log_that_is_gone_leaves_failures_empty(log: Path) -> None:
    late = read_log(log, late=True)
    (log / LOG_NAME).unlink()
    reports = [record.event.report for record in late.records if hasattr(record.event, "report")]
    assert {tuple(each.failures) for each in reports if isinstance(each.failures, LateFailures)} == {()}


@given(st.lists(st.integers(), max_size=4 * BLOCK), st.data())
def test_growing_is_a_tuple_to_everybody(items: list[int], data: st.DataObject) -> None:
    grown: PersistentList[int] = PersistentList()
    for each in items:
        grown = grown.plus(each)
    assert grown == tuple(items)
    assert (list(grown), list(reversed(grown)), len(grown)) == (items, items[::-1], len(items))
    cut = data.draw(st.slices(len(items)))
    assert grown[cut] == tuple(items[cut])
    assert PersistentList(items) == grown
    if items:
        at = data.draw(st.integers(0, len(items) - 1))
        assert grown[at - len(items)] == items[at]
        assert grown.put(at, 7) == (*items[:at], 7, *items[at + 1 :])
        assert grown == tuple(items)
