"""A dialog of fields: ctrl+s keeps what is written in them, esc leaves everything as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from coach.tui import safe_render
from coach.tui.dialogs.dialog import Dialog, T
from coach.tui.widgets.choice import Choice
from coach.tui.widgets.text_area import FormTextArea


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    id: str
    label: str
    """Stands in its frame."""
    value: str = ""
    """What it begins with."""
    hint: str = ""
    """Shown while it is empty."""
    is_tall: bool = False
    """Whether it takes several lines."""
    choices: tuple[str, ...] = ()
    """The words of which it takes one; empty: any text."""


class Form(Dialog[T], Generic[T]):
    """Fields, and ``make``, which turns what is in them into the answer or says what is missing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", show=False, priority=True),
        # With priority, so that the focus moves before the next key is handled: that one is for the next field.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]
    TITLE_TEXT = ""

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, str] = {}
        """What each field showed first, by its id."""

    def fields(self) -> tuple[Field, ...]:
        """Return the fields, top to bottom."""
        raise NotImplementedError

    def make(self, values: dict[str, str]) -> T | str:
        """Return the answer; a string says what is still missing."""
        raise NotImplementedError

    def question(self) -> str:
        """Return what is asked, shown above the fields; may be empty."""
        return ""

    def compose(self) -> ComposeResult:
        window = Vertical(classes="window")
        window.border_title = safe_render.plain(self.TITLE_TEXT)
        window.border_subtitle = safe_render.frame_keys(("ctrl+s", "keeps"), ("esc", "leaves"))
        with window, VerticalScroll(classes="body", can_focus=False):
            if self.question():
                yield Static(safe_render.plain(self.question()), classes="question", markup=False)
            yield from self._widgets()

    def on_input_submitted(self) -> None:
        self.action_go_on()

    def action_go_on(self) -> None:
        """Enter: keep the form in its last field, go to the next one in those before."""
        if self.focused is self.query("Input, TextArea, Choice").last():
            self.action_keep()
        else:
            self.focus_next()

    def action_keep(self) -> None:
        """Keep what is written."""
        # After the field has handled the keys before this one, which still wait in its queue.
        (self.focused or self).call_later(self._keep)

    def _keep(self) -> None:
        answer = self.make({field.id: self._kept(field) for field in self.fields()})
        if isinstance(answer, str):
            self.warn(answer)
            return
        self.dismiss(answer)

    def warn(self, missing: str) -> None:
        """Say in the frame what is missing."""
        self.query_one(".window", Vertical).border_subtitle = safe_render.plain(f"⚠ {missing}")

    def _widgets(self) -> Iterator[Widget]:
        for field in self.fields():
            widget = _widget(field)
            widget.border_title = safe_render.plain(field.label)
            self._shown[field.id] = self._value(widget)
            yield widget

    def _kept(self, field: Field) -> str:
        """Return the text of a field. One that was not typed into keeps its value, also characters that cannot be shown."""
        text = self._value(self.query_one(f"#field-{field.id}"))
        return field.value if text == self._shown[field.id] and not field.choices else text

    @staticmethod
    def _value(widget: Widget) -> str:
        if isinstance(widget, FormTextArea):
            return widget.kept
        if isinstance(widget, Choice):
            return widget.chosen
        assert isinstance(widget, Input)
        return widget.value


_COLUMNS = 64
"""Cells of a field in a window on 80 columns, less what words lose at the ends of rows."""
_MOST_ROWS = 5


def _widget(field: Field) -> Widget:
    name = f"field-{field.id}"
    value = safe_render.editable(field.value)
    if field.choices:
        return Choice(field.choices, value, id=name)
    if field.is_tall:
        return FormTextArea(value, name, field.hint)
    text = " ".join(value.split("\n"))
    rows = -(-cell_len(text) // _COLUMNS)
    if rows > 1:  # an answer that is accepted as it is filled must be seen whole
        return FormTextArea(text, name, field.hint, rows=min(rows, _MOST_ROWS))
    return Input(text, id=name, placeholder=field.hint, select_on_focus=False)
