"""Every private name of Textual and asyncio that tests of the screen use; no other test uses one."""

import asyncio
import time
from collections.abc import Callable

import pytest
from textual._compositor import Compositor
from textual._context import active_app
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

PATIENCE = 60.0
"""Seconds until a screen that never comes to rest fails its test."""
CALM = 3
"""Turns of the loop with nothing to do, one after the other, that make a rest."""


def wait_for_rest_not_for_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pilots wait until nothing is left to do, in place of Textual's wait until the processor is quiet.

    That one takes twenty milliseconds at least, a second where a timer ticks, and is over too early on a machine that is
    busy with something else.
    """
    monkeypatch.setattr("textual.app.wait_for_idle", _rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", _rest)


async def _rest(_min_sleep: float = 0, _max_sleep: float = 0) -> None:
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


def rows_of(screen: Screen[object]) -> list[Strip]:
    """Return what is drawn, row by row, also what lies below a dialog."""
    return screen._compositor.render_strips()


def watch_paints(
    monkeypatch: pytest.MonkeyPatch, app: type[App[None]], see: Callable[[Screen], None]
) -> None:
    """Call ``see`` with the screen whenever one is painted, in place of writing to the terminal."""
    monkeypatch.setattr(app, "_display", lambda _app, screen, _drawn: see(screen))


def draw_nothing_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what is drawn for a terminal that is none; ``rows_of`` draws the whole screen."""
    monkeypatch.setattr(Compositor, "render_update", lambda self, **_: self._dirty_regions.clear())
