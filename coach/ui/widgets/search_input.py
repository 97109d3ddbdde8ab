"""The one-row input below the panels: type, enter or ↓ for the next place, ↑ for the one before, esc to leave."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SearchInput(Input):
    """What is searched for in the panel that is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    class Left(Message):
        """The search is over."""

    class Stepped(Message):
        def __init__(self, way: int) -> None:
            super().__init__()
            self.way = way

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_step(self, way: int) -> None:
        self.post_message(self.Stepped(way))

    def on_mount(self) -> None:
        """Take the focus: it is mounted when it is first asked for."""
        self.add_class("-on")
        self.focus()
