"""A preview of the very text that would leave coach, and of what was redacted; nothing leaves before it was seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from coach.core.base.text import safe, safe_line
from coach.core.redact.redactor import taken_out
from coach.tui import safe_render
from coach.tui.dialogs.find_dialog import FindDialog
from coach.tui.views.line import line, paragraphs
from coach.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from coach.core.export import Export, Purpose

BUDGETS = (1_500, 4_000, 12_000)
MAX_WARNINGS = 3
_KEYS = (
    ("c", "copies"),
    ("f", "saves"),
    ("a", "assistant"),
    ("1 2 3", "budget"),
    ("p", "asks else"),
    ("esc", "leaves"),
)
Way = Literal["clipboard", "file", "assistant"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text that is to leave coach: by which way, and made for how many tokens."""

    text: str
    budget: int
    way: Way
    purpose: str = ""
    """What its reader is asked to do."""


class ExportPreview(FindDialog[Outgoing]):
    """Shows the text for a budget of tokens; c copies it, f saves it to a file, a gives it to an assistant.

    It asks what the facts allow, or, after p, each other thing in turn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "take('clipboard')", show=False),
        Binding("f", "take('file')", show=False),
        Binding("a", "take('assistant')", show=False),
        Binding("1", "budget(0)", show=False),
        Binding("2", "budget(1)", show=False),
        Binding("3", "budget(2)", show=False),
        Binding("p", "purpose", show=False),
        Binding("q,x", "leave", show=False),
    ]

    def __init__(self, make: "Callable[[int | None, Purpose | None], Export]") -> None:
        super().__init__()
        self._make = make
        self._budget: int | None = None
        """What was chosen; None: what is worth its tokens."""
        self._ceiling = 0
        self._text = ""
        self._purpose: Purpose | None = None
        """What was chosen; None: what the facts allow."""
        self._asked = ""

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window -tall")
        window.border_subtitle = self.own_keys()
        with window:
            yield Static("", id="export-notes", markup=False)
            yield LinePanel("export-text")

    def own_keys(self) -> Content:
        return safe_render.frame_keys(*_KEYS)

    def on_mount(self) -> None:
        self.query_one("#export-text", LinePanel).focus()
        self._prepare()

    def action_budget(self, number: int) -> None:
        self._budget = BUDGETS[number]
        self._prepare()

    def action_purpose(self) -> None:
        """Ask for something else: each purpose in turn, then again what the facts allow."""
        from coach.core.export import PURPOSES

        turns: tuple[Purpose | None, ...] = (None, *PURPOSES)
        self._purpose = turns[(turns.index(self._purpose) + 1) % len(turns)]
        self._prepare()

    def action_take(self, way: Way) -> None:
        if self._text:
            self.dismiss(Outgoing(self._text, self._ceiling, way, self._asked))

    @work(exclusive=True)
    async def _prepare(self) -> None:
        """Build the text off the event loop: a long session takes a moment."""
        self._set_title("preparing")
        made = await asyncio.to_thread(self._make, self._budget, self._purpose)
        self._text, self._asked, self._ceiling = made.text, made.purpose, made.budget
        self.query_one("#export-notes", Static).update(safe_render.content((safe(_notes(made)), "")))
        self._set_title(f"about {made.tokens:,} of {made.budget:,} tokens")
        lines = paragraphs(self._text, most=200_000) if self._text else (line(("Nothing to export.", "dim")),)
        self.query_one("#export-text", LinePanel).show(lines, from_top=True)

    def _set_title(self, status: str) -> None:
        asked = f" for {self._asked}" if self._asked else ""
        title = f"Export{asked} · {status}"
        self.query_one(".window", Vertical).border_title = safe_render.plain(title)


def _notes(made: "Export") -> str:
    """Say what was taken out, without a promise, and which lines read like instructions."""
    lines = [
        f"It asks for {made.purpose}: {safe_line(made.why, limit=200)}.",
        f"Redacted: {taken_out(made.redactions) or 'nothing was recognised'}. A secret in plain words may remain: look.",
    ]
    lines += [f"⚠ {safe_line(each, limit=200)}" for each in made.warnings[:MAX_WARNINGS]]
    more = len(made.warnings) - MAX_WARNINGS
    return "\n".join([*lines, f"⚠ and {more} more"] if more > 0 else lines)
