"""The clocks of the session's screen: its age, and how long a drill has been played, which goes on every second."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from textual.timer import Timer

from coach.core.drill.clock import seconds_played
from coach.session.port import SessionPort
from coach.tui.screens.painter import Painter
from coach.tui.seekable import Seekable
from coach.tui.views.view_state import ViewState

AGE_SECONDS = 20
"""How often the age of the session is painted anew."""


class ClockedScreen(Protocol):
    """The screen of the session, as far as its clocks need it."""

    view: ViewState
    clock: Callable[[], float]

    @property
    def port(self) -> SessionPort:
        """The session itself; a past one has no clock."""

    def paint(self) -> None:
        """Paint everything."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function again and again."""


def at_time(view: ViewState, port: SessionPort, now: float) -> ViewState:
    """Return a view at a time: ``now`` in seconds since the epoch; of a past session that of the event shown."""
    is_past = isinstance(port, Seekable)
    now = port.state.at if is_past else now
    played = seconds_played(port.records, 0.0 if is_past else now) if port.state.drill else 0.0
    return replace(view, now=now, played=played)


def start_clocks(screen: ClockedScreen, painter: Painter) -> None:
    """Let the screen's clocks go on; that of a drill paints the top line alone."""

    def tick() -> None:
        screen.view = at_time(screen.view, screen.port, screen.clock())
        painter.paint_header()

    screen.set_interval(AGE_SECONDS, screen.paint)
    if screen.port.state.drill and not isinstance(screen.port, Seekable):
        screen.set_interval(1.0, tick)
