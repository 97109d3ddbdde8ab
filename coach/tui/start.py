"""Where to begin, when no target was named: an open session, a test pytest remembers as failed, or the whole suite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coach.core.base.text import safe_line, shorten_middle
from coach.tui import themes
from coach.tui.safe_render import plain

if TYPE_CHECKING:  # costs 20 ms, and waits for its first use
    from textual.widgets import Input


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
    #text-find { width: 96; max-width: 96%; border: none; padding: 0 2; background: $surface; }
    #hint { width: 96; max-width: 96%; color: $text-muted; padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "leave"),
        ("slash", "find", "find"),
        ("escape", "escape", "leave"),
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
        listed = OptionList(*self._options(""), id="list", markup=False)
        listed.border_title = plain(f"{self._project}: what fails?")
        yield listed
        yield Static(
            "enter choose · / find · q leave · ⟳ take up again · ✘ failed last time", id="hint", markup=False
        )

    def _options(self, text: str) -> list[Option]:
        """Return the choices that hold ``text``, in any case of letters; the id of one is its place in the whole list."""
        width = min(WIDTH, self.size.width * 96 // 100) - 10
        return [
            Option(plain(f"{sign} {shorten_middle(safe_line(said), width)}"), id=str(number))
            for number, (sign, said, _) in enumerate(self._choices)
            if text.lower() in said.lower()
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.exit(self._choices[int(event.option_id or 0)][2])

    def action_find(self) -> None:
        """Let a text be typed that the shown choices must hold."""
        from textual.widgets import Input

        if not self.query("#text-find"):
            found = Input(
                id="text-find",
                placeholder="only what holds … · enter into the list · esc shows all",
                compact=True,
            )
            self.mount(found, before="#hint")
        self.query_one("#text-find").focus()

    def on_input_changed(self, event: "Input.Changed") -> None:
        self._show(event.value)

    def on_input_submitted(self) -> None:
        self.query_one("#list").focus()

    def action_escape(self) -> None:
        """Show everything again; where everything is shown, leave."""
        if self.query("#text-find"):
            self.query("#text-find").remove()
            self._show("")
            self.query_one("#list").focus()
        else:
            self.exit()

    def _show(self, text: str) -> None:
        listed = self.query_one("#list", OptionList)
        listed.clear_options()
        listed.add_options(self._options(text))
        listed.highlighted = 0 if listed.option_count else None


def choose(sessions: Sequence[OpenSession], failed: Sequence[str], project: str) -> Choice | None:
    """Ask; None when the engineer left."""
    return StartApp(sessions, failed, project).run()
