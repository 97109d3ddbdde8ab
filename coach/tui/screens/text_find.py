"""Finding a text in the panel that is shown: the input below the panels, and its keys."""

from typing import TYPE_CHECKING

from coach.tui.type_ahead import TypeAheadScreen
from coach.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:  # the input costs 20 ms to import, and waits for its first use
    from textual.widgets import Input

_WORK_WHILE_TYPING = {"f1", "ctrl+z"}


class TextFindScreen(TypeAheadScreen[None]):
    """A screen with panels, one of which is shown and can be searched for a text."""

    @property
    def shown_panel(self) -> LinePanel:
        """The panel in which the text is found."""
        raise NotImplementedError

    def paint_message(self) -> None:
        """Show how many places were found."""
        raise NotImplementedError

    def find_text(self) -> None:
        """Open the input, with nothing in it."""
        from coach.tui.widgets.text_find_input import TextFindInput

        self.awaits_focus = True
        if not self.query("#text-find"):
            hint = "search · enter next · ↑ previous · esc leaves"
            self.mount(TextFindInput(id="text-find", placeholder=hint, compact=True), before="#message")
            return
        found = self.query_one("#text-find", TextFindInput)
        found.value = ""
        found.add_class("-on")
        found.focus()

    def on_input_changed(self, event: "Input.Changed") -> None:
        self.shown_panel.find(event.value)
        self.paint_message()

    def on_input_submitted(self) -> None:
        self.action_find_next(1)

    def action_find_next(self, way: int) -> None:
        """Go to the next place (``way`` 1) or the one before (-1)."""
        self.shown_panel.find_next(way)
        self.paint_message()

    def action_end_find(self) -> None:
        """Take the marks away and give the focus back to the panel."""
        self.shown_panel.find("")
        self.query_one("#text-find").remove_class("-on")
        self.shown_panel.focus()
        self.paint_message()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the input while it is typed in: they are bound with priority over it."""
        is_typed_in = self.focused is not None and self.focused.id == "text-find"
        is_key_action = action in {"press", "escape"}
        return not (is_typed_in and is_key_action and not _WORK_WHILE_TYPING & set(map(str, parameters)))
