"""What lies below a window: dimmed, drawn once for a burst of redraws, and not kept when the window has gone."""

import time
from collections.abc import Callable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from textual._styles_cache import StylesCache

_LASTS = 0.25
"""Seconds a picture of what lies below stands. Opening a window draws it five times, 10 ms each (120×40 cells)."""


class Below:
    """The dimmed screen below a window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._picture: list[Segment] = []
        self._size = (0, 0)
        self._drawn = 0.0
        self._drawing: RenderableType = ""

    def of(self, drawing: RenderableType) -> "Below":
        """Return what draws as ``drawing`` does, from the picture there is while that is fresh."""
        self._drawing = drawing
        return self

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        size, now = (options.max_width, options.height or 0), self._clock()
        if size != self._size or now - self._drawn > _LASTS or not self._picture:
            self._picture = list(console.render(self._drawing, options))
            self._size, self._drawn = size, now
        return self._picture


def forget_windows() -> None:
    """Let go of the rows that windows drew: textual's cache of colours keeps up to 1,024 of their panels alive for ever."""
    clear = getattr(StylesCache.get_inner_outer, "cache_clear", None)
    if clear:
        clear()
