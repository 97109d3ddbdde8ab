"""The screen while a session is being opened: the target's name, in the frame that the session will fill.

It imports little on purpose: it is painted before the core is loaded and before git and the target's interpreter have
answered, so that something is seen at once.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from coach.core.base.text import safe_line
from coach.tui.launch import LastSeen
from coach.tui.type_ahead import TypeAheadScreen

OPENING = "opening: the project, its Python, its git …"
STEPS = " ○ Reproduce   ○ Failing test   ○ Isolate   ○ Hypothesize   ○ Verify"


class WaitingScreen(TypeAheadScreen[None]):
    """A header, the steps, an empty panel, and what is being waited for. What is typed meanwhile is for the session."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", show=False)]
    URGENT_KEYS = TypeAheadScreen.URGENT_KEYS | {"q", "ctrl+q", "ctrl+c", "ctrl+z"}
    awaits_focus = True

    # The first screen of an application: Textual reads ``CSS`` of the others only.
    DEFAULT_CSS = """
    WaitingScreen #waiting-header { height: 1; background: $surface; }
    WaitingScreen #waiting-steps { height: 1; color: $text-muted; }
    WaitingScreen #waiting-panel { height: 1fr; border: round $border-blurred; padding: 0 1; color: $text-muted; }
    WaitingScreen #waiting-footer { height: 1; background: $surface; color: $text-muted; }
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label

    def show_last_seen(self, known: LastSeen) -> None:
        """Show what is known of the session already: its target, and the newest failure it saw."""
        self.query_one("#waiting-header", Static).update(_header(known.target))
        if known.failure:
            seen = Content.assemble(
                ("✘ ", "$error"),
                (safe_line(known.failure), "$foreground bold"),
                "  the newest failure it saw",
            )
            self.query_one("#waiting-panel", Static).update(Content("\n\n").join([seen, Content(OPENING)]))

    def compose(self) -> ComposeResult:
        yield Static(_header(self._label), id="waiting-header")
        yield Static(Content(STEPS), id="waiting-steps")
        yield Static(Content(OPENING), id="waiting-panel")
        yield Static(Content(" q  quit"), id="waiting-footer")


def _header(label: str) -> Content:
    return Content.assemble(("  coach", "bold"), f" · {safe_line(label)}")
