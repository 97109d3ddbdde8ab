"""Finding a text in a panel: the input below it, and its keys. A list is narrowed to what holds the text, a text is marked."""

from typing import TYPE_CHECKING, Generic, TypeVar

from coach.tui.type_ahead import TypeAheadScreen
from coach.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:  # the input costs 20 ms to import, and waits for its first use
    from textual.widgets import Input

T = TypeVar("T")
_WORK_WHILE_TYPING = {"f1", "ctrl+z"}
_WITH_PRIORITY = frozenset({"press", "escape", "agree", "leave"})
"""Actions of screens whose keys are bound with priority: while a text is typed the keys are the input's."""


class TextFindScreen(TypeAheadScreen[T], Generic[T]):
    """A screen with panels, in one of which a text can be looked for at a time."""

    _searched: LinePanel | None = None

    @property
    def panel(self) -> LinePanel:
        """The panel in which a text would be looked for now."""
        raise NotImplementedError

    @property
    def found(self) -> str:
        """How much was found; empty while nothing is looked for."""
        return self._searched.found if self._searched else ""

    @property
    def is_searched(self) -> bool:
        """Whether a text is looked for: a list may show less than it holds."""
        return bool(self.found)

    def mount_find(self, found: "Input") -> None:
        """Put the input where it belongs on this screen."""
        raise NotImplementedError

    def paint_message(self) -> None:
        """Show how much was found."""
        raise NotImplementedError

    def find_text(self) -> None:
        """Open the input, with nothing in it."""
        from coach.tui.widgets.text_find_input import TextFindInput

        self.drop_find()
        self._searched = self.panel
        self.awaits_focus = True
        if not self.query("#text-find"):
            self.mount_find(TextFindInput(self._searched))
            return
        found = self.query_one("#text-find", TextFindInput)
        found.begin(self._searched)

    def action_find_text(self) -> None:
        self.find_text()

    def on_input_changed(self, event: "Input.Changed") -> None:
        if event.input.id == "text-find" and self._searched:
            event.stop()
            self._searched.find(event.value)
            self.paint_message()

    def on_input_submitted(self) -> None:
        """Go to the next place of a text; in a list, to its entries, which stay as few as they are."""
        if self._searched and self._searched.is_list:
            self._searched.focus()
        else:
            self.action_find_next(1)

    def action_find_next(self, way: int) -> None:
        """Go to the next place (``way`` 1) or the one before (-1); in a list, move its cursor."""
        if self._searched and self._searched.is_list:
            self._searched.action_move(way)
        elif self._searched:
            self._searched.find_next(way)
        self.paint_message()

    def action_end_find(self) -> None:
        """Show everything again, and give the focus back to the panel."""
        panel = self._searched or self.panel
        self.drop_find()
        panel.focus()

    def drop_find(self) -> None:
        """Show everything again: nothing may be left out of a list without a word."""
        if self._searched:
            self._searched.find("")
            self._searched = None
            self.query("#text-find").remove_class("-on")
            self.paint_message()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the input while it is typed in: they are bound with priority over it."""
        is_typed_in = self.focused is not None and self.focused.id == "text-find"
        return not (
            is_typed_in and action in _WITH_PRIORITY and not _WORK_WHILE_TYPING & set(map(str, parameters))
        )
