"""Open the editor at the place that matters in the step."""

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from coach.tui.editor import argv_for
from coach.tui.views.failure_lines import place_of
from coach.tui.views.selecting import selected_suspect

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def place(screen: "SessionScreen") -> tuple[str, int]:
    """Return what the step is about: the selected suspect, the pinned test, else the line that failed."""
    state = screen.state
    suspect = selected_suspect(state, screen.looking)
    if state.step_id == "failing-test" and state.pin:
        return state.pin.path, state.pin.line
    if suspect and (state.step_id == "isolate" or not place_of(state)[0]):
        return suspect.path, suspect.line
    if place_of(state)[0]:
        return place_of(state)
    return (state.pin.path, state.pin.line) if state.pin else ("", 0)


def open_editor(screen: "SessionScreen") -> None:
    path, line = place(screen)
    if not path:
        screen.say("no line of the project's own code is known yet; ‹run› runs the target")
        return
    root = screen.state.opened.checkout.root if screen.state.opened else ""
    argv, absolute = argv_for(root, path, line)
    if not argv:
        screen.say(f"no editor: set VISUAL or EDITOR. The place is {absolute}:{line}")
    elif not absolute.exists():
        screen.say(f"{absolute} is not there (any more)")
    else:
        _run(screen, argv, absolute, line)


def _run(screen: "SessionScreen", argv: list[str], absolute: Path, line: int) -> None:
    try:
        with screen.app.suspend():
            code = subprocess.run(argv, check=False).returncode
    except SuspendNotSupported:
        screen.say(f"this terminal cannot be handed over. The place is {absolute}:{line}")
    except OSError as error:
        screen.say(f"{argv[0]} did not start: {error.strerror}. The place is {absolute}:{line}")
    else:
        if code:
            screen.say(f"{shlex.join(argv)} ended with {code}")
