"""One time zone, no colour switches, no editor of the developer: the screen looks the same everywhere.

Pilots wait until nothing is left to do, not until the processor is quiet: textual's own wait takes twenty milliseconds at
least, a second where a timer ticks, and is over too early on a machine that is busy with something else.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest
from textual._context import active_app

PATIENCE = 60.0
CALM = 3


async def _nothing_to_do(_min_sleep: float = 0, _max_sleep: float = 0) -> None:
    """Wait until the loop has nothing to run and the screen nothing to paint; then for what painting it led to."""
    ready, end, calm = asyncio.get_running_loop()._ready, time.monotonic() + PATIENCE, 0  # type: ignore[attr-defined]
    app = active_app.get()
    while calm < CALM:
        assert time.monotonic() < end, "the screen never came to rest"
        await asyncio.sleep(0)
        if ready:
            calm = 0
        else:
            calm += 1
            if app._resize_event:
                app._check_resize()  # a timer's, otherwise
            elif calm == 1 and app.screen_stack:
                app.screen._on_timer_update()


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("textual.app.wait_for_idle", _nothing_to_do)
    monkeypatch.setattr("textual.pilot.wait_for_idle", _nothing_to_do)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
