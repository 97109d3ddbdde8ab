"""What lies below a window: dimmed, drawn once for a burst of redraws, and not kept when the window has gone."""

import time
from collections.abc import Callable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

LASTS = 0.1
"""Seconds a picture of what lies below stands. Opening a window draws it five times, 10 ms each (120×40 cells)."""


class Below:
    """The dimmed screen below a window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._picture: list[Segment] = []
        self._size = (0, 0)
        self._drawn = 0.0
        self._drawing: RenderableType = ""

    @property
    def is_fresh(self) -> bool:
        """Whether the picture there is stands for now."""
        return bool(self._picture) and self._clock() - self._drawn <= LASTS

    def of(self, drawing: RenderableType) -> "Below":
        """Return what draws as ``drawing`` does, from the picture there is while that is fresh."""
        self._drawing = drawing
        return self

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        size = (options.max_width, options.height or 0)
        if size != self._size or not self.is_fresh:
            self._picture = list(console.render(self._drawing, options))
            self._size, self._drawn = size, self._clock()
        return self._picture
