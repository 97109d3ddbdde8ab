"""The footer: what is possible now, the advised action first and lit."""

from rich.cells import cell_len
from textual import events
from textual.message import Message

from coach.tui.key_action import KeyAction
from coach.tui.views.line import Line, Piece, line, piece
from coach.tui.widgets.one_line import OneLine

_LAST = ("help", "palette")


class Footer(OneLine):
    """Keys as a row; a click on one presses it."""

    class Pressed(Message):
        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._actions: tuple[KeyAction, ...] = ()
        self._click_areas: list[tuple[int, int, str]] = []
        """(first cell, cell after the last, id of the action)."""
        self._advised = ""

    def show_actions(self, actions: tuple[KeyAction, ...], advised: str) -> None:
        """Show as many as there is room for, from the first on; ``advised`` is the id of the one that is lit."""
        self._actions, self._advised = actions, advised
        self.show(self._fit)

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._click_areas:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))

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
        self._click_areas = []
        left = self._pieces(shown, 0)
        right = self._pieces(last, width - sum(_width(each) for each in last))
        return line(*left, figure=tuple(right), fit="cut")

    def _pieces(self, actions: list[KeyAction], at: int) -> list[Piece]:
        parts: list[Piece] = []
        for each in actions:
            lit = each.id == self._advised
            parts += [
                piece(f" {each.shown_key} ", "next" if lit else "key"),
                piece(f" {each.label}  ", "accent" if lit else "dim"),
            ]
            self._click_areas.append((at, at + _width(each), each.id))
            at += _width(each)
        return parts


def _width(each: KeyAction) -> int:
    return cell_len(each.shown_key) + cell_len(each.label) + 5
