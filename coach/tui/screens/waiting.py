"""What is on the glass while a session opens: where we are going, in the frame the session will fill.

Light on purpose: it is painted before the core, git and the target's interpreter have answered, so that a key press is
followed by a picture at once.
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
    AT_ONCE = TypeAheadScreen.AT_ONCE | {"q", "ctrl+q", "ctrl+c", "ctrl+z"}
    awaits_focus = True

    CSS = """
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
