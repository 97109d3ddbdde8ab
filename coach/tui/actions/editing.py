"""Open the editor at the place that matters in the step."""

import shlex
import subprocess
from pathlib import Path

from textual.app import SuspendNotSupported

from coach.core.workflow.place_found import place_found
from coach.tui.actions.context import ActionContext
from coach.tui.availability import elsewhere
from coach.tui.editor import argv_for
from coach.tui.views.failure_lines import place_of
from coach.tui.views.selecting import selected_suspect


def place(context: ActionContext) -> tuple[str, int]:
    """Return (path, line) of what the step is about: the selected suspect, the pinned test, else the line that failed.

    Once measuring has named a place, it is that one in every step.

    The path is relative to the project's root; ("", 0) when no place is known.
    """
    state = context.state
    suspect = selected_suspect(state, context.view)
    found = place_found(state)
    if state.step_id == "isolate" and suspect:
        return suspect.path, suspect.line
    if found:
        return found.place.path, found.place.line
    if state.step_id == "failing-test" and state.pin:
        return state.pin.path, state.pin.line
    if suspect and not place_of(state)[0]:
        return suspect.path, suspect.line
    if place_of(state)[0]:
        return place_of(state)
    return (state.pin.path, state.pin.line) if state.pin else ("", 0)


def open_editor(context: ActionContext) -> None:
    path, line = place(context)
    if not path:
        context.show_message("no line of the project's own code is known yet; ‹run› runs the target")
        return
    _open(context, _root(context), path, line)


def open_place(context: ActionContext, path: str, line: int) -> None:
    """Open a place that was clicked. It may stand in what a test printed: only a regular file of the project is opened.

    A path is looked for from the project's root, and from the folder in which runs start.
    """
    if away := elsewhere(context.port.read_only):
        context.show_message(away)
        return
    checkout = context.state.opened.checkout if context.state.opened else None
    folders = (checkout.root, checkout.start) if checkout else ()
    found = next((each for each in folders if _is_inside(Path(each, path), _root(context))), None)
    if found is None:
        context.show_message(f"no file of the project: {path}")
    else:
        _open(context, found, path, line)


def _is_inside(place: Path, root: str) -> bool:
    """Whether a path, whatever links it goes through, is a regular file below ``root``."""
    try:
        real = place.resolve()
        return real.is_file() and real.is_relative_to(Path(root).resolve())
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL in it, links in a circle
        return False


def _root(context: ActionContext) -> str:
    return context.state.opened.checkout.root if context.state.opened else ""


def _open(context: ActionContext, root: str, path: str, line: int) -> None:
    argv, absolute = argv_for(root, path, line)
    if not argv:
        context.show_message(f"no editor: set VISUAL or EDITOR. The place is {absolute}:{line}")
    elif not absolute.exists():
        context.show_message(f"{absolute} is not there (any more)")
    else:
        _run(context, argv, absolute, line)


def _run(context: ActionContext, argv: list[str], absolute: Path, line: int) -> None:
    try:
        with context.app.suspend():
            code = subprocess.run(argv, check=False).returncode
    except SuspendNotSupported:
        context.show_message(f"this terminal cannot be handed over. The place is {absolute}:{line}")
    except OSError as error:
        context.show_message(f"{argv[0]} did not start: {error.strerror}. The place is {absolute}:{line}")
    else:
        if code:
            context.show_message(f"{shlex.join(argv)} ended with {code}")
