"""The footer: what is possible now, the advised action first and lit."""

from rich.cells import cell_len

from coach.tui.key_action import KeyAction
from coach.tui.views.line import Line, Piece, line, piece
from coach.tui.views.link import Press
from coach.tui.widgets.one_line import OneLine

_LAST = ("help", "palette")


class Footer(OneLine):
    """Keys as a row; a click on one presses it."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._actions: tuple[KeyAction, ...] = ()
        self._advised = ""

    def show_actions(self, actions: tuple[KeyAction, ...], advised: str) -> None:
        """Show as many as there is room for, from the first on; ``advised`` is the id of the one that is lit."""
        self._actions, self._advised = actions, advised
        self.show(self._fit)

    def _fit(self, width: int) -> Line:
        """Fill the row from the left with what fits; help and palette keep their place at the right."""
        last = [each for each in self._actions if each.id in _LAST]
        room = width - sum(_width(each) for each in last) - 2
        if room < 12:
            last, room = [], width - 1
        shown: list[KeyAction] = []
        for each in self._actions:
            if each.id not in _LAST and _width(each) <= room:
                shown.append(each)
                room -= _width(each)
        return line(*self._pieces(shown), figure=tuple(self._pieces(last)), fit="cut")

    def _pieces(self, actions: list[KeyAction]) -> list[Piece]:
        parts: list[Piece] = []
        for each in actions:
            lit, link = each.id == self._advised, Press(each.id, each.shown_key)
            parts += [
                piece(f" {each.shown_key} ", "next" if lit else "key", link=link),
                piece(f" {each.label}  ", "accent" if lit else "dim", link=link),
            ]
        return parts


def _width(each: KeyAction) -> int:
    return cell_len(each.shown_key) + cell_len(each.label) + 5
