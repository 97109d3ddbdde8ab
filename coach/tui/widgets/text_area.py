"""A field of several lines. The cursor begins at its end, where one goes on writing."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea


class FormTextArea(TextArea):
    """Enter makes a line; on an empty last line it leaves the field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "enter", show=False, priority=True)]

    def __init__(self, text: str, id: str, hint: str) -> None:  # noqa: A002 - textual's word
        super().__init__(text, id=id, tab_behavior="focus", show_line_numbers=False, placeholder=hint)
        self.move_cursor(self.document.end)

    async def action_enter(self) -> None:
        """Make a line, or go on to the next field; in the last one that keeps the form."""
        if self.cursor_location == self.document.end and not self.document.lines[-1].strip():
            await self.run_action("screen.go_on")
        else:
            self.insert("\n")
