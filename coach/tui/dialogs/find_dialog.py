"""A window with a panel in which a text can be looked for, by the same key and in the same way as on the screen of the session."""

from typing import TYPE_CHECKING, ClassVar, Generic

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from coach.tui import keys, safe_render
from coach.tui.dialogs.dialog import Dialog, T
from coach.tui.text_find import TextFindScreen
from coach.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from textual.widgets import Input

FIND = "search"


def _bindings() -> list[BindingType]:
    found = keys.action(FIND)
    return [Binding(key, "find_text", show=False) for key in (found.keys if found else ())]


class FindDialog(Dialog[T], TextFindScreen[T | None], Generic[T]):
    """Its frame says how much was found, in place of its keys. Esc ends that first."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    @property
    def panel(self) -> LinePanel:
        return self.query_one(LinePanel)

    def mount_find(self, found: "Input") -> None:
        self._window.mount(found)

    def own_keys(self) -> Content:
        """Return what the frame says of keys while no text is looked for."""
        raise NotImplementedError

    def paint_message(self) -> None:
        found = safe_render.frame_keys(("/", self.found), ("esc", "shows all"))
        self._window.border_subtitle = found if self.found else self.own_keys()

    def action_leave(self) -> None:
        """End the finding; without one, return None: everything stays as it was."""
        if self.is_searched:
            self.action_end_find()
        else:
            super().action_leave()

    @property
    def _window(self) -> Vertical:
        return self.query_one(".window", Vertical)
