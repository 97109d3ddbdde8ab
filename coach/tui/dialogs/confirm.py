"""A question that changes files: what would happen, enter does it, esc leaves everything as it is."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from coach.tui.dialogs.text_dialog import TextDialog
from coach.tui.views.line import Line


class ConfirmScreen(TextDialog[bool]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "agree", show=False, priority=True)]

    def __init__(self, title: str, verb: str, lines: tuple[Line, ...], otherwise: str = "leaves") -> None:
        super().__init__(title, f"enter {verb} · esc {otherwise}", lines)

    def action_agree(self) -> None:
        self.dismiss(True)  # noqa: FBT003 - textual's signature
