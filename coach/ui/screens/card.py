"""The stop card: a loop that goes on although it was said before. Its keys mean what they mean on the session's screen."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.ui import literal
from coach.ui.present.line import Line
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class CardScreen(Dialog[str]):
    """Answers with the id of the action that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,L", "leave", show=False)]

    def __init__(self, title: str, lines: tuple[Line, ...], answers: dict[str, str]) -> None:
        """Show ``lines``; ``answers`` says which action each key stands for."""
        super().__init__()
        self._title, self._lines, self._answers = title, lines, answers

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window -short -stop")
        window.border_title = literal.plain(f"⚠ {self._title}")
        window.border_subtitle = literal.plain("esc goes on; the notice stays")
        with window:
            yield Paper("card-text")

    def on_mount(self) -> None:
        paper = self.query_one("#card-text", Paper)
        paper.show(self._lines)
        paper.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in self._answers:
            event.stop()
            self.dismiss(self._answers[event.key])
