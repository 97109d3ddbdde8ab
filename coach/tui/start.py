"""Where to begin, when no target was named: an open session, a test pytest remembers as failed, or the whole suite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coach.core.base.text import safe_line, shorten_middle
from coach.tui import themes
from coach.tui.safe_render import plain


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session as the list shows it; texts are foreign."""

    id: str
    title: str
    step: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a session to resume, or the words of a target (none: the whole suite)."""

    session: str = ""
    words: tuple[str, ...] = ()


WIDTH = 96
"""Columns of the list at most; the style sheet below says the same."""


class StartApp(App[Choice]):
    """A list, and Enter."""

    CSS = """
    Screen { align: center middle; background: $background; }
    #list { width: 96; max-width: 96%; height: auto; max-height: 80%; border: round $accent 55%; padding: 0 1;
            background: $surface; border-title-color: $accent; }
    #hint { width: 96; max-width: 96%; color: $text-muted; padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "leave"),
        ("escape", "quit", "leave"),
        ("ctrl+c", "quit", "leave"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, sessions: Sequence[OpenSession], failed: Sequence[str], project: str) -> None:
        super().__init__()
        self._project = project
        self._choices = [
            *(("⟳", f"{each.title}  · {each.step}", Choice(session=each.id)) for each in sessions),
            *(("✘", name, Choice(words=(name,))) for name in failed),
            ("▶", "run the whole suite and take the first failure", Choice()),
        ]
        for theme in themes.ALL:
            self.register_theme(theme)
        self.theme = themes.DARK.name

    def compose(self) -> ComposeResult:
        width = min(WIDTH, self.size.width * 96 // 100) - 10
        options = [
            Option(plain(f"{sign} {shorten_middle(safe_line(text), width)}"))
            for sign, text, _ in self._choices
        ]
        listed = OptionList(*options, id="list", markup=False)
        listed.border_title = plain(f"{self._project}: what fails?")
        yield listed
        yield Static("enter choose · q leave · ⟳ take up again · ✘ failed last time", id="hint", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.exit(self._choices[event.option_index][2])


def choose(sessions: Sequence[OpenSession], failed: Sequence[str], project: str) -> Choice | None:
    """Ask; None when the engineer left."""
    return StartApp(sessions, failed, project).run()
