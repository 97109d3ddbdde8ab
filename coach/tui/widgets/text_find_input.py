"""The one-row input below a panel: type, enter or ↓ for the next place or into the list, ↑ for the one before, esc to leave."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from coach.tui.widgets.line_panel import LinePanel

_IN_TEXT = "find · enter next · ↑ previous · esc leaves"
_IN_LIST = "only what holds … · ↑ ↓ select · enter into the list · esc shows all"


class TextFindInput(Input):
    """The text to find in a panel. The screen takes its keys (``TextFindScreen``)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.end_find", show=False),
        Binding("down", "screen.find_next(1)", show=False),
        Binding("up", "screen.find_next(-1)", show=False),
    ]

    def __init__(self, panel: LinePanel) -> None:
        super().__init__(id="text-find", placeholder=_hint(panel), compact=True)

    def on_mount(self) -> None:
        """Take the focus: it is mounted when it is first asked for."""
        self.add_class("-on")
        self.focus()

    def begin(self, panel: LinePanel) -> None:
        """Ask anew, about ``panel``."""
        self.value, self.placeholder = "", _hint(panel)
        self.add_class("-on")
        self.focus()


def _hint(panel: LinePanel) -> str:
    return _IN_LIST if panel.is_list else _IN_TEXT
