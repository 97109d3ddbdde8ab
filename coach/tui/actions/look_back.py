"""Actions that look back: past failures, plots, two runs side by side, and steps through a past session."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.protocol import commands as cmd
from coach.tui.actions.context import ActionContext, Handler
from coach.tui.dialogs.question import Question
from coach.tui.seekable import Seekable
from coach.tui.views.line import Line
from coach.tui.views.seek import is_attempt, is_green, is_red, next_run, next_where
from coach.tui.views.view_state import KINDS

if TYPE_CHECKING:
    from coach.core.log.events import Recorded


def seen(context: ActionContext, _key: str) -> None:
    """Show candidates; enter says that none of them helps."""
    from coach.tui.dialogs.text_dialog import ConfirmDialog
    from coach.tui.views.past_sessions import seen_lines

    lines = seen_lines(context.state)
    if context.port.read_only:
        _read(context, "Seen before", lines)
        return

    def answered(agreed: bool | None) -> None:  # noqa: FBT001 - textual's signature
        if agreed:
            context.submit(cmd.DismissPast(sessions=tuple(each.session for each in context.state.past)))

    context.app.push_screen(ConfirmDialog("Seen before", "says: no help", lines), answered)


def drill(context: ActionContext, _key: str) -> None:
    """Show what the drill asks, or its debrief."""
    from coach.tui.dialogs.drill_dialog import DrillDialog
    from coach.tui.views.drill_lines import drill_lines, drill_title

    state, played = context.state, context.view.played
    context.app.push_screen(DrillDialog(drill_title(state), drill_lines(state, played)))


def figures(context: ActionContext, _key: str) -> None:
    """Plot the session as of now. Its log is folded beside the screen: a large one takes a second."""
    from coach.tui.views.past_sessions import figures_lines

    async def plot() -> None:
        records = tuple(context.port.records)
        _read(context, "Figures", await asyncio.to_thread(figures_lines, records))

    context.run_beside(plot, "figures")


def compare(context: ActionContext, _key: str) -> None:
    """Ask with which run; the one before is offered."""
    from coach.tui.dialogs.reason import ReasonForm
    from coach.tui.views.past_sessions import compare_lines

    state = context.state
    over = [run.number for run in state.runs if run.is_of_checkout]
    this = context.view.run if context.view.run in over else over[-1]
    before = next((number for number in reversed(over) if number < this), over[-1])

    def answered(text: str | None) -> None:
        if text is None:
            return
        other = int(text.strip().lstrip("#")) if text.strip().lstrip("#").isdigit() else 0
        if other not in over or other == this:
            context.show_message(f"no finished run #{text.strip()[:12]} besides #{this}")
        else:
            first, second = sorted((this, other))
            _read(context, f"#{first} and #{second}", compare_lines(state, first, second))

    question = Question("Compare", f"Run #{this} with which other run?", label="run", value=str(before))
    context.app.push_screen(ReasonForm(question), answered)


def next_filter(context: ActionContext, _key: str) -> None:
    """Show the timeline, and only the next kind of event in it when it is shown already."""
    if context.view.tab == "timeline":
        following = KINDS[(KINDS.index(context.view.kind) + 1) % len(KINDS)]
        context.view = replace(context.view, kind=following)
    context.show_tab("timeline")


def copy(context: ActionContext, _key: str) -> None:
    context.app.copy_to_clipboard(context.panel.text)


def _read(context: ActionContext, title: str, lines: tuple[Line, ...]) -> None:
    from coach.tui.dialogs.text_dialog import ReadDialog

    context.app.push_screen(ReadDialog(title, lines))


def _moving(goal: Callable[[Seekable], int], otherwise: str = "") -> Handler:
    """Return a handler that goes to a position of a past session; where ``goal`` returns 0 it shows ``otherwise``."""

    def move(context: ActionContext, _key: str) -> None:
        if not isinstance(context.port, Seekable):
            context.show_message("only a past session can be moved through")
        elif found := goal(context.port):
            context.seek(found)
        else:
            context.show_message(otherwise)

    return move


def _run(way: int) -> Handler:
    return _moving(lambda port: next_run(port.at, port.position, way, port.length))


def _leap(what: str, wanted: "Callable[[Recorded], bool]", way: int, *, from_end: bool = False) -> Handler:
    """Return a handler that goes to the next event that is ``wanted``, from here or from an end of the log."""

    def goal(port: Seekable) -> int:
        start = (port.length + 1 if way < 0 else 0) if from_end else port.position
        return next_where(port.at, start, way, port.length, wanted)

    return _moving(goal, f"no {what} that way")


HANDLERS: dict[str, Handler] = {
    "seen": seen,
    "drill": drill,
    "figures": figures,
    "compare": compare,
    "filter": next_filter,
    "copy": copy,
    "previous-run": _run(-1),
    "next-run": _run(1),
    "first-red": _leap("red run", is_red, 1, from_end=True),
    "last-green": _leap("green run", is_green, -1, from_end=True),
    "previous-attempt": _leap("attempt", is_attempt, -1),
    "next-attempt": _leap("attempt", is_attempt, 1),
}
