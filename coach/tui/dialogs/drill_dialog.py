"""The window of a drill: what it asks, and its debrief, which grows while evidence is still measured."""

from coach.tui import safe_render
from coach.tui.dialogs.text_dialog import ReadDialog
from coach.tui.views.line import Line
from coach.tui.widgets.line_panel import LinePanel


class DrillDialog(ReadDialog):
    """Shows lines that may change while they are read."""

    def renew(self, title: str, lines: tuple[Line, ...]) -> None:
        """Show other lines from where the reader is."""
        self.query_one(".window").border_title = safe_render.plain(title)
        self.query_one("#sheet", LinePanel).show(lines)
