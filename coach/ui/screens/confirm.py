"""A question that changes files: what would happen, enter does it, esc leaves everything as it is."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.ui import literal
from coach.ui.present.line import Line
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class ConfirmScreen(Dialog[bool]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "agree", show=False, priority=True)]

    def __init__(self, title: str, verb: str, lines: tuple[Line, ...], otherwise: str = "leaves") -> None:
        super().__init__()
        self._title, self._lines = title, lines
        self._answers = f"enter {verb} · esc {otherwise}"

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window -short")
        window.border_title = literal.plain(self._title)
        window.border_subtitle = literal.plain(self._answers)
        with window:
            yield Paper("confirm-text")

    def on_mount(self) -> None:
        paper = self.query_one("#confirm-text", Paper)
        paper.show(self._lines)
        paper.focus()

    def action_agree(self) -> None:
        self.dismiss(True)  # noqa: FBT003 - textual's signature
