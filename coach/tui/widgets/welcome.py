"""Three lines for the first session on a machine; the next key removes them."""

from textual.strip import Strip

from coach.tui import keys
from coach.tui.views.line import BLANK, Line, line, piece
from coach.tui.views.link import Press
from coach.tui.widgets.roles import Roles


def welcome() -> tuple[Line, ...]:
    """Return what to know before the first key, with the engineer's own keys."""
    shown = {each.id: each.shown_key for each in keys.REGISTRY}
    return (
        line(" The next move is always on the screen; a step is done when runs show it.", fit="cut"),
        line(" Save a file and the test runs. Your checkout is never touched.", fit="cut"),
        line(
            " ",
            piece(f" {shown['help']} ", "key", link=Press("help")),
            " all keys  ",
            piece(" ctrl+p ", "key", link=Press("palette")),
            " find any action  ",
            ("your next move takes this away", "dim"),
            fit="cut",
        ),
    )


class Welcome(Roles):
    """Shows the welcome."""

    def render_line(self, y: int) -> Strip:
        lines = welcome()
        return self.drawn(lines[y] if y < len(lines) else BLANK, self.size.width)
