"""A window of lines: what it is stands in the upper edge of its frame, what its keys do in the lower one."""

from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.containers import Vertical

from coach.tui import safe_render
from coach.tui.dialogs.dialog import Dialog, T
from coach.tui.views.line import Line
from coach.tui.widgets.line_panel import LinePanel


class TextDialog(Dialog[T], Generic[T]):
    """Shows the lines; what can be answered is for its heirs to say."""

    SHAPE: ClassVar[str] = "-short"
    """``-short`` is as high as its lines, ``-tall`` as high as the screen."""

    def __init__(self, title: str, keys: str, lines: tuple[Line, ...], marked: str = "") -> None:
        """Show ``lines``; ``marked`` is the key of the one that the cursor begins on."""
        super().__init__()
        self._title, self._keys, self._lines, self._marked = title, keys, lines, marked

    def compose(self) -> ComposeResult:
        window = Vertical(classes=f"window {self.SHAPE}")
        window.border_title = safe_render.plain(self._title)
        window.border_subtitle = safe_render.plain(self._keys)
        with window:
            yield LinePanel("sheet")

    def on_mount(self) -> None:
        panel = self.query_one("#sheet", LinePanel)
        panel.show(self._lines, marked=self._marked)
        panel.focus()
