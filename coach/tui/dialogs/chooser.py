"""One of several things, each some lines long: by its number, or by going there and enter."""

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType

from coach.tui.dialogs.text_dialog import TextDialog
from coach.tui.views.line import Line
from coach.tui.widgets.line_panel import LinePanel


class Chooser(TextDialog[int]):
    """Answers with the index of what was chosen. The key of a line is its number, from 1."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", show=False)]
    SHAPE = ""

    def __init__(
        self, title: str, verb: str, lines: tuple[Line, ...], count: int, *, marked: int = 0
    ) -> None:
        """Offer ``lines``; enter takes the one at ``marked`` until the cursor is moved."""
        super().__init__(title, f"1 … {count} or enter {verb} · esc leaves", lines, str(marked + 1))
        self._count = count

    def on_key(self, event: events.Key) -> None:
        if event.key.isdigit() and 1 <= int(event.key) <= self._count:
            event.stop()
            self.choose(int(event.key) - 1)

    @on(LinePanel.Chosen)
    def _chosen(self, message: LinePanel.Chosen) -> None:
        self.choose(int(message.key) - 1)

    def choose(self, index: int) -> None:
        """Take the one at ``index``."""
        self.dismiss(index)
