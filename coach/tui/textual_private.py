"""Every name of Textual that its documentation does not promise; no other module of coach uses one.

Each has a test in ``tests/tui/test_textual_private.py`` that says what breaks without it. Textual is pinned to the
releases that were tried; a newer one is let in when these tests pass with it.
"""

import asyncio
from typing import Generic, TypeVar

from textual import events
from textual._styles_cache import StylesCache
from textual.app import App
from textual.screen import Screen

T = TypeVar("T")
MAX_SECONDS_UNSEEN = 0.25
"""After these a dialog is shown in any case, also when nothing in it takes the focus."""


class FirstEventApp(App[None]):
    """Sees what the terminal sends before Textual looks for a binding, a screen or a widget that takes it."""

    async def on_event(self, event: events.Event) -> None:
        # An event that a widget did not take comes back here, forwarded: it was seen before.
        if event.is_forwarded:
            await self.pass_on(event)
        else:
            await self.take_event(event)

    async def take_event(self, event: events.Event) -> None:
        """Handle an event of the terminal, of a timer or of Textual itself; subclasses change or keep some of them."""
        await self.pass_on(event)

    async def pass_on(self, event: events.Event) -> None:
        """Let Textual deliver an event: first to bindings with priority, then to the focused widget or the screen."""
        await super().on_event(event)


class PaintedWholeScreen(Screen[T], Generic[T]):
    """A screen that is painted for the first time when every part of it has its size.

    Textual lays a new screen out at its next tick, again for each size that changed by it, and paints between: six
    times, 10 ms each, for a dialog with a form.
    """

    _is_whole = False

    def on_mount(self) -> None:
        self.set_timer(MAX_SECONDS_UNSEEN, self._reveal)

    def on_descendant_focus(self) -> None:
        self._lay_out_until_whole()

    def _lay_out_until_whole(self) -> None:
        """Lay out at once, and again as long as that sends messages: parts that take in their new size."""
        if self._is_whole or not self.is_current:
            return
        if not self._are_messages_waiting:
            self._on_timer_update()
            if not self._are_messages_waiting:
                self._reveal()
                return
        # After the parts had a turn of the loop to handle their messages.
        asyncio.get_running_loop().call_soon(self._lay_out_until_whole)

    @property
    def _are_messages_waiting(self) -> bool:
        return any(each.message_queue_size for each in (self, *self.walk_children()))

    def _reveal(self) -> None:
        if not self._is_whole:
            self._is_whole = True
            self.refresh()
            self._on_timer_update()

    def _compositor_refresh(self) -> None:
        if self._is_whole:
            super()._compositor_refresh()


def forget_drawn_rows() -> None:
    """Let go of the rows that closed dialogs drew.

    A cache of colours is keyed by the object that asks, and so keeps up to 1,024 panels with all their rows for ever.
    """
    StylesCache.get_inner_outer.cache_clear()
