"""Paints a session screen: asks ``present`` for lines and hands them to the widgets that are seen."""

import asyncio
from typing import TYPE_CHECKING

from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.run import Run
from coach.tui import keys, safe_render
from coach.tui.seekable import Seekable
from coach.tui.views import output
from coach.tui.views.gate import advice_line, gate
from coach.tui.views.header import header, steps
from coach.tui.views.line import Line
from coach.tui.views.message import Words, banner, message
from coach.tui.views.runs import runs
from coach.tui.views.selecting import selected_hypothesis, selected_suspect
from coach.tui.views.step_view import work
from coach.tui.views.view_state import Tab
from coach.tui.widgets.footer import Footer
from coach.tui.widgets.line_panel import LinePanel
from coach.tui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


_REACH = {"failures": "failing only", "target": "target only", "related": "related"}


class Painter:
    """The painter of one screen; it remembers only what is costly to fetch again."""

    def __init__(self, screen: "SessionScreen") -> None:
        self._screen = screen
        self._snapshot = LiveSnapshot()
        self._output: tuple[int, tuple[Line, ...]] = (0, ())
        self._step = ""

    @property
    def _is_whole(self) -> bool:
        """Whether there is a screen to paint: while coach leaves, its parts go one by one, and timers still tick."""
        return self._screen.is_mounted and self._screen.app.return_code is None

    def paint(self) -> None:
        screen = self._screen
        if not self._is_whole:
            return
        state, looking = screen.state, screen.looking
        screen.set_class(looking.is_reading, "-reading")
        self._one("#header").show(lambda width: header(state, looking, width))
        self._one("#steps").show(lambda width: steps(state, width))
        self._one("#advice").show(lambda _: advice_line(state, screen.port.read_only))
        self._paint_banner()
        self._paint_loop()
        self._paint_sides()
        self._paint_tab()
        self.paint_message()
        self._paint_footer()

    def paint_message(self) -> None:
        screen = self._screen
        if self._is_whole:
            finding = screen.centre.panel(screen.looking.tab).finding.words
            words = Words(finding, screen.said, screen.port.read_only)
            shown = message(screen.state, self._snapshot, screen.looking, words)
            self._one("#message").show(lambda _: shown)

    def paint_live(self) -> None:
        """Follow the run under way; nothing but the figures that changed is drawn."""
        screen = self._screen
        shows_output = screen.looking.tab == "output"
        if not self._is_whole:
            return
        snapshot = screen.port.live.snapshot(output.LIVE_LINES if shows_output else 0)
        # Lines come only once they are asked for, also of a run that says no more: the snapshot is then another one.
        is_new = snapshot != self._snapshot
        self._snapshot = snapshot
        self.paint_message()
        if is_new:
            self._paint_runs()
            if shows_output:
                self._paint_tab()

    def _paint_banner(self) -> None:
        port = self._screen.port
        shown = banner(port.unsaved, port.read_only)
        one = self._one("#banner")
        one.set_class(shown is not None, "-on")
        if shown:
            one.show(lambda _: shown)
        if isinstance(port, Seekable):
            from coach.tui.views.seek import scrub_line

            state, position, length = self._screen.state, port.position, port.length
            self._one("#scrub").set_class(True, "-on")  # noqa: FBT003 - textual's signature
            self._one("#scrub").show(lambda width: scrub_line(state, position, length, width))

    def _paint_loop(self) -> None:
        """Show the loop that stands, below the panels: their tops keep their place."""
        state, read_only = self._screen.state, self._screen.port.read_only
        loop = state.standing_loop
        for selector in ("#loop", "#loop-keys"):
            self._one(selector).set_class(loop is not None, "-on")
        if loop:
            from coach.tui.views.loops import loop_keys, loop_line

            self._one("#loop").show(lambda width: loop_line(loop, width))
            self._one("#loop-keys").show(lambda width: loop_keys(state, read_only, width))

    def _paint_sides(self) -> None:
        screen = self._screen
        side = screen.query_one("#side-gate", LinePanel)
        side.entitle("Next")
        if "gate" not in screen.tabs:
            side.show(gate(screen.state, screen.port.read_only))
        self._paint_runs()

    def _paint_runs(self) -> None:
        screen = self._screen
        side = screen.query_one("#side-runs", LinePanel)
        scope = screen.state.scope
        side.entitle("Runs" if scope == "all" else f"Runs · on save {_REACH[scope]}")
        if "runs" not in screen.tabs:
            side.show(self._runs())

    def _runs(self) -> tuple[Line, ...]:
        state = self._screen.state
        under_way = state.under_way
        is_live = bool(under_way) and self._snapshot.run == under_way[-1].number
        return runs(state, output.progress(self._snapshot) if is_live else "")

    def _paint_tab(self) -> None:
        screen = self._screen
        tab = screen.looking.tab
        panel = screen.centre.turn_to(tab)
        moved = self._step != screen.state.step_id
        self._step = screen.state.step_id
        marked = self._marked() if tab == "work" else ""
        panel.show(self._lines(tab), from_top=moved and tab == "work", marked=marked)
        step = screen.state.step
        name = safe_render.plain(step.title).plain if step else ""
        screen.centre.entitle(screen.tabs, tab, name)

    def _marked(self) -> str:
        """The line of the step's view that keys without a choice are about."""
        state, looking = self._screen.state, self._screen.looking
        suspect, hypothesis = selected_suspect(state, looking), selected_hypothesis(state, looking)
        if state.step_id == "hypothesize":
            return f"hypothesis:{hypothesis.id}" if hypothesis else ""
        return f"suspect:{suspect.key}" if suspect else ""

    def _lines(self, tab: Tab) -> tuple[Line, ...]:
        screen = self._screen
        state, looking = screen.state, screen.looking
        if tab == "gate":
            return gate(state, screen.port.read_only)
        if tab == "runs":
            return self._runs()
        if tab == "output":
            return self._output_lines()
        if tab == "diff":
            from coach.tui.views.diff import diff

            return diff(state)
        if tab == "timeline":
            from coach.tui.views.timeline import timeline

            return timeline(tuple(screen.port.records), state.seq, looking.kind)
        return work(state, looking)

    def _output_lines(self) -> tuple[Line, ...]:
        """Return live lines, the kept output, or what was shown before while the kept output is fetched."""
        state = self._screen.state
        run = state.run(self._screen.looking.run) or (state.runs[-1] if state.runs else None)
        if run is None:
            return output.nothing()
        if run.report is None:
            snapshot = self._snapshot if self._snapshot.run == run.number else LiveSnapshot()
            return output.live(state, run, snapshot)
        if self._output[0] != run.number:
            self._screen.run_worker(self._fetch(run), exclusive=True, group="output")
        return self._output[1] or (output.title(state, run),)

    async def _fetch(self, run: Run) -> None:
        """Read kept output off the event loop: the file may lie on a slow disk."""
        screen = self._screen
        text = await asyncio.to_thread(screen.port.output_of, run.number)
        self._output = (run.number, output.finished(screen.state, run, text))
        if screen.looking.tab == "output":
            self._paint_tab()

    def _paint_footer(self) -> None:
        screen = self._screen
        first = keys.advised(screen.state)
        offered = keys.footer(screen.state, screen.port.read_only)
        screen.query_one(Footer).offer(offered, first.id if first else "")

    def _one(self, selector: str) -> OneLine:
        return self._screen.query_one(selector, OneLine)
