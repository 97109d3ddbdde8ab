"""One of several things, each some lines long: by its number, or by going there and enter."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.ui import literal
from coach.ui.present.line import Line
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class Chooser(Dialog[int]):
    """Answers with the index of what was chosen. The key of a line is its number, from 1."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", show=False)]

    def __init__(self, title: str, verb: str, lines: tuple[Line, ...], count: int) -> None:
        super().__init__()
        self._title, self._verb, self._lines, self._count = title, verb, lines, count

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window")
        window.border_title = literal.plain(self._title)
        window.border_subtitle = literal.plain(f"1 … {self._count} or enter {self._verb} · esc leaves")
        with window:
            yield Paper("choices")

    def on_mount(self) -> None:
        paper = self.query_one("#choices", Paper)
        paper.show(self._lines)
        paper.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key.isdigit() and 1 <= int(event.key) <= self._count:
            event.stop()
            self.dismiss(int(event.key) - 1)

    @on(Paper.Chosen)
    def _chosen(self, message: Paper.Chosen) -> None:
        self.dismiss(int(message.key) - 1)
