"""The Textual application around one session screen: opening the session, themes, palette, and signals that end coach."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from coach.errors import CoachError
from coach.tui import themes
from coach.tui.copying import CopyingApp
from coach.tui.host_services import NoHostServices
from coach.tui.screens.palette import Palette
from coach.tui.screens.waiting import WaitingScreen

if TYPE_CHECKING:  # a session's screen knows the whole core; it is loaded after the first paint
    from coach.session.port import SessionPort
    from coach.tui.actions.context import Handler
    from coach.tui.host_services import HostServices
    from coach.tui.launch import LastSeen, SessionLaunch
    from coach.tui.screens.session import Export, SessionScreen


def _session_screen_parts() -> "tuple[type[SessionScreen], Mapping[str, Handler]]":
    """Load the screen of a session, and what its keys do: about 0.2 s, of which the first paint is kept free."""
    from coach.tui.actions import HANDLERS
    from coach.tui.screens.session import SessionScreen

    return SessionScreen, HANDLERS


class CoachApp(CopyingApp):
    """Shows one session, live or past. ``return_code`` is 0, or 128+n when signal n ended it."""

    CSS_PATH = Path(__file__).with_name("coach.tcss")
    ENABLE_COMMAND_PALETTE = True
    TITLE = "coach"

    def __init__(
        self,
        port: "SessionPort | None",
        export: "Export",
        clock: Callable[[], float] = time.time,
        launch: "SessionLaunch | None" = None,
        host: "HostServices | None" = None,
    ) -> None:
        """Show ``port``, or the session that ``launch`` opens after the first paint."""
        super().__init__(host or NoHostServices())
        self.port = port
        self.failure: CoachError | None = None
        """Why the session could not be opened."""
        self._export = export
        self._clock = clock
        self._launch = launch
        self._opener: threading.Thread | None = None
        for theme in themes.ALL:
            self.register_theme(theme)
        # Set twice: textual takes the name from the environment before it knows our themes, and skips what is not new.
        self.theme = themes.DARK.name
        self._use_theme(os.environ.get("TEXTUAL_THEME", ""))

    def _use_theme(self, name: str) -> None:
        if name in self.available_themes:
            self.theme = name

    def get_default_screen(self) -> Screen[None]:
        if self.port:
            return self._session_screen()
        return WaitingScreen(self._launch.label if self._launch else "")

    def _session_screen(self) -> "SessionScreen":
        screen, handlers = _session_screen_parts()
        assert self.port is not None
        return screen(self.port, handlers, self._export, self._clock, self.host)

    def _open(self) -> None:
        """Open in a thread of its own, so that keys and signals are answered meanwhile.

        The thread reports by ``call_later``: ``call_from_thread`` would wait for ever once the screen was left.
        """
        self._opener = threading.Thread(target=self._open_in_thread, name="coach-opening", daemon=True)
        self._opener.start()

    def _open_in_thread(self) -> None:
        from coach.tui import keys

        assert self._launch is not None
        try:
            if known := self._launch.last_seen():
                self.call_later(partial(self._show_last_seen, known))
            theme, own_keys = self._launch.preferences()
            keys.use(own_keys)
            # Loaded here, since it takes a while, and after ``use``: the screen's bindings are made from the keys.
            _session_screen_parts()
            if not os.environ.get("TEXTUAL_THEME"):
                self.call_later(partial(self._use_theme, theme))
            self.port = self._launch.open()
        except CoachError as error:
            self.failure = error
            self.call_later(partial(self.exit, None, error.exit_code))
        else:
            self.call_later(self._show_session)

    def _show_last_seen(self, known: "LastSeen") -> None:
        if isinstance(self.screen, WaitingScreen):
            self.screen.show_last_seen(known)

    def opened(self, within: float) -> "SessionPort | None":
        """Return the session after the screen was left; waits ``within`` seconds for one that is being opened."""
        if self._opener:
            self._opener.join(within)
        return self.port

    async def _show_session(self) -> None:
        if self.return_code is not None:  # left while it was being opened: the caller of ``run`` closes it
            return
        await self.push_screen(self._session_screen())  # over the waiting screen, which cannot be replaced
        # What is loaded by now stays. To search it for garbage, again and again, would make a key wait 50 ms.
        gc.freeze()
        if self._launch:
            remember = self._launch.remember_theme
            self.theme_changed_signal.subscribe(self, lambda theme: remember(theme.name))
            session = self._session
            if session and not session.port.read_only and self._launch.is_first_time():
                self.show_tour(session)

    def show_tour(self, session: "SessionScreen") -> None:
        """Say in three lines what the parts of the screen are, until the next key."""
        from coach.tui.widgets.welcome import Welcome

        if not session.query(Welcome):
            session.mount(Welcome(lambda: session.state), before="#message")

    def on_mount(self) -> None:
        if self._launch:
            self.call_after_refresh(self._open)

    def before_end(self, by: signal.Signals) -> None:
        if self.port and not self.port.read_only:
            from coach.core.protocol.commands import Interrupted

            self.port.submit(Interrupted(by=by.name))

    def tell(self, text: str) -> None:
        if self._session:
            self._session.show_message(text)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    async def action_quit(self) -> None:
        """Leave from anywhere, also from a dialog over the session."""
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
            yield SystemCommand(
                "Tour",
                "Say what the parts of the screen are, in three lines.",
                partial(self.show_tour, session),
            )
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys"}:
                yield command

    @property
    def _session(self) -> "SessionScreen | None":
        if self.port is None:
            return None
        from coach.tui.screens.session import SessionScreen

        return next((each for each in self.screen_stack if isinstance(each, SessionScreen)), None)
