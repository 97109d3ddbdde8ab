"""Histories of OpenHands: a list of events, actions and the observations that name them as their cause."""

import ast
import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import (
    Source,
    fields_of,
    items_of,
    text_of,
    time_of,
    whole_of,
)
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.formats.openhands_terminal import Terminal
from coach.core.transcripts.formats.str_replace_editor import editor_action
from coach.core.transcripts.model import Action, By, Edited, Looked, Ran

_EXIT = re.compile(r"(?:finished with exit code|exit code:?) (-?\d{1,6})")
_EDITOR_CALL = "file_editor(**{"
_CUT = "[... Observation truncated due to length ...]"
_QUIET = frozenset(
    [
        "message",
        "system",
        "finish",
        "think",
        "recall",
        "change_agent_state",
        "null",
        "agent_state_changed",
        "browse",
        "browse_interactive",
        "delegate",
        "condensation",
        "condensation_request",
        "reject",
        "initialize",
        "start",
        "task_tracking",
    ]
)


def _events(document: Any) -> list[dict[str, Any]]:
    """Return the events in order; older files hold pairs of an action and its observation."""
    fields = fields_of(document)
    whole = (
        document
        if isinstance(document, list)
        else fields.get("history") or fields.get("trajectory") or fields.get("events")
    )
    events: list[dict[str, Any]] = []
    for each in items_of(whole):
        events += [fields_of(part) for part in (each if isinstance(each, list) else [each])]
    return events


def _document(source: Source) -> Any:
    return source.document if source.document is not None else source.records


def _is_event(event: dict[str, Any]) -> bool:
    return (isinstance(event.get("action"), str) and isinstance(event.get("args"), dict)) or (
        isinstance(event.get("observation"), str) and "content" in event
    )


def is_openhands(source: Source) -> bool:
    """Say whether the text is such a history: alone, or as a line of a file of results."""
    document = source.document
    if document is None:
        return any(any(map(_is_event, _events(each)[:40])) for each in source.records[:3]) or any(
            map(_is_event, source.records[:40])
        )
    return any(map(_is_event, _events(document)[:40]))


def read_openhands(source: Source) -> Draft:
    """Read actions with their observations. Of a file with several histories the first is read, the others counted."""
    draft = Draft()
    document = _document(source)
    if (
        isinstance(document, list)
        and document
        and not _is_event(fields_of(document[0]))
        and source.document is None
    ):
        draft.lack("further histories in the file", len(document) - 1)
        document = document[0]
    fields = fields_of(document)
    metadata = fields_of(fields.get("metadata"))
    draft.title = text_of(fields.get("instance_id"))
    draft.assistant = text_of(fields_of(metadata.get("llm_config")).get("model"))
    draft.submission = text_of(fields_of(fields.get("test_result")).get("git_patch"))
    waiting: dict[int | None, dict[str, Any]] = {}
    terminal = Terminal()
    for event in _events(document):
        if isinstance(event.get("observation"), str):
            _read_observation(draft, event, waiting, terminal)
        elif isinstance(event.get("action"), str):
            _read_action(draft, event, waiting)
    draft.lack("calls without an answer", sum(each.get("action") == "run" for each in waiting.values()))
    return draft


def _read_action(draft: Draft, event: dict[str, Any], waiting: dict[int | None, dict[str, Any]]) -> None:
    kind, args = text_of(event.get("action")), fields_of(event.get("args"))
    by: By = "person" if event.get("source") == "user" else "assistant"
    draft.say(
        text_of(args.get("thought")) or text_of(args.get("content")) * (kind == "message"), _time(event), by
    )
    if kind in {"run", "edit", "read", "write", "run_ipython"}:
        waiting[whole_of(event.get("id"))] = event
    elif kind not in _QUIET:
        draft.lack(f"actions of the kind {kind[:60]}")


def _time(event: dict[str, Any]) -> float | None:
    return time_of(event.get("timestamp"))


def _read_observation(
    draft: Draft, event: dict[str, Any], waiting: dict[int | None, dict[str, Any]], terminal: Terminal
) -> None:
    """Add what an action and its observation tell."""
    cause = whole_of(event.get("cause"))
    if cause is None and waiting:
        cause = next(reversed(waiting))  # the oldest files name no cause: an observation follows its action
    action = waiting.pop(cause, None)
    if action is None:
        return
    args, extras = fields_of(action.get("args")), fields_of(event.get("extras"))
    seen, kind = text_of(event.get("content")), text_of(action.get("action"))
    metadata = fields_of(extras.get("metadata"))
    after = text_of(metadata.get("working_dir"))
    draft.root = draft.root or after
    if kind == "run":
        ran = _ran(args, extras, metadata, seen, terminal.folder)
        is_typed, notice = args.get("is_input") in (True, "true"), text_of(metadata.get("suffix"))
        terminal.take(draft, ran, _time(event), is_typed=is_typed, notice=notice)
        terminal.folder = after or terminal.folder
        return
    found = _edit(kind, args, extras, seen, is_error=event.get("observation") == "error")
    if found is not None:
        draft.add(found, _time(event))
    elif kind == "run_ipython" and _EDITOR_CALL not in text_of(args.get("code")):
        code = text_of(args.get("code"))
        draft.add(
            Ran(command=f"python - <<'EOF_OF_CELL'\n{code}\nEOF_OF_CELL", cwd=terminal.folder, output=seen),
            _time(event),
        )


def _ran(
    args: dict[str, Any], extras: dict[str, Any], metadata: dict[str, Any], seen: str, folder: str
) -> Ran:
    code = whole_of(metadata.get("exit_code", extras.get("exit_code")))
    found = _EXIT.search(seen[-300:]) if code is None else None
    code = int(found.group(1)) if found is not None else code
    return Ran(
        command=text_of(args.get("command")),
        cwd=folder,
        output=seen,
        exit_code=None if code == -1 else code,
        is_cut=_CUT in seen,
        is_ended_early=code == -1,  # the shell was still busy with it
    )


def _edit(
    kind: str, args: dict[str, Any], extras: dict[str, Any], seen: str, *, is_error: bool
) -> Action | None:
    path = text_of(args.get("path"))
    if kind == "read":
        return None if is_error else _looked(args, path, seen)
    if kind == "write":
        return Edited(path=path, kind="write", new=text_of(args.get("content")), failed=is_error)
    if kind == "run_ipython":
        return _editor_call(text_of(args.get("code")), seen)
    old, new = extras.get("old_content"), extras.get("new_content")
    if isinstance(new, str) and not is_error:
        # The editor says the whole file before and after: nothing need be followed.
        before = text_of(old) if isinstance(old, str) and extras.get("prev_exist") is not False else None
        return Edited(path=path, kind="write", new=text_of(new), original=before)
    if not text_of(args.get("command")):
        return _editor_call(text_of(args.get("translated_ipython_code")), seen)
    return editor_action(args, "" if is_error else seen)


def _editor_call(code: str, seen: str) -> Action | None:
    """Return what a call of the editor in a line of Python did: its arguments are one literal."""
    start, end = code.find(_EDITOR_CALL), code.rfind("})")
    if not 0 <= start < end:
        return None
    return editor_action(_literal(code[start + len(_EDITOR_CALL) - 1 : end + 1]), seen)


def _looked(args: dict[str, Any], path: str, seen: str) -> Looked | None:
    shown = without_numbers(seen)
    if shown is None:
        return None
    whole = shown.may_be_whole and not items_of(args.get("view_range")) and args.get("end") in (None, -1)
    return Looked(path=path, text=shown.text, is_whole=whole)


def _literal(text: str) -> dict[str, Any]:
    try:
        return fields_of(ast.literal_eval(text))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return {}
