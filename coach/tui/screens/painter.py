"""Paints a session screen: asks ``views`` for lines and hands them to the widgets that show them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from textual.screen import Screen

from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.session.port import SessionPort
from coach.tui import safe_render
from coach.tui.keys import Offers, offers
from coach.tui.seekable import Seekable
from coach.tui.views import output
from coach.tui.views.band import move_line, reason_line
from coach.tui.views.gate import gate
from coach.tui.views.header import header, steps
from coach.tui.views.hint import hint
from coach.tui.views.line import BLANK, Line
from coach.tui.views.link import Link
from coach.tui.views.message import Notices, banner, message
from coach.tui.views.runs import runs
from coach.tui.views.selecting import selected_hypothesis, selected_suspect
from coach.tui.views.step_view import columns
from coach.tui.views.view_state import Tab, ViewState
from coach.tui.widgets.footer import Footer
from coach.tui.widgets.line_panel import LinePanel
from coach.tui.widgets.one_line import OneLine
from coach.tui.widgets.tab_panel import TabPanel

_SCOPE_NAMES = {"failures": "failing only", "target": "target only", "related": "related"}


class ViewSource(Protocol):
    """What is painted: a session, and what the engineer looks at in it."""

    @property
    def state(self) -> SessionState:
        """The session as it is to be shown."""

    @property
    def port(self) -> SessionPort:
        """The session itself: live figures, kept output, every event."""

    @property
    def view(self) -> ViewState:
        """What the engineer looks at."""

    @property
    def message(self) -> str:
        """The sentence that the message line shows for some seconds; empty without one."""

    @property
    def pointed(self) -> Link | None:
        """What the mouse is over."""

    @property
    def found(self) -> str:
        """How much holds the text that is looked for; empty when none is."""

    def run_beside(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> None:
        """Run ``work`` while the screen goes on; what of the same group has not ended yet is cancelled."""


class Painter:
    """Paints ``source`` on the widgets of ``screen``; it remembers only what is costly to fetch again."""

    def __init__(self, screen: Screen[Any], source: ViewSource) -> None:
        self._screen = screen
        self._source = source
        self._live = LiveSnapshot()
        self._kept_output: tuple[int, tuple[Line, ...]] = (0, ())
        """Number of a run, and its output as lines."""
        self._step = ""
        self._known: tuple[SessionState, str, Offers] | None = None
        """A state, why it cannot be changed, and what it offers."""

    @property
    def _can_paint(self) -> bool:
        """Whether every widget is there: while coach leaves they go one by one, and timers still tick."""
        return self._screen.is_mounted and self._screen.app.return_code is None

    def paint(self) -> None:
        """Paint everything; widgets that show the same as before draw nothing."""
        if not self._can_paint:
            return
        state, view, read_only = self._source.state, self._source.view, self._source.port.read_only
        self._screen.set_class(view.is_reading, "-reading")
        self.paint_header()
        self._row("#steps").show(lambda width: steps(state, width))
        offered = self._offered(state, read_only)
        self._row("#move").show(lambda width: move_line(offered, read_only, width))
        self._row("#reason").show(lambda width: reason_line(state, offered, read_only, width))
        self._paint_banner()
        self._paint_position()
        shown = columns(state, replace(view, workers=self._live.workers))
        self._paint_evidence(shown.evidence)
        self._paint_runs()
        self._paint_tab(shown.code if view.tab == "work" else self._tab_lines(view.tab))
        self.paint_message()
        first = offered.action.id if offered.action else ""
        self._screen.query_one(Footer).show_actions(offered.footer, first)

    def paint_header(self) -> None:
        """Paint the top line alone."""
        if self._can_paint:
            state, view = self._source.state, self._source.view
            self._row("#header").show(lambda width: header(state, view, width))

    def paint_message(self) -> None:
        """Paint the message line alone."""
        source = self._source
        if self._can_paint:
            pointed, read_only = source.pointed, source.port.read_only
            under_mouse = hint(pointed, source.state, read_only) if pointed else BLANK
            notices = Notices(source.found, source.message, under_mouse, read_only)
            shown = message(source.state, self._live, source.view, notices)
            self._row("#message").show(lambda _: shown)

    def paint_live(self) -> None:
        """Follow the run under way; nothing but the figures that changed is drawn."""
        if not self._can_paint:
            return
        shows_output = self._source.view.tab == "output"
        snapshot = self._source.port.live.snapshot(output.LIVE_LINES if shows_output else 0)
        # Lines come only once they are asked for, also of a run that prints no more: the snapshot is then another one.
        is_new, at_work = snapshot != self._live, self._live.workers
        self._live = snapshot
        self.paint_message()
        if is_new:
            self._paint_runs()
            if shows_output:
                self._paint_tab(self._output_lines())
            elif self._source.view.tab == "work" and snapshot.workers != at_work:
                view = replace(self._source.view, workers=snapshot.workers)
                self._paint_tab(columns(self._source.state, view).code)

    def _paint_banner(self) -> None:
        port = self._source.port
        shown = banner(port.unsaved, port.read_only)
        row = self._row("#banner")
        row.set_class(shown is not None, "-on")
        if shown:
            row.show(lambda _: shown)

    def _paint_position(self) -> None:
        """Show where in a past session we are."""
        state, port = self._source.state, self._source.port
        if isinstance(port, Seekable):
            from coach.tui.views.seek import seek_line

            position, length = port.position, port.length
            row = self._row("#seek")
            row.add_class("-on")
            row.show(lambda width: seek_line(state, position, length, width))

    def _paint_evidence(self, lines: tuple[Line, ...]) -> None:
        """Show what is known beside the code; a step that was just entered from its first line."""
        state, view = self._source.state, self._source.view
        side = self._screen.query_one("#side-evidence", LinePanel)
        side.set_title("Evidence")
        if not view.is_narrow:
            is_other_step = self._step != state.step_id
            side.show(lines, from_top=is_other_step, marked=self._marked_key())

    def _paint_runs(self) -> None:
        side = self._screen.query_one("#side-runs", LinePanel)
        scope = self._source.state.scope
        side.set_title("Runs" if scope == "all" else f"Runs · on save {_SCOPE_NAMES[scope]}")
        if "runs" not in self._source.view.tabs:
            side.show(self._run_lines())

    def _run_lines(self) -> tuple[Line, ...]:
        state = self._source.state
        under_way = state.under_way
        is_live = bool(under_way) and self._live.run == under_way[-1].number
        return runs(state, output.progress(self._live) if is_live else "")

    def _paint_tab(self, lines: tuple[Line, ...]) -> None:
        state, tab = self._source.state, self._source.view.tab
        panel = self._tabs.show(tab)
        is_other_step, self._step = self._step != state.step_id, state.step_id
        marked = self._marked_key() if tab == "work" else ""
        panel.show(lines, from_top=is_other_step and tab == "work", marked=marked)
        name = (
            "Failure" if state.imported else safe_render.plain(state.step.title).plain if state.step else ""
        )
        self._tabs.set_title(self._source.view.tabs, tab, name)

    def _marked_key(self) -> str:
        """Return the key of the line that actions are about as long as no line was selected."""
        state, view = self._source.state, self._source.view
        suspect, hypothesis = selected_suspect(state, view), selected_hypothesis(state, view)
        if state.step_id == "hypothesize":
            return f"hypothesis:{hypothesis.id}" if hypothesis else ""
        return f"suspect:{suspect.key}" if suspect else ""

    def _tab_lines(self, tab: Tab) -> tuple[Line, ...]:
        """Return the lines of a tab beside the step's work."""
        state, view, port = self._source.state, self._source.view, self._source.port
        if tab == "gate":
            return gate(state)
        if tab == "runs":
            return self._run_lines()
        if tab == "diff":
            from coach.tui.views.diff import diff

            return diff(state)
        if tab == "timeline":
            from coach.tui.views.timeline import timeline

            return timeline(tuple(port.records), state.seq, view.kind)
        return self._output_lines()

    def _output_lines(self) -> tuple[Line, ...]:
        """Return live lines, the kept output, or only its title while the kept output is fetched."""
        state = self._source.state
        own = state.measurement.run if state.measurement else 0
        newest = next((each for each in reversed(state.runs) if each.number != own), None)
        run = state.run(self._source.view.run) or newest
        if run is None:
            return output.nothing()
        if run.report is None:
            return output.live(state, run, self._live if self._live.run == run.number else LiveSnapshot())
        if self._kept_output[0] != run.number:
            self._source.run_beside(partial(self._fetch_output, run), "output")
        return self._kept_output[1] or (output.title(state, run),)

    async def _fetch_output(self, run: Run) -> None:
        """Read kept output off the event loop: the file may lie on a slow disk."""
        text = await asyncio.to_thread(self._source.port.output_of, run.number)
        self._kept_output = (run.number, output.finished(self._source.state, run, text))
        if self._source.view.tab == "output":
            self._paint_tab(self._output_lines())

    def _offered(self, state: SessionState, read_only: str) -> Offers:
        """Return what a state offers: worked out once for each, since another size or another tab is painted, too."""
        if self._known is None or self._known[0] is not state or self._known[1] != read_only:
            self._known = state, read_only, offers(state, read_only)
        return self._known[2]

    @property
    def _tabs(self) -> TabPanel:
        return self._screen.query_one(TabPanel)

    def _row(self, selector: str) -> OneLine:
        return self._screen.query_one(selector, OneLine)
