"""One row of the screen that chooses its form by its width: header, steps, message, footer."""

from collections.abc import Callable

from textual.strip import Strip

from coach.tui.views.line import BLANK, Line
from coach.tui.widgets.roles import Roles

Builder = Callable[[int], Line]
"""Width in cells → the line that fits best."""


class OneLine(Roles):
    """Shows one line; a new line that says the same repaints nothing."""

    def __init__(self, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._build: Builder = lambda _width: BLANK
        self._shown = BLANK

    def show(self, build: Builder) -> None:
        self._build = build
        shown = build(max(1, self.size.width))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def on_resize(self) -> None:
        self._shown = self._build(max(1, self.size.width))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y > 0 or width < 1:
            return Strip.blank(width, self.base)
        return self.drawn(self._shown, width)
