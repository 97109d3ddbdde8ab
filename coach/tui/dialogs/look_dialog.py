"""A window that only shows something: the next move stays in view above it, and the keys of the session work in it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from coach.session.port import SessionPort
from coach.tui import keys, safe_render
from coach.tui.dialogs.find_dialog import FIND, FindDialog

POLL_SECONDS = 0.2
"""A dialog is no listener of the session: it asks for something newer this often."""
Pressed = tuple[str, str]
"""An action of the registry of keys, and the key that stands for it."""


def _bindings() -> list[BindingType]:
    """Bind the session's keys without priority: a key that the window itself uses stays the window's."""
    return [
        Binding(key, f"go_on('{each.id}', '{key}')", show=False)
        for each in keys.REGISTRY
        for key in each.keys
        if each.id not in {"palette", FIND} and key not in {"ctrl+q", "q"}
    ]


class LookDialog(FindDialog[Pressed]):
    """Returns the action whose key left the window; None when esc left it.

    ``NAME`` is the action that opens it, ``own_keys`` what its frame says of keys of its own.
    """

    NAME: ClassVar[str]

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    def __init__(self, port: SessionPort, own_keys: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._port, self._own_keys = port, own_keys
        self._framed: tuple[object, ...] = ()
        self._of_move: tuple[tuple[str, str], ...] = ()

    def on_mount(self) -> None:
        self.show_newest()
        self.set_interval(POLL_SECONDS, self.show_newest)

    def show_newest(self) -> None:
        """Show what is newer than what is shown, and frame it."""
        raise NotImplementedError

    def frame(self, title: str) -> None:
        """Say in the frame what is shown, which key makes the next move, and those of the window."""
        move = None if self._port.read_only else keys.advised(self._port.state)
        is_other = move is not None and move.id != self.NAME
        self._of_move = ((move.shown_key, f" {move.label}"),) if move and is_other else ()
        if (title, self._of_move) != self._framed:
            self._framed = (title, self._of_move)
            window = self.query_one(".window", Vertical)
            window.border_title = safe_render.plain(title)
            self.paint_message()

    def own_keys(self) -> Content:
        return safe_render.frame_keys(*self._of_move, *self._own_keys)

    def action_go_on(self, action_id: str, key: str) -> None:
        """Leave, and let the session do what the key stands for: Next is seen above, so its key must work."""
        self.dismiss((action_id, key))
