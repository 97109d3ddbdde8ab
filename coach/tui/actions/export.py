"""Hand the session on: preview, then the clipboard or a file. What left is told to the session."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from coach.core.base.text import safe_line
from coach.core.protocol.commands import NoteExport
from coach.tui.actions.run_assistant import give
from coach.tui.dialogs.export_preview import ExportScreen, Outgoing
from coach.tui.dialogs.question import Question
from coach.tui.dialogs.reason import ReasonScreen

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def open_export(screen: "SessionScreen") -> None:
    state = screen.state

    def taken(outgoing: Outgoing | None) -> None:
        if outgoing is None:
            return
        if outgoing.way == "clipboard":
            _copy(screen, outgoing)
        elif outgoing.way == "assistant":
            give(screen, outgoing.text)
        else:
            _ask_where(screen, outgoing)

    screen.app.push_screen(ExportScreen(lambda budget: screen.export(state, budget)), taken)


def _copy(screen: "SessionScreen", outgoing: Outgoing) -> None:
    screen.app.copy_to_clipboard(outgoing.text)
    tool = screen.host.copy(outgoing.text)
    _note(screen, outgoing, "clipboard")
    without = "A terminal without OSC 52 keeps its clipboard: then ‹export› and f save to a file"
    screen.say(f"copied, also with {tool}" if tool else f"copied. {without}")


def _ask_where(screen: "SessionScreen", outgoing: Outgoing) -> None:
    session = screen.state.opened.session if screen.state.opened else "session"
    proposal = Path.home() / f"coach-{''.join(c for c in session if c.isalnum() or c in '-_')[:40]}.md"

    def answered(name: str | None) -> None:
        if name:
            _save(screen, outgoing, Path(name).expanduser())

    screen.app.push_screen(ReasonScreen(Question("Save", label="file", value=str(proposal))), answered)


def _save(screen: "SessionScreen", outgoing: Outgoing, path: Path) -> None:
    """Write for the owner only and never over a file that is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(outgoing.text)
    except FileExistsError:
        screen.say(f"{safe_line(str(path))} is there already; nothing was written")
    except OSError as error:
        screen.say(f"not saved: {error.strerror}")
    else:
        _note(screen, outgoing, "file")
        screen.say(f"saved to {path}")


def _note(screen: "SessionScreen", outgoing: Outgoing, way: str) -> None:
    if screen.port.read_only:
        return
    digest = hashlib.sha256(outgoing.text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    screen.submit(NoteExport(format="markdown", budget=outgoing.budget, digest=digest, way=way))
