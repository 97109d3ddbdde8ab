"""Export the prompt for an assistant: preview, then the clipboard, a file or an assistant. The session records what left."""

import hashlib
import os
from pathlib import Path

from coach.core.base.text import safe_line
from coach.core.protocol.commands import NoteExport
from coach.tui.actions.context import ActionContext
from coach.tui.actions.run_assistant import give
from coach.tui.dialogs.export_preview import ExportPreview, Outgoing
from coach.tui.dialogs.question import Question
from coach.tui.dialogs.reason import ReasonForm


def open_export(context: ActionContext) -> None:
    state = context.state

    def taken(outgoing: Outgoing | None) -> None:
        if outgoing is None:
            return
        if outgoing.way == "clipboard":
            _copy(context, outgoing)
        elif outgoing.way == "assistant":
            give(context, outgoing.text)
        else:
            _ask_where(context, outgoing)

    context.app.push_screen(
        ExportPreview(lambda budget, purpose: context.export(state, budget, purpose)), taken
    )


def _copy(context: ActionContext, outgoing: Outgoing) -> None:
    context.app.copy_to_clipboard(outgoing.text)
    _note(context, outgoing, "clipboard")


def _ask_where(context: ActionContext, outgoing: Outgoing) -> None:
    session = context.state.opened.session if context.state.opened else "session"
    proposal = Path.home() / f"coach-{''.join(c for c in session if c.isalnum() or c in '-_')[:40]}.md"

    def answered(name: str | None) -> None:
        if name:
            _save(context, outgoing, Path(name).expanduser())

    context.app.push_screen(ReasonForm(Question("Save", label="file", value=str(proposal))), answered)


def _save(context: ActionContext, outgoing: Outgoing, path: Path) -> None:
    """Write for the owner only and never over a file that is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(outgoing.text)
    except FileExistsError:
        context.show_message(f"{safe_line(str(path))} is there already; nothing was written")
    except OSError as error:
        context.show_message(f"not saved: {error.strerror}")
    else:
        _note(context, outgoing, "file")
        context.show_message(f"saved to {path}")


def _note(context: ActionContext, outgoing: Outgoing, way: str) -> None:
    if context.port.read_only:
        return
    digest = hashlib.sha256(outgoing.text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    context.submit(
        NoteExport(
            format="markdown", budget=outgoing.budget, digest=digest, way=way, purpose=outgoing.purpose
        )
    )
