"""Dialogs of lines: to read, to confirm, to choose from. A title stands in the upper edge of the frame, keys in the lower one."""

from collections.abc import Callable
from typing import ClassVar, Generic

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from coach.core.base.text import safe_line
from coach.tui import safe_render
from coach.tui.dialogs.dialog import T
from coach.tui.dialogs.find_dialog import FIND, FindDialog
from coach.tui.views.key_name import keyed, shown_key
from coach.tui.views.line import Line
from coach.tui.views.search_menu import Offer, offer_lines
from coach.tui.widgets.line_panel import LinePanel


class TextDialog(FindDialog[T], Generic[T]):
    """Shows lines; subclasses say what can be answered."""

    SHAPE: ClassVar[str] = "-short"
    """Classes of the style sheet: ``-short`` is as high as its lines, ``-tall`` as high as the screen."""

    def __init__(
        self, title: str, keys: tuple[tuple[str, str], ...], lines: tuple[Line, ...], marked: str = ""
    ) -> None:
        """Show ``lines``; ``keys`` and what they do stand in the frame, ``marked`` is the key of the line the cursor begins on."""
        super().__init__()
        self._title, self._keys, self._lines, self._marked = title, keys, lines, marked

    def compose(self) -> ComposeResult:
        window = Vertical(classes=f"window {self.SHAPE}")
        window.border_title = safe_render.plain(self._title)
        window.border_subtitle = self.own_keys()
        with window:
            yield LinePanel("sheet")

    def own_keys(self) -> Content:
        return safe_render.frame_keys(*self._keys)

    def on_mount(self) -> None:
        panel = self.query_one("#sheet", LinePanel)
        panel.show(self._lines, marked=self._marked)
        panel.focus()


class ReadDialog(TextDialog[str]):
    """A long text: all keys, plots, two runs side by side. Returns the key of a line that was chosen, where lines have one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,q", "leave", show=False, priority=True)
    ]
    SHAPE = "-tall"

    def __init__(self, title: str, lines: tuple[Line, ...]) -> None:
        first = ("enter", "does it") if any(each.key for each in lines) else ("↑ ↓", "scroll")
        super().__init__(title, (first, (shown_key(FIND), "finds"), ("esc", "closes")), lines)

    @on(LinePanel.Chosen)
    def _chosen(self, message: LinePanel.Chosen) -> None:
        self.dismiss(message.key)


class ConfirmDialog(TextDialog[bool]):
    """What would happen: enter returns True, esc leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "agree", show=False, priority=True)]

    def __init__(self, title: str, verb: str, lines: tuple[Line, ...], otherwise: str = "leaves") -> None:
        """Show ``lines``; the frame says that enter does what ``verb`` says and esc what ``otherwise`` says."""
        super().__init__(title, (("enter", verb), ("esc", otherwise)), lines)

    def action_agree(self) -> None:
        self.dismiss(True)  # noqa: FBT003 - textual's signature


class LoopDialog(TextDialog[str]):
    """A loop that calls for a stop; returns the id of the action that was chosen. Keys mean what they mean on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,L", "leave", show=False)]
    SHAPE = "-short -stop"

    def __init__(self, title: str, lines: tuple[Line, ...], answers: dict[str, str]) -> None:
        """Show ``lines``; ``answers`` is key → id of the action it chooses."""
        super().__init__(f"⚠ {title}", (("esc", "goes on; the notice stays"),), lines)
        self._answers = answers

    def on_key(self, event: events.Key) -> None:
        if event.key in self._answers:
            event.stop()
            self.dismiss(self._answers[event.key])


class Chooser(TextDialog[int]):
    """One of several things, each some lines long; returns its index. A line's key is its thing's number, from 1."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", show=False)]
    SHAPE = "-short"

    def __init__(
        self, title: str, verb: str, lines: tuple[Line, ...], count: int, *, marked: int = 0
    ) -> None:
        """Offer ``count`` things; enter takes the one at index ``marked`` until the cursor is moved."""
        keys = ((f"1 … {count} or enter", verb), ("esc", "leaves"))
        super().__init__(title, keys, lines, str(marked + 1))
        self._count = count

    def on_key(self, event: events.Key) -> None:
        if event.key.isdigit() and 1 <= int(event.key) <= self._count:
            event.stop()
            self.choose(int(event.key) - 1)

    @on(LinePanel.Chosen)
    def _chosen(self, message: LinePanel.Chosen) -> None:
        self.choose(int(message.key) - 1)

    def choose(self, index: int) -> None:
        """Take the one at ``index``."""
        self.dismiss(index)


class SearchChooser(Chooser):
    """Which search to begin, and where: what each asks, what it costs, and why it is not possible now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("B", "leave", show=False),
        Binding("o", "elsewhere", show=False),
        Binding("O", "ask_where", show=False),
    ]

    def __init__(
        self,
        offers: tuple[Offer, ...],
        advised: str = "",
        clusters: tuple[str, ...] = (),
        on: str = "",
        why_not: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Offer searches; the cursor begins on the kind that is ``advised``, else on the first that is possible.

        ``clusters`` are addresses that may be chosen besides this machine; ``on`` is the one it begins with; ``why_not`` says why
        one that is typed cannot be used.
        """
        possible = [number for number, each in enumerate(offers) if not each.why_not]
        wanted = [number for number in possible if offers[number].kind.name == advised]
        first = next(iter((*wanted, *possible)), 0)
        super().__init__("Search for the cause", "begins", offer_lines(offers), len(offers), marked=first)
        self._offers, self._places, self._why_not = offers, ("", *clusters), why_not
        self.on = on if on in clusters else ""
        """The cluster that was chosen; empty: this machine."""

    def own_keys(self) -> Content:
        """Say where it would be carried out, and how to choose another place."""
        where = safe_line(f"on {self.on}" if self.on else "here", limit=30)
        there = (("o", where), ("O", "another place")) if len(self._places) > 1 else (("O", "on a cluster"),)
        return safe_render.frame_keys(*self._keys, *there)

    def action_elsewhere(self) -> None:
        """Choose the next place."""
        self._take_place(self._places[(self._places.index(self.on) + 1) % len(self._places)])

    def action_ask_where(self) -> None:
        """Ask for the address of a place."""
        from coach.tui.dialogs.question import Question
        from coach.tui.dialogs.reason import ReasonForm

        text = "tls://HOST:PORT is a Dask scheduler; local:4 is four processes of this machine."
        asked = Question("Where to carry it out", text, label="address", why_not=self._why_not)
        self.app.push_screen(ReasonForm(asked), self._typed)

    def _typed(self, address: str | None) -> None:
        if address:
            self._places = tuple(dict.fromkeys((*self._places, address)))
            self._take_place(address)

    def _take_place(self, address: str) -> None:
        self.on = address
        self.query_one(".window", Vertical).border_subtitle = self.own_keys()

    def choose(self, index: int) -> None:
        """Begin it, or say in the frame why not."""
        if why_not := self._offers[index].why_not:
            self.query_one(".window", Vertical).border_subtitle = safe_render.plain(f"⚠ {keyed(why_not)}")
        else:
            super().choose(index)
