"""Hypotheses drafted from the evidence, to take one and reword it."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.core.drafts import HypothesisDraft
from coach.ui import literal
from coach.ui.present.looked import draft_lines
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class DraftsScreen(Dialog[HypothesisDraft]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,I", "leave", show=False)]

    def __init__(self, found: tuple[HypothesisDraft, ...]) -> None:
        super().__init__()
        self._drafts = found

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window")
        window.border_title = literal.plain("Drafts from the evidence")
        window.border_subtitle = literal.plain(f"1 … {len(self._drafts)} or enter takes one · esc leaves")
        with window:
            yield Paper("drafts")

    def on_mount(self) -> None:
        paper = self.query_one("#drafts", Paper)
        paper.show(draft_lines(self._drafts))
        paper.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key.isdigit() and 1 <= int(event.key) <= len(self._drafts):
            event.stop()
            self.dismiss(self._drafts[int(event.key) - 1])

    @on(Paper.Chosen)
    def _chosen(self, message: Paper.Chosen) -> None:
        self.dismiss(self._drafts[int(message.key) - 1])
