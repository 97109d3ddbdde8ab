"""Garbage is looked for while nobody waits."""

import gc
import time

from tests.tui import fakes
from tests.tui.seeing import press, shown


async def test_garbage_goes_in_a_quiet_moment_and_not_while_keys_come() -> None:
    usual, full = gc.get_threshold(), []

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
