"""The Textual application around one session screen: themes, palette, signals, and a clean way out."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from textual.app import App, SystemCommand
from textual.screen import Screen

from coach.core.commands import Interrupted
from coach.door import Door
from coach.ui import keys, themes
from coach.ui.screens.session import Export, SessionScreen

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class CoachApp(App[None]):
    """Shows one session, live or past. ``return_code`` is 0, or 128+n when signal n ended it."""

    CSS_PATH = Path(__file__).with_name("coach.tcss")
    ENABLE_COMMAND_PALETTE = True
    TITLE = "coach"

    def __init__(self, door: Door, export: Export, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._door = door
        self._export = export
        self._clock = clock
        for theme in (themes.DARK, themes.LIGHT):
            self.register_theme(theme)
        wished = os.environ.get("TEXTUAL_THEME", "")
        # Set twice: textual takes the name from the environment before it knows our themes, and skips what is not new.
        self.theme = themes.DARK.name
        if wished in self.available_themes:
            self.theme = wished

    def get_default_screen(self) -> Screen[None]:
        return SessionScreen(self._door, self._export, self._clock)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            # Only the main thread of a POSIX system may; without it the default action stays.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.end_by, number)

    def on_unmount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)

    def end_by(self, number: signal.Signals) -> None:
        """Leave because of a signal: tell the session, restore the screen, exit with 128+n."""
        if not self._door.read_only:
            self._door.submit(Interrupted(by=signal.Signals(number).name))
        self.exit(return_code=128 + number)

    async def action_quit(self) -> None:
        """Leave from anywhere, also from a window over the session."""
        session = self._session
        if session:
            session.leave()
        else:
            self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the registry by its name, before Textual's own."""
        if isinstance(screen, SessionScreen):
            for each in keys.REGISTRY:
                if each.palette:
                    title = f"{each.label[:1].upper()}{each.label[1:]}  ({each.shown_key})"
                    yield SystemCommand(title, each.help, partial(screen.press, each.id))
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys"}:
                yield command

    @property
    def _session(self) -> SessionScreen | None:
        return next((each for each in self.screen_stack if isinstance(each, SessionScreen)), None)
