"""The least that a Textual application can be: five widgets, and a window with a list over them. coach is measured against it.

It paints ``READY`` when it takes keys; ``?`` opens the window, whose frame says ``esc closes`` as those of coach do, and closes it.
"""

from typing import ClassVar

from textual.app import App
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Header, OptionList, RichLog, Static

READY = "READY-MARK"
ROWS = 80
"""Entries of the list: about as many as coach has keys."""


class Keys(ModalScreen[None]):
    BINDINGS: ClassVar = [("question_mark,escape", "dismiss", "close")]
    CSS = """
    Keys { align: center middle; }
    Keys Vertical { width: 96; height: 92%; border: round $accent; padding: 0 1; }
    Keys OptionList { height: 1fr; border: none; }
    """

    def compose(self):
        with Vertical() as window:
            window.border_title, window.border_subtitle = "Keys", "esc closes"
            yield OptionList(*(f"{number:>12}  what the key number {number} does" for number in range(ROWS)))


class Minimal(App[None]):
    BINDINGS: ClassVar = [("question_mark", "keys", "keys")]

    def compose(self):
        yield Header()
        yield Static("hello")
        yield DataTable()
        yield RichLog()
        yield Footer()

    def on_ready(self):
        self.query_one(Static).update(READY)

    def action_keys(self):
        self.push_screen(Keys())


if __name__ == "__main__":
    Minimal().run()
