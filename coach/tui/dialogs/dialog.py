"""What every dialog shares: a window over the session, which stays in view below it, dimmed."""

import time
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.timer import Timer

from coach.tui.mouse import MouseScreen
from coach.tui.textual_private import PaintedWholeScreen, forget_drawn_rows
from coach.tui.type_ahead import TypeAheadScreen
from coach.tui.views.link import Key, Link, Open
from coach.tui.widgets.roles import ROLE_CLASSES

T = TypeVar("T")
BACKDROP_SECONDS = 0.1
"""How long one picture of the backdrop is shown. Opening a dialog draws it five times, 10 ms each (120×40 cells)."""


class Backdrop:
    """The dimmed screen below a dialog, drawn once for a burst of redraws."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._picture: list[Segment] = []
        self._size = (0, 0)
        self._drawn_at = 0.0
        self._drawing: RenderableType = ""

    @property
    def is_fresh(self) -> bool:
        """Whether the picture can still be shown."""
        return bool(self._picture) and self._clock() - self._drawn_at <= BACKDROP_SECONDS

    def of(self, drawing: RenderableType) -> "Backdrop":
        """Return what draws as ``drawing`` does, from the picture while that is fresh."""
        self._drawing = drawing
        return self

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        size = (options.max_width, options.height or 0)
        if size != self._size or not self.is_fresh:
            self._picture = list(console.render(self._drawing, options))
            self._size, self._drawn_at = size, self._clock()
        return self._picture


class Dialog(
    PaintedWholeScreen[T | None],
    TypeAheadScreen[T | None],
    MouseScreen[T | None],
    ModalScreen[T | None],
    Generic[T],
):
    """A window that returns an answer of type ``T``, or None when esc leaves it.

    It is shown when it is whole, and keys typed before that are kept for it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    awaits_focus = True

    def __init__(self) -> None:
        super().__init__()
        self._backdrop = Backdrop()
        self._redraw_timer: Timer | None = None

    def render(self) -> RenderableType:
        """Draw the backdrop: Textual would dim it anew at every redraw of the dialog, and whenever a figure below changes."""
        below = super().render()
        if not isinstance(below, ConsoleRenderable):  # nothing lies below: one colour of Textual's
            return below
        if self._backdrop.is_fresh and self._redraw_timer is None:
            # This redraw shows the old picture; what changed below it is drawn when that is no longer fresh.
            self._redraw_timer = self.set_timer(BACKDROP_SECONDS, self._redraw)
        return self._backdrop.of(below)

    def _redraw(self) -> None:
        self._redraw_timer = None
        self.refresh()

    def on_unmount(self) -> None:
        forget_drawn_rows()

    def follow(self, link: Link) -> None:
        """Press a key of this window; what is an action of the session leaves it first, as the action's key would."""
        if isinstance(link, Key):
            # By the application: a key that this window sent would not be passed on to it from its parts.
            self.app.call_later(self.app.simulate_key, link.key)
            return
        stack = self.app.screen_stack
        below = stack[stack.index(self) - 1]
        if not isinstance(link, Open):
            self.dismiss(None)
        if isinstance(below, MouseScreen):
            below.follow(link)

    def action_leave(self) -> None:
        """Return None: everything stays as it was."""
        self.dismiss(None)
