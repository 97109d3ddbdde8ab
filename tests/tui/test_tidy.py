"""Garbage is looked for while nobody waits."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from tests.tui import fakes
from tests.tui.seeing import press, shown

Set = Callable[[int, int, int], tuple[int, int, int]]


@pytest.fixture
def set_thresholds() -> Iterator[Set]:
    """Return a function that sets python's thresholds for this test and returns them."""
    before = gc.get_threshold()

    def now(*thresholds: int) -> tuple[int, int, int]:
        gc.set_threshold(*thresholds)
        return gc.get_threshold()

    yield now
    gc.set_threshold(*before)


async def test_a_process_that_collects_less_often_already_goes_on_so(set_thresholds: Set) -> None:
    usual = set_thresholds(3_000, 5, 400)
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))):
        assert gc.get_threshold() == (3_000, 10, 400)
    assert gc.get_threshold() == usual


async def test_garbage_goes_in_a_quiet_moment_and_not_while_keys_come(set_thresholds: Set) -> None:
    usual, full = set_thresholds(700, 10, 10), []

    def seen(phase: str, info: dict[str, int]) -> None:
        full.append(info["generation"])

    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        assert gc.get_threshold() != usual
        await press(pilot, "f1", "f1")
        gc.collect(1)  # something is in the oldest generation now, young or not
        gc.callbacks.append(seen)
        try:
            pilot.app.last_key_at = time.monotonic() + 60
            pilot.app.collect()
            assert 2 not in full
            pilot.app.last_key_at = 0.0
            pilot.app.collect()
            assert 2 in full
        finally:
            gc.callbacks.remove(seen)
    assert gc.get_threshold() == usual
