"""A window over the session: fields to fill in, ctrl+s keeps them, esc leaves everything as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.console import ConsoleRenderable, RenderableType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from coach.tui import safe_render
from coach.tui.dialogs.backdrop import LASTS, Below
from coach.tui.textual_private import PaintedWholeScreen, forget_drawn_rows
from coach.tui.type_ahead import TypeAheadScreen
from coach.tui.widgets.choice import Choice
from coach.tui.widgets.roles import ROLE_CLASSES
from coach.tui.widgets.text_area import Tall

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``choices`` make it a choice, ``is_tall`` an area of several lines."""

    id: str
    label: str
    value: str = ""
    hint: str = ""
    is_tall: bool = False
    choices: tuple[str, ...] = ()


class Dialog(PaintedWholeScreen[T | None], TypeAheadScreen[T | None], ModalScreen[T | None], Generic[T]):
    """What every window shares: its frame, esc, and that keys typed before it is drawn are kept for it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    awaits_focus = True

    def __init__(self) -> None:
        super().__init__()
        self._below = Below()
        self._again: Timer | None = None

    def render(self) -> RenderableType:
        """Draw what lies below: textual would dim it anew at every redraw of the window, and whenever a figure there ticks."""
        below = super().render()
        if not isinstance(below, ConsoleRenderable):  # nothing lies below: a plain ground of Textual's
            return below
        if self._below.is_fresh and self._again is None:
            # What changes below from here on is drawn then.
            self._again = self.set_timer(LASTS, self._draw_again)
        return self._below.of(below)

    def _draw_again(self) -> None:
        self._again = None
        self.refresh()

    def on_unmount(self) -> None:
        forget_drawn_rows()

    def action_leave(self) -> None:
        self.dismiss(None)


class Form(Dialog[T], Generic[T]):
    """A window of fields. ``make`` turns them into the answer, or says what is missing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "keep", show=False, priority=True),
        # Before the next key is looked at: what is typed right after it is for the next field.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]
    TITLE_TEXT = ""

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, str] = {}
        """What each field showed before anybody typed."""

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
        window.border_subtitle = safe_render.plain("ctrl+s keeps · esc leaves")
        with window, VerticalScroll(classes="body", can_focus=False):
            if self.question():
                yield Static(safe_render.plain(self.question()), classes="question", markup=False)
            yield from self._widgets()

    def on_input_submitted(self) -> None:
        self.action_go_on()

    def action_go_on(self) -> None:
        """Enter keeps the form in its last field, and moves on in those before."""
        if self.focused is self.query("Input, TextArea, Choice").last():
            self.action_keep()
        else:
            self.focus_next()

    def action_keep(self) -> None:
        """Keep what is written, after the field has taken in what was typed before this key."""
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
        """Return what a field holds now; one that nobody typed into holds what it began with, also what cannot be shown."""
        text = self._value(self.query_one(f"#field-{field.id}"))
        return field.value if text == self._shown[field.id] and not field.choices else text

    @staticmethod
    def _value(widget: Widget) -> str:
        if isinstance(widget, TextArea):
            return widget.text
        if isinstance(widget, Choice):
            return widget.chosen
        assert isinstance(widget, Input)
        return widget.value


def _widget(field: Field) -> Widget:
    name = f"field-{field.id}"
    value = safe_render.editable(field.value)
    if field.choices:
        return Choice(field.choices, value, id=name)
    if field.is_tall:
        return Tall(value, name, field.hint)
    return Input(" ".join(value.split("\n")), id=name, placeholder=field.hint, select_on_focus=False)
