"""Transcripts of typed tool calls with their results and times, as the Vorflux agent publishes them."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import (
    Source,
    blocks_text,
    fields_of,
    items_of,
    text_of,
    time_of,
    whole_of,
)
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.model import Edited, Looked, Ran

_TIMED_OUT = 124
"""The exit code of ``timeout`` when the time is over."""
_READING = frozenset(
    {"grep_search", "search_files", "list_directory", "list-git-repositories", "resolve-git-repository-path"}
)
_FOLDER = re.compile(r"\bcd (/[\w./-]{1,300})")
_COMMIT = re.compile(r"\bgit (?:checkout|reset|switch)\b[^\n]{0,200}?\b([0-9a-f]{40})\b")


def is_vorflux(source: Source) -> bool:
    """Say whether the text is such a transcript."""
    steps = items_of(fields_of(source.document).get("trajectory"))
    return any(fields_of(each).get("type") in ("tool_call", "llm_call") for each in steps[:20])


def read_vorflux(source: Source) -> Draft:
    """Read commands, edits and files that were shown."""
    document = fields_of(source.document)
    draft = Draft(title=text_of(document.get("instance_id")))
    for each in items_of(document.get("trajectory")):
        entry = fields_of(each)
        at = time_of(entry.get("timestamp"))
        if entry.get("type") == "tool_call":
            _read_call(draft, entry, at)
        elif entry.get("type") == "llm_call":
            _read_talk(draft, entry, at)
    return draft


def _read_talk(draft: Draft, entry: dict[str, Any], at: float | None) -> None:
    for prompt in items_of(entry.get("task_prompt")):
        asked = blocks_text(fields_of(prompt).get("content"))
        draft.say(asked, at, "person")
        folder, commit = _FOLDER.search(asked), _COMMIT.search(asked)
        draft.root = draft.root or (folder.group(1).rstrip("/") if folder else "")
        draft.base_commit = draft.base_commit or (commit.group(1) if commit else "")
    draft.say(text_of(fields_of(entry.get("output")).get("content")), at)


def _read_call(draft: Draft, entry: dict[str, Any], at: float | None) -> None:
    tool, given, result = text_of(entry.get("tool")), fields_of(entry.get("arguments")), entry.get("result")
    if tool == "bash_execute":
        draft.add(_ran(given, result), at)
    elif tool == "edit_file":
        draft.add(
            Edited(
                path=text_of(given.get("filePath")),
                kind="replace",
                old=text_of(given.get("old_string")),
                new=text_of(given.get("new_string")),
                everywhere=bool(given.get("replace_all") or given.get("replaceAll")),
                failed=not text_of(result).startswith("Success"),
            ),
            at,
        )
    elif tool == "write_file":
        path = text_of(given.get("filePath") or given.get("path"))
        failed = not text_of(result).startswith("Success")
        draft.add(Edited(path=path, kind="write", new=text_of(given.get("content")), failed=failed), at)
    elif tool == "read_text_file":
        shown = without_numbers(text_of(result))
        if shown is not None:
            whole = shown.may_be_whole and "limit" not in given
            draft.add(Looked(path=text_of(given.get("filePath")), text=shown.text, is_whole=whole), at)
    elif tool not in _READING:
        draft.lack(f"calls of the tool {tool[:60]}")


def _ran(given: dict[str, Any], result: object) -> Ran:
    command, cwd = text_of(given.get("command")), text_of(given.get("working_dir"))
    if not isinstance(result, dict):
        early = "timed out" in text_of(result)[:300]
        return Ran(command=command, cwd=cwd, output=text_of(result), is_ended_early=early)
    streams = [text_of(result.get("stdout")), text_of(result.get("stderr"))]
    code = whole_of(result.get("exitCode"))
    return Ran(
        command=command,
        cwd=cwd,
        output="\n".join(each for each in streams if each),
        exit_code=code,
        is_cut=bool(result.get("outputExceededThreshold")),
        is_ended_early=bool(result.get("timedOut")) or code == _TIMED_OUT,
    )
