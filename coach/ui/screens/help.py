"""A window to read in: all keys and why some do nothing now, plots, two runs side by side."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.ui import literal
from coach.ui.present.line import Line
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class HelpScreen(Dialog[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "leave", show=False, priority=True)
    ]

    def __init__(self, lines: tuple[Line, ...], title: str = "Keys") -> None:
        super().__init__()
        self._lines = lines
        self._title = title

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window -tall")
        window.border_title = literal.plain(self._title)
        window.border_subtitle = literal.plain("↑ ↓ scroll · esc closes")
        with window:
            yield Paper("help-text")

    def on_mount(self) -> None:
        paper = self.query_one("#help-text", Paper)
        paper.show(self._lines)
        paper.focus()
