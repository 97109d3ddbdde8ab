"""The one screen of a session: it shows the session's state and lets actions answer keys.

It keeps no state of the session; what it keeps is what the engineer looks at (``ViewState``). Painting is in ``painter``,
what each key does in ``actions``, whose table ``app`` hands over.
"""

import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker

from coach.core.base.text import safe_line
from coach.core.export import Export as Exported
from coach.core.export import Purpose
from coach.core.protocol.commands import CancelRun, Command
from coach.core.session.state import SessionState
from coach.core.session.summary import left_behind
from coach.session.port import SessionPort, Update
from coach.tui import keys
from coach.tui.actions.context import Handler
from coach.tui.host_services import HostServices, NoHostServices
from coach.tui.mouse import MouseScreen
from coach.tui.screens.clocks import at_time, start_clocks
from coach.tui.screens.painter import Painter
from coach.tui.screens.step_entry import StepEntry
from coach.tui.screens.unasked_dialogs import UnaskedDialogs
from coach.tui.seekable import Seekable
from coach.tui.text_find import TextFindScreen
from coach.tui.views.key_name import keyed
from coach.tui.views.link import Link, Open, Press, Show
from coach.tui.views.selecting import view_of_line
from coach.tui.views.view_state import ROOMY_FROM, VAST_FROM, WIDE_FROM, Tab, ViewState
from coach.tui.widgets.footer import Footer
from coach.tui.widgets.line_panel import LinePanel
from coach.tui.widgets.one_line import OneLine
from coach.tui.widgets.roles import ROLE_CLASSES
from coach.tui.widgets.tab_panel import TabPanel

if TYPE_CHECKING:
    from textual.widgets import Input

Export = Callable[[SessionState, int | None, Purpose | None], Exported]
LIVE_PAINTS_PER_SECOND = 60
"""An outcome is seen half of that time later on average; painting when nothing is new costs a third of a millisecond."""
_WORK_PANELS = frozenset({"tab-work", "side-evidence"})
"""Panels of the step's work: which of them has the lines that can be chosen depends on the width."""
MESSAGE_SECONDS = 8.0


class Changed(Message):
    """The session changed. Of several that wait in the queue only the newest is painted."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update

    def can_replace(self, message: Message) -> bool:
        """Let a newer change replace this one, unless a message to the engineer would be lost."""
        return isinstance(message, Changed) and not self.update.notice


def _bindings() -> list[BindingType]:
    """Bind with priority: an action is done before the next key is handled, so that no key goes to the wrong window."""
    bound = [
        Binding(key, f"press('{each.id}', '{key}')", each.label, show=False, priority=True)
        for each in keys.REGISTRY
        for key in each.keys
        if each.id != "palette" and key != "ctrl+q"
    ]
    return [*bound, Binding("escape", "escape", "back", show=False, priority=True)]


class SessionScreen(TextFindScreen[None], MouseScreen[None]):
    """Header, steps, next move, code and evidence, message, footer; the ``ActionContext`` of every action."""

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
        handlers: Mapping[str, Handler],
        export: Export,
        clock: Callable[[], float] = time.time,
        host: HostServices | None = None,
    ) -> None:
        """Show ``port``; ``handlers`` says what each action of the registry of keys does."""
        super().__init__()
        self.port = port
        self.export = export
        self.host: HostServices = host or NoHostServices()
        self.clock = clock
        self.state = port.state
        self.view = ViewState()
        self.message = ""
        self.pointed: Link | None = None
        self._handlers = handlers
        self._painter = Painter(self, self)
        self._message_timer: Timer | None = None
        self._live_timer: Timer | None = None
        self._followed_run = 0
        self._entry = StepEntry()
        self._dialogs = UnaskedDialogs(self, self)
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def panel(self) -> LinePanel:
        return self.focused if isinstance(self.focused, LinePanel) else self.shown_panel

    @property
    def shown_panel(self) -> LinePanel:
        return self.query_one(TabPanel).panel(self.view.tab)

    def compose(self) -> ComposeResult:
        yield OneLine("header")
        yield OneLine("steps")
        yield OneLine("move")
        yield OneLine("reason")
        yield OneLine("banner")
        with Horizontal(id="panels"):
            yield TabPanel()
            with Vertical(id="sides"):
                yield LinePanel("side-evidence", classes="side")
                yield LinePanel("side-runs", classes="side")
        yield OneLine("message")
        yield OneLine("seek")
        yield Footer()

    def on_mount(self) -> None:
        # Subscribed before the state is read: a change between the two would be missed the other way round.
        self._unsubscribe = self.port.subscribe(self._receive)
        self._live_timer = self.set_interval(1 / LIVE_PAINTS_PER_SECOND, self._paint_live, pause=True)
        start_clocks(self, self._painter)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.paint())
        self.state = self.port.state
        self._dialogs = UnaskedDialogs(self, self)
        self._follow_run()
        self.paint()
        if self.state.imported and "runs" in self.view.tabs:
            self.show_tab("runs")  # nobody took a step: what was run tells the most of it
        if left := left_behind(self.port.records):
            self.show_message(left)

    def on_unmount(self) -> None:
        self._unsubscribe()

    def on_resize(self) -> None:
        self.view = replace(self.view, width=self.size.width, height=self.size.height)
        if self.view.tab not in self.view.tabs:
            self.view = replace(self.view, tab="work")
        self.paint()
        if self.focused is None or self.focused.id in _WORK_PANELS:
            self._focus_shown()

    def paint(self) -> None:
        """Show the state as it is now."""
        self.view = at_time(self.view, self.port, self.clock())
        self._painter.paint()
        self.query("#welcome").refresh()

    def mount_find(self, found: "Input") -> None:
        self.mount(found, before="#message")

    def paint_message(self) -> None:
        self._painter.paint_message()

    def submit(self, command: Command) -> None:
        self._entry.submit(self.port, command)

    def submit_answer(self, command: Command | None) -> None:
        if command is not None:
            self.submit(command)

    def show_message(self, text: str) -> None:
        self.message = safe_line(keyed(text))
        if self._message_timer:
            self._message_timer.stop()
        self._message_timer = self.set_timer(MESSAGE_SECONDS, self._end_message)
        self.paint_message()

    def leave(self) -> None:
        """Leave coach: the session is kept, a run under way is stopped."""
        if self.state.under_way and not self.port.read_only:
            self.submit(CancelRun())
        self.app.exit(return_code=0)

    def run_beside(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> None:
        # A function, not a coroutine: one that is cancelled before it began would warn that it was never awaited.
        _: Worker[None] = self.run_worker(work, exclusive=True, group=group)

    def seek(self, position: int) -> None:
        assert isinstance(self.port, Seekable)
        self.port.seek(max(0, min(position, self.port.length)))
        self.state = self.port.state
        self.paint()

    def show_tab(self, tab: Tab) -> None:
        self.drop_find()
        self.view = replace(self.view, tab=tab)
        self.paint()
        self._focus_shown()

    def _focus_shown(self) -> None:
        """Give the focus to the panel that is read; with the step's work that is the one whose lines can be chosen."""
        evidence = self.query_one("#side-evidence", LinePanel)
        (evidence if self.view.tab == "work" and not self.view.is_narrow else self.shown_panel).focus()

    def press(self, action_id: str, key: str = "") -> None:
        self.query("#welcome").remove()
        self.point(None)
        found = keys.action(action_id)
        assert found is not None, action_id
        why = found.why_disabled(self.state, self.port.read_only)
        if why:
            self.show_message(f"{found.label}: {why}")
        else:
            self._entry.pressed(self.state, action_id)
            self._handlers[action_id](self, key)

    def action_press(self, action_id: str, key: str) -> None:
        self.press(action_id, key)

    def follow(self, link: Link) -> None:
        match link:
            case Press(action, key):
                self.press(action, key)
            case Show(tab):
                self.show_tab(tab)
            case Open(path, line):
                from coach.tui.actions.editing import open_place

                open_place(self, path, line)

    def point(self, link: Link | None) -> None:
        if link != self.pointed:
            self.pointed = link
            self.paint_message()

    def action_escape(self) -> None:
        """Stop what is under way; with nothing to stop, go back to the step's work, then to the wide scope."""
        self.query("#welcome").remove()
        if self.is_searched:
            self.action_end_find()
        elif (self.state.awaited_runs or self.state.awaited_search) and not self.port.read_only:
            self.press("cancel")
        elif self.view.tab != "work":
            self.show_tab("work")
        elif self.state.scope != "all" and not self.port.read_only:
            self.press("widen")

    @on(Changed)
    def _show_change(self, message: Changed) -> None:
        if self._entry.is_halfway(message.update):
            return
        # ``seek`` painted this state already.
        is_painted = message.update.state is self.state and isinstance(self.port, Seekable)
        self.state = message.update.state
        self._follow_run()
        if not is_painted:
            self.paint()
        if message.update.notice:
            self.show_message(("⚠ " if message.update.is_refusal else "") + message.update.notice)
        self._dialogs.open()

    @on(LinePanel.Selected)
    def _select(self, message: LinePanel.Selected) -> None:
        self.view = view_of_line(self.view, message.key)
        self.paint()

    @on(LinePanel.Chosen)
    def _open(self, message: LinePanel.Chosen) -> None:
        self.view = view_of_line(self.view, message.key)
        kind, _, key = message.key.partition(":")
        if kind == "suspect":
            self.press("editor")
        elif kind == "hypothesis":
            self.press("judge")
        elif kind == "run":
            self.show_tab("output")
        elif kind == "seq" and isinstance(self.port, Seekable):
            self.seek(int(key))
        elif kind == "seq":
            self.show_message("events are gone to in a past session: coach review")

    def _receive(self, update: Update) -> None:
        """Take a change from the dispatcher's thread to the screen's; a screen that is gone ends its subscription."""
        try:
            self.post_message(Changed(update))
        except RuntimeError:
            self._unsubscribe()

    def _follow_run(self) -> None:
        """Paint live figures only while something runs; a new run is the one to look at, and ends the message."""
        assert self._live_timer is not None
        runs = self.state.awaited_runs
        if runs and not self.port.read_only:
            self.view = replace(self.view, run=0)
            if self._followed_run != (newest := runs[-1].number):
                self._followed_run, self.message = newest, ""
        is_elsewhere = self.state.search is not None and bool(self.state.search.request.on)
        if (runs or is_elsewhere or self.state.is_investigating) and not self.port.read_only:
            self._live_timer.resume()
        else:
            self._live_timer.pause()

    def _paint_live(self) -> None:
        self.view = replace(self.view, now=self.clock())  # only of runs under way, so never of the past
        self._painter.paint_live()

    def _end_message(self) -> None:
        self.message = ""
        self.paint_message()
