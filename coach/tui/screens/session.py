"""The one screen of a session: it shows the door's state and turns keys into commands.

It keeps no state of the session; what it keeps is what the person looks at (``Looking``). Painting is in ``face``,
what each key does in ``actions``.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer

from coach.core.base.text import safe_line
from coach.core.export import Export as Exported
from coach.core.log.events import LoopNoticed
from coach.core.protocol.commands import CancelRun, Command
from coach.core.session.state import SessionState
from coach.core.session.summary import left_behind
from coach.session.port import SessionPort, Update
from coach.tui import keys
from coach.tui.actions import HANDLERS
from coach.tui.actions.isolate import offer_meant
from coach.tui.host_services import HostServices, NoHostServices
from coach.tui.screens.painter import Painter
from coach.tui.seekable import Seekable
from coach.tui.type_ahead import TypeAheadScreen
from coach.tui.views.key_name import keyed
from coach.tui.views.selecting import looked_at
from coach.tui.views.view_state import ROOMY_FROM, VAST_FROM, WIDE_FROM, Looking, Tab
from coach.tui.widgets.footer import Footer
from coach.tui.widgets.line_panel import LinePanel
from coach.tui.widgets.one_line import OneLine
from coach.tui.widgets.roles import ROLE_CLASSES
from coach.tui.widgets.tab_panel import Centre
from coach.tui.widgets.text_find import SearchLeft, SearchStepped, SearchTyped

Export = Callable[[SessionState, int], Exported]
LOOKS_PER_SECOND = 60
"""An outcome waits half of that for the eye; a look that finds nothing new costs a third of a millisecond."""
SAID_SECONDS = 8.0
_WORKS_IN_SEARCH = {"f1", "ctrl+z"}


class Changed(Message):
    """The session changed. A burst of changes is painted once."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update

    def can_replace(self, message: Message) -> bool:
        """Let a newer change stand for this one, unless a word to the engineer would be lost."""
        return isinstance(message, Changed) and not self.update.notice


def _bindings() -> list[BindingType]:
    """Bind with priority: an action is done before the next key is looked at, so that no key goes to the wrong window."""
    bound = [
        Binding(key, f"press('{each.id}', '{key}')", each.label, show=False, priority=True)
        for each in keys.REGISTRY
        for key in each.keys
        if each.id != "palette" and key != "ctrl+q"
    ]
    return [*bound, Binding("escape", "escape", "back", show=False, priority=True)]


class SessionScreen(TypeAheadScreen[None]):
    """Header, steps, panels, message, footer."""

    AUTO_FOCUS = "#tab-work"
    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared as an instance variable by textual
        (0, "-narrow"),
        (WIDE_FROM, "-wide"),
        (ROOMY_FROM, "-roomy"),
        (VAST_FROM, "-vast"),
    ]

    def __init__(
        self,
        port: SessionPort,
        export: Export,
        clock: Callable[[], float] = time.time,
        host: HostServices | None = None,
    ) -> None:
        super().__init__()
        self.port = port
        self.export = export
        self.host: HostServices = host or NoHostServices()
        self.clock = clock
        self.state = port.state
        self.looking = Looking()
        self.said = ""
        self._face = Painter(self)
        self._carded: LoopNoticed | None = None
        self._hush: Timer | None = None
        self._looks: Timer | None = None
        self._followed = 0
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def tabs(self) -> tuple[Tab, ...]:
        return self.looking.tabs

    @property
    def panel(self) -> LinePanel:
        """The panel that keys and searches act on."""
        return self.focused if isinstance(self.focused, LinePanel) else self.centre.panel(self.looking.tab)

    @property
    def centre(self) -> Centre:
        return self.query_one(Centre)

    def compose(self) -> ComposeResult:
        yield OneLine("header")
        yield OneLine("steps")
        yield OneLine("advice")
        yield OneLine("banner")
        with Horizontal(id="panels"):
            yield LinePanel("side-gate", classes="side")
            yield Centre()
            yield LinePanel("side-runs", classes="side")
        yield OneLine("loop")
        yield OneLine("loop-keys")
        yield OneLine("message")
        yield OneLine("scrub")
        yield Footer()

    def on_mount(self) -> None:
        self._unsubscribe = self.port.subscribe(self._told)
        self._looks = self.set_interval(1 / LOOKS_PER_SECOND, self._look, pause=True)
        self.set_interval(20, self.paint)
        self.state = self.port.state
        self._carded = self.state.standing_loop
        self._follow_run()
        self.paint()
        if left := left_behind(self.port.records):
            self.say(left)

    def on_unmount(self) -> None:
        self._unsubscribe()

    def on_resize(self) -> None:
        self.looking = replace(self.looking, width=self.size.width)
        if self.looking.tab not in self.tabs:
            self.looking = replace(self.looking, tab="work")
        self.paint()

    def paint(self) -> None:
        """Show the state as it is now."""
        now = self.state.at if isinstance(self.port, Seekable) else self.clock()
        self.looking = replace(self.looking, now=now)
        self._face.paint()

    def submit(self, command: Command) -> None:
        """Ask the session for something; its answer comes as an update."""
        self.port.submit(command)

    def submit_answer(self, command: Command | None) -> None:
        """Submit what a window answered; None means it was left."""
        if command is not None:
            self.submit(command)

    def say(self, words: str) -> None:
        """Say something in the message line, for a while."""
        self.said = safe_line(keyed(words))
        if self._hush:
            self._hush.stop()
        self._hush = self.set_timer(SAID_SECONDS, self._hush_now)
        self._face.paint_message()

    def leave(self) -> None:
        """Leave coach: the session is kept, a run under way is stopped."""
        if self.state.under_way and not self.port.read_only:
            self.submit(CancelRun())
        self.app.exit(return_code=0)

    def seek(self, position: int) -> None:
        """Move through a past session."""
        assert isinstance(self.port, Seekable)
        self.port.seek(max(0, min(position, self.port.length)))
        self.state = self.port.state
        self.paint()

    def press(self, action_id: str, key: str = "") -> None:
        """Do what a key stands for, or say why not."""
        self.query("#welcome").remove()
        found = keys.action(action_id)
        assert found is not None, action_id
        why = found.why_disabled(self.state, self.port.read_only)
        if why:
            self.say(f"{found.label}: {why}")
        else:
            HANDLERS[action_id](self, key)

    def action_press(self, action_id: str, key: str) -> None:
        self.press(action_id, key)

    def action_show_tab(self, tab: Tab) -> None:
        self.looking = replace(self.looking, tab=tab)
        self.paint()
        self.centre.panel(tab).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the search while it is typed in."""
        typed_in = self.focused is not None and self.focused.id == "search"
        return not (
            typed_in and action in {"press", "escape"} and not _WORKS_IN_SEARCH & set(map(str, parameters))
        )

    def action_escape(self) -> None:
        """Stop what is under way; with nothing to stop, go back to the step's work, then to the wide scope."""
        self.query("#welcome").remove()
        if (self.state.under_way or self.state.search) and not self.port.read_only:
            self.press("cancel")
        elif self.looking.tab != "work":
            self.action_show_tab("work")
        elif self.state.scope != "all" and not self.port.read_only:
            self.press("widen")

    @on(Changed)
    def _changed(self, message: Changed) -> None:
        is_painted = message.update.state is self.state and isinstance(self.port, Seekable)
        self.state = message.update.state
        self._follow_run()
        if not is_painted:
            self.paint()
        if message.update.notice:
            self.say(("⚠ " if message.update.is_refusal else "") + message.update.notice)
        self._show_card()
        offer_meant(self)

    def _show_card(self) -> None:
        """Show a stop card once, and never over a window somebody types in: the notice stays below anyway."""
        loop = self.state.standing_loop
        is_new = loop is not None and loop != self._carded
        self._carded = loop or self._carded
        if is_new and loop and loop.level == "card" and self.app.screen is self and not self.port.read_only:
            self.press("loop")

    @on(Footer.Pressed)
    def _footer_pressed(self, message: Footer.Pressed) -> None:
        if message.action == "palette":
            self.app.action_command_palette()
        else:
            self.press(message.action)

    @on(LinePanel.Selected)
    def _selected(self, message: LinePanel.Selected) -> None:
        self.looking = looked_at(self.looking, message.key)
        self.paint()

    @on(LinePanel.Chosen)
    def _chosen(self, message: LinePanel.Chosen) -> None:
        self.looking = looked_at(self.looking, message.key)
        kind, _, key = message.key.partition(":")
        if kind == "suspect":
            self.press("editor")
        elif kind == "hypothesis":
            self.press("judge")
        elif kind == "run":
            self.action_show_tab("output")
        elif kind == "seq" and isinstance(self.port, Seekable):
            self.seek(int(key))
        elif kind == "seq":
            self.say("events are gone to in a past session: coach review")

    @on(SearchTyped)
    def _search(self, message: SearchTyped) -> None:
        self._searched.find(message.query)
        self._face.paint_message()

    @on(SearchStepped)
    def _search_step(self, message: SearchStepped) -> None:
        self._searched.find_next(message.way)
        self._face.paint_message()

    @on(SearchLeft)
    def _search_left(self) -> None:
        self._searched.find("")
        self.query_one("#search").remove_class("-on")
        self._searched.focus()
        self._face.paint_message()

    @property
    def _searched(self) -> LinePanel:
        return self.centre.panel(self.looking.tab)

    def _told(self, update: Update) -> None:
        """Take in a change, from the dispatcher's thread; a screen that is gone hears nothing."""
        try:
            self.post_message(Changed(update))
        except RuntimeError:
            self._unsubscribe()

    def _follow_run(self) -> None:
        """Look at the live view only while something runs; a new run is the one to look at, and ends what was said."""
        assert self._looks is not None
        if self.state.under_way and not self.port.read_only:
            self.looking = replace(self.looking, run=0)
            if self._followed != (newest := self.state.under_way[-1].number):
                self._followed, self.said = newest, ""
            self._looks.resume()
        else:
            self._looks.pause()

    def _look(self) -> None:
        self.looking = replace(self.looking, now=self.clock())  # only of runs under way, so never of the past
        self._face.paint_live()

    def _hush_now(self) -> None:
        self.said = ""
        self._face.paint_message()
