"""A small chooser of searches: what each asks, what it costs, and why it is not possible now."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.tui import safe_render
from coach.tui.dialogs.chooser import Chooser
from coach.tui.views.key_name import keyed
from coach.tui.views.search_menu import Offer, offer_lines


class SearchesScreen(Chooser):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("B", "leave", show=False)]
    SHAPE = "-short"

    def __init__(self, offers: tuple[Offer, ...], advised: str = "") -> None:
        """Offer searches; the cursor begins on the kind that is ``advised``, else on the first that is possible."""
        possible = [number for number, each in enumerate(offers) if not each.why_not]
        wanted = [number for number in possible if offers[number].kind.name == advised]
        first = next(iter((*wanted, *possible)), 0)
        super().__init__("Search for the cause", "begins", offer_lines(offers), len(offers), marked=first)
        self._offers = offers

    def choose(self, index: int) -> None:
        """Begin it, or say in the frame why not."""
        if why_not := self._offers[index].why_not:
            self.query_one(".window", Vertical).border_subtitle = safe_render.plain(f"⚠ {keyed(why_not)}")
        else:
            super().choose(index)
