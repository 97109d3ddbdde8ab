"""The one-row input below the panels: type, enter or ↓ for the next place, ↑ for the one before, esc to leave."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from coach.tui.widgets.text_find import SearchLeft, SearchStepped, SearchTyped


class SearchInput(Input):
    """What is searched for in the panel that is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def on_mount(self) -> None:
        """Take the focus: it is mounted when it is first asked for."""
        self.add_class("-on")
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(SearchTyped(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_step(1)

    def action_leave(self) -> None:
        self.post_message(SearchLeft())

    def action_step(self, way: int) -> None:
        self.post_message(SearchStepped(way))
