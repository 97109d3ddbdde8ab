"""A field of several lines. The cursor begins at its end, where one goes on writing."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea


class FormTextArea(TextArea):
    """Enter makes a line; on an empty last line it leaves the field. Where the text is one line that wraps, it always does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "enter", show=False, priority=True)]

    def __init__(self, text: str, id: str, hint: str, *, rows: int = 0) -> None:  # noqa: A002 - textual's word
        """Show ``text``; where ``rows`` is given, it is one line that takes so many of them."""
        super().__init__(text, id=id, tab_behavior="focus", show_line_numbers=False, placeholder=hint)
        self._is_one_line = rows > 0
        if rows:
            self.styles.height = rows + _FRAME
        self.move_cursor(self.document.end)

    @property
    def kept(self) -> str:
        """The text; of one line, pasted ends of lines are blanks."""
        return " ".join(self.text.split("\n")) if self._is_one_line else self.text

    async def action_enter(self) -> None:
        """Make a line, or go on to the next field; in the last one that keeps the form."""
        if self._is_one_line or (
            self.cursor_location == self.document.end and not self.document.lines[-1].strip()
        ):
            await self.run_action("screen.go_on")
        else:
            self.insert("\n")


_FRAME = 2
