"""A small chooser of searches: what each asks, what it costs, and why it is not possible now."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.core.search import SearchKind
from coach.ui import literal
from coach.ui.present.choosing import Offer, offer_lines
from coach.ui.screens.dialog import Dialog
from coach.ui.widgets.paper import Paper


class SearchesScreen(Dialog[SearchKind]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,B", "leave", show=False)]

    def __init__(self, offers: tuple[Offer, ...]) -> None:
        super().__init__()
        self._offers = offers

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window -short")
        window.border_title = literal.plain("Search for the cause")
        window.border_subtitle = literal.plain(f"1 … {len(self._offers)} or enter begins · esc leaves")
        with window:
            yield Paper("searches")

    def on_mount(self) -> None:
        paper = self.query_one("#searches", Paper)
        paper.show(offer_lines(self._offers))
        paper.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key.isdigit() and 1 <= int(event.key) <= len(self._offers):
            event.stop()
            self._choose(self._offers[int(event.key) - 1])

    @on(Paper.Chosen)
    def _chosen(self, message: Paper.Chosen) -> None:
        self._choose(next(each for each in self._offers if each.kind == message.key))

    def _choose(self, offer: Offer) -> None:
        """Begin it, or say in the frame why not."""
        if offer.why_not:
            self.query_one(".window", Vertical).border_subtitle = literal.plain(f"⚠ {offer.why_not}")
        else:
            self.dismiss(offer.kind)
