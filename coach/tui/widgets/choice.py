"""A field that takes one of a few words, all in view: ← and → choose at once.

Textual's RadioSet moves a cursor first and asks for another key to choose.
"""

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from coach.core.base.text import safe_line


class Choice(Widget, can_focus=True):
    """A row of words, one of them chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "turn(-1)", show=False),
        Binding("right,down,space", "turn(1)", show=False),
        Binding("enter", "screen.go_on", show=False),
    ]

    def __init__(self, choices: tuple[str, ...], chosen: str, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._choices = choices
        self.chosen = chosen if chosen in choices else choices[0]

    def render(self) -> Content:
        return Content("   ").join(
            Content.styled(f"● {safe_line(each)}", "bold $accent")
            if each == self.chosen
            else Content.styled(f"○ {safe_line(each)}", "$text-muted")
            for each in self._choices
        )

    def action_turn(self, way: int) -> None:
        here = self._choices.index(self.chosen)
        self._choose(self._choices[(here + way) % len(self._choices)])

    def on_click(self, event: events.Click) -> None:
        at = self.gutter.left
        for each in self._choices:
            wide = cell_len(safe_line(each)) + 2
            if at <= event.x < at + wide:
                self._choose(each)
            at += wide + 3

    def _choose(self, word: str) -> None:
        self.chosen = word
        self.refresh()
