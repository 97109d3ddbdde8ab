"""The call trace of the failing test, as a tree that folds."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.core.base.formatting import count
from coach.core.log.events import CallsTraced
from coach.core.protocol import commands as cmd
from coach.session.port import SessionPort
from coach.tui.dialogs.look_dialog import LookDialog
from coach.tui.views.calls import calls_lines
from coach.tui.views.line import line
from coach.tui.widgets.line_panel import LinePanel


class CallTreeDialog(LookDialog):
    """The tree; enter folds. It traces by itself when the newest failure was not traced yet."""

    NAME = "calls"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trace('')", show=False),
        Binding("p", "trace('pass')", show=False),
        Binding("q,T", "leave", show=False),
    ]

    def __init__(self, port: SessionPort) -> None:
        measures = () if port.read_only else (("t", "again"), ("p", "last pass"))
        super().__init__(port, (("enter", "folds"), *measures, ("esc", "leaves")))
        self._toggled: frozenset[int] = frozenset()
        self._shown: CallsTraced | None = None
        self._opens_all = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="window -look"):
            yield LinePanel("calls-tree")

    def on_mount(self) -> None:
        self.query_one("#calls-tree", LinePanel).focus()
        state = self._port.state
        failure = state.last_failure
        is_old = state.calls is None or (failure is not None and state.calls.trace.run < failure.number)
        if is_old and not self._port.read_only:
            self.action_trace("")

    def action_trace(self, against: str) -> None:
        if not self._port.read_only:
            self._port.submit(cmd.TraceCalls(against=against))

    @on(LinePanel.Chosen)
    def _fold(self, message: LinePanel.Chosen) -> None:
        if self.is_searched:
            self.action_end_find()
        elif message.key.isdigit():
            self._toggled ^= {int(message.key)}
            self._draw()

    def find_text(self) -> None:
        """Look for a text in folded branches too."""
        super().find_text()
        self._opens_all = True
        self._draw()

    def drop_find(self) -> None:
        super().drop_find()
        if self._opens_all:
            self._opens_all = False
            self._draw()

    def show_newest(self) -> None:
        """Show a newer trace as soon as there is one."""
        found = self._port.state.calls
        if found is not None and found is not self._shown:
            self._shown, self._toggled = found, frozenset()
            self._draw()
        self._frame()

    def _draw(self) -> None:
        if self._shown is not None:
            self.query_one("#calls-tree", LinePanel).show(
                calls_lines(self._shown, self._toggled, is_whole=self._opens_all)
            )

    def _frame(self) -> None:
        running = any(run.request.purpose == "calls" for run in self._port.state.under_way)
        found = self._shown
        if found is None:
            title = "Calls · tracing" if running else "Calls"
            if not running:
                empty = line(("No calls yet: t traces the failing test.", "dim"))
                self.query_one("#calls-tree", LinePanel).show((empty,))
        else:
            name = found.trace.test.name
            title = f"Calls of {name} · {count(len(found.trace.calls) + found.trace.left_out, 'call')} in #{found.trace.run}"
            title += " · tracing" if running else ""
        self.frame(title)
