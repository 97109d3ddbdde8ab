"""The tour: three lines that say what the parts of the screen are and which key is the next; any key ends it."""

from collections.abc import Callable

from textual.strip import Strip

from coach.core.session.state import SessionState
from coach.core.workflow.advice import next_move
from coach.tui.keys import advised
from coach.tui.views.key_name import key_of, keyed, shown_key
from coach.tui.views.line import BLANK, Line, elastic, line, piece
from coach.tui.views.view_state import WIDE_FROM
from coach.tui.widgets.roles import Roles

_TITLE = " Tour  "
_INDENT = " " * len(_TITLE)


def tour(state: SessionState, width: int) -> tuple[Line, ...]:
    """Return the three lines for a screen of ``width`` columns, with the engineer's own keys."""
    where = "code at the left, evidence at the right" if width >= WIDE_FROM else "code and evidence"
    tabs = f"{shown_key('previous-tab')} {shown_key('next-tab')}"
    move = advised(state)
    now = (key_of(move.id, "next"), f" {move.label}") if move else (elastic(keyed(next_move(state).text)),)
    more = (
        *(key_of("help"), piece("what can be done ")),
        *(key_of("palette"), piece("by name ")),
        *(piece(" esc ", "key"), piece("ends this")),
    )
    return (
        line(
            (_TITLE, "accent"),
            "At the top what fails, and the steps. The row with → is your next move.",
            fit="cut",
        ),
        line(_INDENT, f"Below {where}; a save runs the test; {tabs} show runs and diff.", fit="cut"),
        line(_INDENT, ("Now ", "strong"), *now, figure=more, fit="cut"),
    )


class Welcome(Roles):
    """Shows the tour of the session that ``state`` returns; it is painted anew when that changes."""

    def __init__(self, state: Callable[[], SessionState]) -> None:
        super().__init__(id="welcome")
        self._state = state

    def render_line(self, y: int) -> Strip:
        lines = tour(self._state(), self.size.width)
        return self.drawn(lines[y] if y < len(lines) else BLANK, self.size.width)
