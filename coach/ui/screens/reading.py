"""A window to read in: all keys and why some do nothing now, plots, two runs side by side."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from coach.ui.present.line import Line
from coach.ui.screens.sheet import Sheet


class ReadingScreen(Sheet[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "leave", show=False, priority=True)
    ]
    SHAPE = "-tall"

    def __init__(self, title: str, lines: tuple[Line, ...]) -> None:
        super().__init__(title, "↑ ↓ scroll · esc closes", lines)
