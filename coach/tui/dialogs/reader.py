"""A window to read in: all keys and why some do nothing now, plots, two runs side by side."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from coach.tui.dialogs.text_dialog import TextDialog
from coach.tui.views.line import Line


class ReadingScreen(TextDialog[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "leave", show=False, priority=True)
    ]
    SHAPE = "-tall"

    def __init__(self, title: str, lines: tuple[Line, ...]) -> None:
        super().__init__(title, "↑ ↓ scroll · esc closes", lines)
