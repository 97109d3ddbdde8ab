"""The one-row input below the panels: type, enter or ↓ for the next place, ↑ for the one before, esc to leave."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class TextFindInput(Input):
    """The text to find in the panel that is shown. The screen takes its keys (``TextFindScreen``)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.end_find", show=False),
        Binding("down", "screen.find_next(1)", show=False),
        Binding("up", "screen.find_next(-1)", show=False),
    ]

    def on_mount(self) -> None:
        """Take the focus: it is mounted when it is first asked for."""
        self.add_class("-on")
        self.focus()
