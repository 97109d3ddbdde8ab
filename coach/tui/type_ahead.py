"""Keys typed before a window has its focus: they are kept and given to it, never to what lies below.

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


class FocusCame(Message):
    """A window has its focus: what was typed meanwhile is for it."""


class TypeAheadScreen(Screen[T], Generic[T]):
    """A screen that may be waiting for the widget its keys are meant for."""

    awaits_focus = False
    AT_ONCE: ClassVar[frozenset[str]] = frozenset({"escape"})
    """Keys that work while the others wait, and leave nothing of them: a window that never gets its focus can still be left."""

    def on_descendant_focus(self) -> None:
        if self.awaits_focus:
            self.awaits_focus = False
            self.app.post_message(FocusCame())

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave; what is typed until the window is gone is for what lies below."""
        self.awaits_focus = True
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        self.app.post_message(FocusCame())


class TypeAheadApp(FirstEventApp):
    """Hands keys on in the order they were typed, and takes escape sequences out of what is pasted."""

    def __init__(self) -> None:
        super().__init__()
        self._early: list[events.Key] = []
        self.last_key_at = 0.0
        """When a key came last, by the monotonic clock in seconds."""

    async def take_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste):
            event.text = safe(event.text, limit=200_000)
        if isinstance(event, events.Key):
            self.last_key_at = time.monotonic()
            is_urgent = self._is_waiting and event.key in self._at_once
            if is_urgent:
                self._early.clear()
            self._early.append(event)
            if is_urgent or not self._is_waiting:
                await self._hand_on()
        else:
            await self.pass_on(event)

    async def on_focus_came(self) -> None:
        if not self._is_waiting:
            await self._hand_on()

    @property
    def _is_waiting(self) -> bool:
        return isinstance(self.screen, TypeAheadScreen) and self.screen.awaits_focus

    @property
    def _at_once(self) -> frozenset[str]:
        return self.screen.AT_ONCE if isinstance(self.screen, TypeAheadScreen) else frozenset()

    async def _hand_on(self) -> None:
        """Hand on what was kept, until a key opens another window that is to be waited for."""
        while self._early:
            event = self._early.pop(0)
            await self.pass_on(event)
            if self._is_waiting and event.key not in self._at_once:
                break
