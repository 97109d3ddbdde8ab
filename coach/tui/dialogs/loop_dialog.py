"""The stop card: a loop that goes on although it was said before. Its keys mean what they mean on the session's screen."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from coach.tui.dialogs.text_dialog import TextDialog
from coach.tui.views.line import Line


class CardScreen(TextDialog[str]):
    """Answers with the id of the action that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,L", "leave", show=False)]
    SHAPE = "-short -stop"

    def __init__(self, title: str, lines: tuple[Line, ...], answers: dict[str, str]) -> None:
        """Show ``lines``; ``answers`` says which action each key stands for."""
        super().__init__(f"⚠ {title}", "esc goes on; the notice stays", lines)
        self._answers = answers

    def on_key(self, event: events.Key) -> None:
        if event.key in self._answers:
            event.stop()
            self.dismiss(self._answers[event.key])
