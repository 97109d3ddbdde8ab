"""The screen while a session is being opened: the target's name, in the frame that the session will fill.

It imports little on purpose: it is painted before the core is loaded and before git and the target's interpreter have
answered, so that something is seen at once.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from coach.tui.type_ahead import TypeAheadScreen

STEPS = " ○ Reproduce   ○ Failing test   ○ Isolate   ○ Hypothesize   ○ Verify"


class WaitingScreen(TypeAheadScreen[None]):
    """A header, the steps, an empty panel, and what is being waited for. What is typed meanwhile is for the session."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", show=False)]
    URGENT_KEYS = TypeAheadScreen.URGENT_KEYS | {"q", "ctrl+q", "ctrl+c", "ctrl+z"}
    awaits_focus = True

    DEFAULT_CSS = """
    WaitingScreen #waiting-header { height: 1; background: $surface; }
    WaitingScreen #waiting-steps { height: 1; color: $text-muted; }
    WaitingScreen #waiting-panel { height: 1fr; border: round $border-blurred; padding: 0 1; color: $text-muted; }
    WaitingScreen #waiting-footer { height: 1; background: $surface; color: $text-muted; }
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("  coach", "bold"), f" · {self._label}"), id="waiting-header")
        yield Static(Content(STEPS), id="waiting-steps")
        yield Static(Content("opening: the project, its Python, its git …"), id="waiting-panel")
        yield Static(Content(" q  quit"), id="waiting-footer")
