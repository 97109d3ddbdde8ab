"""Clicks and the mouse over a line: what the piece under it links to. Rows that can be selected are the panel's own matter."""

from typing import Generic, TypeVar

from textual import events
from textual.screen import Screen

from coach.tui.safe_render import link_at
from coach.tui.views.link import Link

T = TypeVar("T")


class MouseScreen(Screen[T], Generic[T]):
    """A screen whose lines, frames and titles have links; every piece that is drawn carries its own in its style."""

    _pointed: Link | None = None

    def follow(self, link: Link) -> None:
        """Do what a click on a link does."""
        raise NotImplementedError

    def point(self, link: Link | None) -> None:
        """Take note of the link that the mouse is over; None: it is over none any more. Most terminals tell, some do not."""

    def on_click(self, event: events.Click) -> None:
        # A drag selects text, and ends with a click; the second click of two is for those who click twice on everything.
        is_meant = event.button == 1 and event.chain == 1 and not self.selections
        link = link_at(event.style)
        if is_meant and link:
            event.stop()
            self.follow(link)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        link = link_at(event.style)
        if link != self._pointed:
            self._pointed = link
            self.point(link)
