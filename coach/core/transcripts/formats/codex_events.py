"""Events in rollouts of Codex: commands and patches that no call of their own stands for, since a script made them."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import fields_of, items_of, number_of, text_of, whole_of
from coach.core.transcripts.model import Edited, Hunk, Ran
from coach.core.transcripts.patches import read_hunks


def command_line(value: object) -> str:
    """Return a command as a line for a shell; of ``bash -lc TEXT`` the text."""
    if isinstance(value, str):
        return text_of(value)
    words = [text_of(each) for each in items_of(value)]
    if len(words) == 3 and words[0].rsplit("/", 1)[-1] in {"bash", "sh", "zsh"} and words[1] in {"-c", "-lc"}:
        return words[2]
    return " ".join(_quoted(each) for each in words)


def _quoted(word: str) -> str:
    """Return a word as a shell reads it back."""
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'" + word.replace("'", "'\"'\"'") + "'"


def read_event(draft: Draft, event: dict[str, Any], at: float | None) -> None:
    """Add what an event tells, where it tells of a command that ended or a patch that was applied."""
    kind = text_of(event.get("type"))
    if kind == "exec_command_end":
        duration = fields_of(event.get("duration"))
        streams = [text_of(event.get("stdout")), text_of(event.get("stderr"))]
        draft.add(
            Ran(
                command=command_line(event.get("command")),
                cwd=text_of(event.get("cwd")) or draft.root,
                output=text_of(event.get("aggregated_output")) or "\n".join(each for each in streams if each),
                exit_code=whole_of(event.get("exit_code")),
                seconds=number_of(duration.get("secs")),
            ),
            at,
        )
    elif kind == "patch_apply_end":
        for path, change in fields_of(event.get("changes")).items():
            draft.add(_edited(text_of(path), fields_of(change), failed=event.get("success") is not True), at)


def _edited(path: str, change: dict[str, Any], *, failed: bool) -> Edited:
    kind = text_of(change.get("type"))
    if kind == "add":
        return Edited(path=path, kind="write", new=text_of(change.get("content")), failed=failed)
    if kind == "delete":
        return Edited(path=path, kind="delete", failed=failed)
    hunks: list[Hunk] = read_hunks(text_of(change.get("unified_diff")))
    moved = text_of(change.get("move_path")) or None
    return Edited(path=path, kind="patch", hunks=tuple(hunks), moved_to=moved, failed=failed)
