"""The Textual application around one session screen: themes, palette, signals, and a clean way out."""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from coach.errors import CoachError
from coach.tui import themes
from coach.tui.host_services import NoHostServices
from coach.tui.idle_gc import TidyApp
from coach.tui.screens.palette import Palette
from coach.tui.screens.waiting import WaitingScreen

if TYPE_CHECKING:  # a session's screen knows the whole core; it is loaded after the first paint
    from coach.session.port import SessionPort
    from coach.tui.host_services import HostServices
    from coach.tui.launch import SessionLaunch
    from coach.tui.screens.session import Export, SessionScreen

AT_ONCE_SECONDS = 1.0
LAST_SECONDS = 5.0  # a coach that a signal ends leaves in order within these
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class CoachApp(TidyApp):
    """Shows one session, live or past. ``return_code`` is 0, or 128+n when signal n ended it."""

    CSS_PATH = Path(__file__).with_name("coach.tcss")
    ENABLE_COMMAND_PALETTE = True
    TITLE = "coach"

    def __init__(
        self,
        port: "SessionPort | None",
        export: "Export",
        clock: Callable[[], float] = time.time,
        opening: "SessionLaunch | None" = None,
        host: "HostServices | None" = None,
    ) -> None:
        """Show ``door``, or what ``opening`` opens after the first paint."""
        super().__init__()
        self.port = port
        self.failure: CoachError | None = None
        self._export = export
        self._ways = host or NoHostServices()
        self._clock = clock
        self._asked_to_end = -AT_ONCE_SECONDS
        self._opening = opening
        self.at_once: Callable[[int], object] | None = None  # ends process and runs with an exit code
        self._opener: threading.Thread | None = None
        for theme in themes.ALL:
            self.register_theme(theme)
        # Set twice: textual takes the name from the environment before it knows our themes, and skips what is not new.
        self.theme = themes.DARK.name
        self._wear(os.environ.get("TEXTUAL_THEME", ""))

    def _wear(self, wished: str) -> None:
        if wished in self.available_themes:
            self.theme = wished

    def get_default_screen(self) -> Screen[None]:
        if self.port:
            return self._session_screen()
        return WaitingScreen(self._opening.label if self._opening else "")

    def _session_screen(self) -> "SessionScreen":
        from coach.tui.screens.session import SessionScreen

        assert self.port is not None
        return SessionScreen(self.port, self._export, self._clock, self._ways)

    def _open(self) -> None:
        """Open in a thread of its own, so that keys and signals are answered meanwhile.

        It says what it found by ``call_later``: ``call_from_thread`` would wait for a screen that was left.
        """
        self._opener = threading.Thread(target=self._open_here, name="coach-opening", daemon=True)
        self._opener.start()

    def _open_here(self) -> None:
        assert self._opening is not None
        try:
            wished, chosen = self._opening.wishes()
            importlib.import_module("coach.tui.keys").use(chosen)
            importlib.import_module("coach.tui.screens.session")
            if not os.environ.get("TEXTUAL_THEME"):
                self.call_later(partial(self._wear, wished))
            self.port = self._opening.open()
        except CoachError as error:
            self.failure = error
            self.call_later(partial(self.exit, None, error.exit_code))
        else:
            self.call_later(self._show_session)

    def opened(self, within: float) -> "SessionPort | None":
        """Return the door, after the screen was left; waits for an opening that is under way (seconds)."""
        if self._opener:
            self._opener.join(within)
        return self.port

    async def _show_session(self) -> None:
        if self.return_code is not None:  # left while it opened; whoever opened it closes it
            return
        await self.push_screen(self._session_screen())  # over the waiting screen, which cannot be replaced
        gc.freeze()  # all this stays: to look through it for garbage, again and again, makes a key wait 50 ms
        if self._opening:
            remember = self._opening.remember_theme
            self.theme_changed_signal.subscribe(self, lambda theme: remember(theme.name))
            if self.port and not self.port.read_only and self._opening.is_first_time():
                from coach.tui.widgets.welcome import Welcome

                await self.screen.mount(Welcome(id="welcome"), before="#message")

    def on_mount(self) -> None:
        if self._opening:
            self.call_after_refresh(self._open)
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
                if self.at_once:  # closing the session is still to come, and takes its time
                    signal.signal(number, lambda asked, _: self._end_at_once(asked))
        for number in (signal.SIGTSTP, signal.SIGCONT):  # Textual's own stay behind and fail without its loop
            with contextlib.suppress(ValueError):
                signal.signal(number, signal.SIG_DFL)

    def end_by(self, number: signal.Signals) -> None:
        """Leave because of a signal: tell the session, restore the screen, exit with 128+n; asked twice, at once."""
        asked, self._asked_to_end = self._asked_to_end, time.monotonic()
        if number != signal.SIGHUP and self._asked_to_end - asked <= AT_ONCE_SECONDS:
            self._end_at_once(number)
        if self.at_once:  # a terminal that is gone can hold up its own restoring for ever
            last = threading.Timer(LAST_SECONDS, self.at_once, [128 + number])
            last.daemon = True
            last.start()
        if self.port and not self.port.read_only:
            from coach.core.protocol.commands import Interrupted

            self.port.submit(Interrupted(by=signal.Signals(number).name))
        self.exit(return_code=128 + number)

    def _end_at_once(self, number: int) -> None:
        """Give the terminal back and end here: who asks twice within a second does not want to wait."""
        end = partial(self.at_once or os._exit, 128 + number)
        with contextlib.suppress(Exception), self.suspend():
            end()
        end()  # reached only where the terminal could not be given back

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    async def action_quit(self) -> None:
        """Leave from anywhere, also from a window over the session."""
        session = self._session
        if session:
            session.leave()
        else:
            self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the registry by its name, before Textual's own."""
        session = self._session
        if session is not None and screen is session:
            from coach.tui import keys

            for each in keys.REGISTRY:
                if each.palette:
                    title = f"{each.label[:1].upper()}{each.label[1:]}  ({each.shown_key})"
                    yield SystemCommand(title, each.help, partial(session.press, each.id))
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys"}:
                yield command

    @property
    def _session(self) -> "SessionScreen | None":
        if self.port is None:
            return None
        from coach.tui.screens.session import SessionScreen

        return next((each for each in self.screen_stack if isinstance(each, SessionScreen)), None)
