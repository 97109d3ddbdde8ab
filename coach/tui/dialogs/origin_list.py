"""Where a value of the failing test came from, nearest first; another value can be asked about."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from coach.core.localize.origins import Origins, asked
from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command
from coach.session.port import SessionPort
from coach.tui.dialogs.look_dialog import LookDialog
from coach.tui.dialogs.question import Question
from coach.tui.views.line import line
from coach.tui.views.value_origins import origins_lines
from coach.tui.widgets.line_panel import LinePanel

_QUESTION = Question(
    "Where from?",
    "Which value? A name, or names with attributes and items; then `at FILE:LINE` for another line than the one that fails.",
    label="value",
)


class OriginList(LookDialog):
    """The places that made a value. It asks about the failure's own value when that was not done yet."""

    NAME = "origins"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "follow", show=False),
        Binding("v", "name", show=False),
        Binding("q,Q", "leave", show=False),
    ]

    def __init__(
        self, port: SessionPort, submit: Callable[[Command], None], say: Callable[[str], None]
    ) -> None:
        asks = () if port.read_only else (("v", "names a value"), ("t", "asks again"))
        super().__init__(port, (*asks, ("esc", "leaves")))
        self._submit, self._say = submit, say
        self._shown: Origins | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="window -look"):
            yield LinePanel("origin-list")

    def on_mount(self) -> None:
        self.query_one("#origin-list", LinePanel).focus()
        state = self._port.state
        failure, known = state.last_failure, state.origins
        if known is None or (failure is not None and known.run < failure.number):
            self.action_follow()

    def action_follow(self) -> None:
        if not self._port.read_only:
            self._submit(cmd.TraceOrigins())

    def action_name(self) -> None:
        """Ask for a value, and follow it."""
        from coach.tui.dialogs.reason import ReasonForm

        def named(words: str | None) -> None:
            try:
                name, path, at = asked(words or "")
            except ValueError as error:
                self._say(str(error))
                return
            if words:
                self._submit(cmd.TraceOrigins(expression=name, path=path, line=at))

        if not self._port.read_only:
            self.app.push_screen(ReasonForm(_QUESTION), named)

    def show_newest(self) -> None:
        """Show a newer answer as soon as there is one."""
        found = self._port.state.origins
        if found is not None and found is not self._shown:
            self._shown = found
            self.query_one("#origin-list", LinePanel).show(origins_lines(found))
        self._frame()

    def _frame(self) -> None:
        running = any(run.request.purpose == "origins" for run in self._port.state.under_way)
        found = self._shown
        if found is None and not running:
            empty = line(("No answer yet: t records the failing test.", "dim"))
            self.query_one("#origin-list", LinePanel).show((empty,))
        title = f"Where from · {found.place} in #{found.run}" if found else "Where from"
        title += " · recording" if running else ""
        self.frame(title)
