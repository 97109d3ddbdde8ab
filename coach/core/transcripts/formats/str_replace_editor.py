"""The editor that several assistants have as a tool: view, create, str_replace, insert and undo_edit."""

from typing import Any

from coach.core.transcripts.foreign_json import items_of, text_of, whole_of
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.model import Edited, Looked

_DONE = (
    "has been edited",
    "created successfully",
    "undone successfully",
    "edited successfully",
    "overwritten successfully",
)


def editor_action(given: dict[str, Any], seen: str) -> Edited | Looked | None:
    """Return what a call of the editor did, by what it answered; None for one that only listed a folder."""
    command, path = text_of(given.get("command")), text_of(given.get("path"))
    if command == "view":
        return _looked(given, path, seen)
    failed = not any(each in seen for each in _DONE)
    new = text_of(given.get("new_str"))
    edits = {
        "create": Edited(path=path, kind="write", new=text_of(given.get("file_text")), failed=failed),
        "str_replace": Edited(
            path=path, kind="replace", old=text_of(given.get("old_str")), new=new, failed=failed
        ),
        "insert": _inserted(given, path, new, failed=failed),
        "undo_edit": Edited(path=path, kind="undo", failed=failed),
    }
    return edits.get(command)


def _inserted(given: dict[str, Any], path: str, new: str, *, failed: bool) -> Edited:
    after = whole_of(given.get("insert_line"))
    if after is None or after < 0:
        return Edited(path=path, kind="patch", failed=failed)
    text = new if new.endswith("\n") else f"{new}\n"
    return Edited(path=path, kind="lines", new=text, first=after + 1, last=after, failed=failed)


def _looked(given: dict[str, Any], path: str, seen: str) -> Looked | None:
    shown = without_numbers(seen)
    if shown is None or "<NOTE>" in seen[:300]:
        return None
    whole = shown.may_be_whole and not items_of(given.get("view_range"))
    return Looked(path=path, text=shown.text, is_whole=whole)
