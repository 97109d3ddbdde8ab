"""The message line above the footer, and the banner above the panels."""

from dataclasses import dataclass

from coach.core.base.text import safe_line
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.run_scope import SCOPE_WORDS
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_of, shown_key
from coach.tui.views.line import BLANK, Line, line, linked, piece
from coach.tui.views.link import Press
from coach.tui.views.output import running
from coach.tui.views.view_state import ViewState


def banner(unsaved: str, read_only: str) -> Line | None:
    """Return what must not be overlooked, if anything."""
    if unsaved:
        offer = f" ⚠ not saved, kept in memory · {shown_key('keep-elsewhere')} another place · "
        link = Press("keep-elsewhere")
        return line(*linked(link, (piece(offer, "warn"), piece(unsaved, "warn"))), fit="cut")
    if read_only:
        return line((" ○ read only: ", "warn"), (read_only, "warn"), fit="cut")
    return None


@dataclass(frozen=True, slots=True)
class Notices:
    """What the message line may show at the moment, from the most to the least urgent; empty: nothing of that kind."""

    found: str = ""
    """How many places a text was found at."""
    message: str = ""
    """A sentence for the engineer; with ``⚠`` in front it is a warning."""
    under_mouse: Line = BLANK
    """What a click would do, where the mouse is over something that does."""
    read_only: str = ""


def message(state: SessionState, snapshot: LiveSnapshot, view: ViewState, notices: Notices) -> Line:
    """Return the most urgent notice, else what runs (``snapshot`` is of it), else what a save does."""
    found = (piece(" / ", "accent"), piece(f"{notices.found} ")) if notices.found else ()
    if text := notices.message:
        mark, shown = ("⚠", text[1:].strip()) if text.startswith("⚠") else ("›", text)
        return line(*found, (f" {mark} ", "warn" if mark == "⚠" else "accent"), piece(shown), fit="cut")
    if found:
        return line(*found, ("· esc shows all", "dim"), fit="cut")
    if notices.under_mouse != BLANK:
        return notices.under_mouse
    if notices.read_only or state.closed:
        return BLANK
    if state.awaited_runs:
        return running(state, snapshot, view.now)
    return _beside_runs(state, view)


def _beside_runs(state: SessionState, view: ViewState) -> Line:
    """Say what goes on while no run is awaited: a search, the investigation, else what a save does."""
    if state.awaited_search:
        from coach.tui.views.search import searching

        return searching(state.awaited_search, view.now)
    if state.investigation and state.is_investigating:
        from coach.tui.views.measuring import investigating

        return investigating(state, state.investigation, view.now, view.width)
    return _idle(state)


def _idle(state: SessionState) -> Line:
    edit = state.last_edit
    if edit and edit.after_run == state.last_number and state.runs:
        files = safe_line(edit.paths[0]) if len(edit.paths) == 1 else f"{len(edit.paths)} files"
        return line(
            (" ◐ ", "warn"),
            f"{files} edited since #{state.last_number}. ",
            key_of("run"),
            (" runs it.", "dim"),
            fit="cut",
        )
    if state.watching and state.scope != "all":
        reach = piece(f" ○ on save: {SCOPE_WORDS[state.scope]}", "accent")
        return line(reach, figure=(key_of("widen"), piece(" all again ", "dim")), fit="cut")
    if state.watching:
        return line((" ○ watching: a save runs ", "dim"), (SCOPE_WORDS["all"], "dim"), fit="cut")
    note = f"{state.watch_note}. " if state.watch_note else ""
    return (
        line(
            (" ○ runs on save are off. ", "dim"),
            (note, "dim"),
            key_of("watching"),
            (" resumes them.", "dim"),
            fit="cut",
        )
        if state.step
        else BLANK
    )
