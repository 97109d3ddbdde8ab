"""Type-ahead: keys typed before a dialog has the focus are kept and given to it, never to the screen below.

Pressing ``s`` and typing on at once must write into the form that ``s`` opens. Textual would hand the next keys to the
widget that still has the focus, where each of them is an action of the session.
"""

import time
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.screen import Screen

from coach.core.base.text import safe
from coach.tui.textual_private import FirstEventApp

T = TypeVar("T")


class FocusArrived(Message):
    """A screen has its focus: the keys that were kept can be delivered."""


class TypeAheadScreen(Screen[T], Generic[T]):
    """A screen that may be waiting for the widget its keys are meant for."""

    awaits_focus = False
    """Whether keys are kept until a widget of this screen has the focus."""
    URGENT_KEYS: ClassVar[frozenset[str]] = frozenset({"escape"})
    """Keys that are delivered at once, and drop those that were kept: a dialog that never gets its focus can still be left."""

    def on_descendant_focus(self) -> None:
        if self.awaits_focus:
            self.awaits_focus = False
            self.app.post_message(FocusArrived())

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave; keys typed until the dialog is gone are kept for the screen below."""
        self.awaits_focus = True
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        # The screen below a dialog has its focus already: nothing would tell of it.
        self.app.post_message(FocusArrived())


class TypeAheadApp(FirstEventApp):
    """Delivers keys in the order they were typed, and removes escape sequences from pasted text."""

    def __init__(self) -> None:
        super().__init__()
        self._kept_keys: list[events.Key] = []
        self.last_key_at = 0.0
        """When a key came last, by the monotonic clock in seconds."""

    async def take_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste):
            event.text = safe(event.text, limit=200_000)
        if isinstance(event, events.Key):
            self.last_key_at = time.monotonic()
            is_urgent = self._is_waiting and event.key in self._urgent_keys
            if is_urgent:
                self._kept_keys.clear()
            self._kept_keys.append(event)
            if is_urgent or not self._is_waiting:
                await self._deliver_kept()
        else:
            await self.pass_on(event)

    async def on_focus_arrived(self) -> None:
        if not self._is_waiting:
            await self._deliver_kept()

    @property
    def _is_waiting(self) -> bool:
        return isinstance(self.screen, TypeAheadScreen) and self.screen.awaits_focus

    @property
    def _urgent_keys(self) -> frozenset[str]:
        return self.screen.URGENT_KEYS if isinstance(self.screen, TypeAheadScreen) else frozenset()

    async def _deliver_kept(self) -> None:
        """Deliver the keys that were kept, until one of them opens a dialog whose focus is to be waited for."""
        while self._kept_keys:
            event = self._kept_keys.pop(0)
            await self.pass_on(event)
            if self._is_waiting and event.key not in self._urgent_keys:
                break
