"""Three lines for the very first time; the next key takes them away."""

from textual.strip import Strip

from coach.ui import keys, literal
from coach.ui.present.flow import flow
from coach.ui.present.line import Line, line, piece
from coach.ui.widgets.roles import Roles


def welcome() -> tuple[Line, ...]:
    """Return what to know before the first move, with the engineer's own keys."""
    shown = {each.id: each.shown_key for each in keys.REGISTRY}
    return (
        line(" The next move is always on the screen; a step is done when runs show it.", fit="cut"),
        line(" Save a file and the test runs. Your checkout is never touched.", fit="cut"),
        line(
            " ",
            (f" {shown['help']} ", "key"),
            " all keys  ",
            piece(" ctrl+p ", "key"),
            " find any action  ",
            ("your next move takes this away", "dim"),
            fit="cut",
        ),
    )


class Welcome(Roles):
    """Shows the lines."""

    def render_line(self, y: int) -> Strip:
        width, lines = self.size.width, welcome()
        rows = flow([lines[y]], width) if y < len(lines) and width > 0 else []
        drawn = literal.strip(rows[0].pieces, self.style_of) if rows else Strip([])
        return drawn.crop_extend(0, width, self.base)
