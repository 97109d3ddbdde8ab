"""Commands that Claude Code lets run in the background: how one ended stands in the answer of a later call."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import fields_of, text_of, whole_of
from coach.core.transcripts.model import Ran

ASKING = frozenset({"BashOutput", "TaskOutput", "AgentOutputTool"})
"""Calls that ask how such a command is getting on."""
NOTICE = re.compile(r"^Command (?:is )?running in background with ID: (\w{1,40})")

_PARTS = ("status", "exit_code", "stdout", "stderr", "output")


def background_id(said: str, beside: object) -> str:
    """Return the id that a command in the background got; empty for one in the foreground."""
    found = NOTICE.match(said)
    return text_of(fields_of(beside).get("backgroundTaskId")) or (found[1] if found else "")


def read_progress(
    draft: Draft, running: dict[str, int], given: dict[str, Any], said: str, beside: object
) -> None:
    """Add to a command in the background what it printed since, and how it ended.

    Args:
        draft: the transcript.
        running: id of a command → which step it is.
        given: the arguments of the call.
        said: its answer.
        beside: what the transcript holds beside the answer.

    """
    name = text_of(given.get("task_id") or given.get("bash_id") or given.get("shell_id"))
    row = running.get(name)
    if row is None or not isinstance(draft.steps[row].action, Ran):
        return
    known = fields_of(beside)
    known = fields_of(known.get("task")) or known
    told = {name: _part(said, name) for name in _PARTS}
    status = text_of(known.get("status")) or told["status"]
    streams = [text_of(known.get(each)) or told[each] for each in ("output", "stdout", "stderr")]
    code = whole_of(known.get("exitCode"))
    if code is None and re.fullmatch(r"-?\d{1,6}", told["exit_code"].strip()):
        code = int(told["exit_code"])
    is_over = status in {"completed", "failed"} and code is not None
    output = "\n".join(each for each in streams if each)
    if is_over or output:
        draft.go_on(row, output, code, is_over=is_over, is_cut=not is_over)
    if status == "killed" or is_over:
        running.pop(name, None)


def _part(said: str, name: str) -> str:
    """Return what stands between ``<name>`` and ``</name>``; empty where either is missing."""
    _, _, rest = said.partition(f"<{name}>")
    inside, end, _ = rest.partition(f"</{name}>")
    return inside.removeprefix("\n").removesuffix("\n") if end else ""
