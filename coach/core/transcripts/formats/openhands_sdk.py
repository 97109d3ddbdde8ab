"""Events of the OpenHands SDK: actions and observations of typed tools, paired by the id of the call."""

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
from coach.core.transcripts.formats.str_replace_editor import editor_action
from coach.core.transcripts.model import Edited, Ran

_TERMINALS = frozenset({"TerminalAction", "ExecuteBashAction"})
_EDITORS = frozenset({"FileEditorAction", "StrReplaceEditorAction"})
_QUIET = frozenset({"FinishAction", "ThinkAction", "TaskTrackerAction", "GlobAction", "GrepAction"})


def _events(source: Source) -> list[dict[str, Any]]:
    fields = fields_of(source.document)
    whole = (
        source.document
        if isinstance(source.document, list)
        else fields.get("events") or fields.get("history")
    )
    return [fields_of(each) for each in items_of(whole)] or source.records


def is_openhands_sdk(source: Source) -> bool:
    """Say whether the text is such a list of events."""
    return any(
        text_of(each.get("kind")) in {"ActionEvent", "ObservationEvent"} and "tool_call_id" in each
        for each in _events(source)[:60]
    )


def read_openhands_sdk(source: Source) -> Draft:
    """Read actions with their observations."""
    draft = Draft()
    waiting: dict[str, dict[str, Any]] = {}
    folder = ""
    for event in _events(source):
        kind, call = text_of(event.get("kind")), text_of(event.get("tool_call_id"))
        if kind == "ActionEvent":
            draft.say(blocks_text(event.get("thought")), time_of(event.get("timestamp")))
            waiting[call] = fields_of(event.get("action"))
        elif kind in {"ObservationEvent", "AgentErrorEvent"}:
            action = waiting.pop(call, None)
            if action is not None:
                folder = _read_pair(draft, action, event, folder)
        elif kind == "MessageEvent":
            message = fields_of(event.get("llm_message"))
            by_person = event.get("source") == "user"
            text = blocks_text(message.get("content"))
            draft.say(text, time_of(event.get("timestamp")), "person" if by_person else "assistant")
    draft.lack("calls without an answer", len(waiting))
    return draft


def _read_pair(draft: Draft, action: dict[str, Any], event: dict[str, Any], folder: str) -> str:
    """Add what an action and its answer tell. Returns the folder the terminal is in afterwards."""
    seen = fields_of(event.get("observation"))
    text = blocks_text(seen.get("content")) or text_of(seen.get("output")) or text_of(event.get("error"))
    at, kind = time_of(event.get("timestamp")), text_of(action.get("kind"))
    metadata = fields_of(seen.get("metadata"))
    after = text_of(metadata.get("working_dir"))
    if kind in _TERMINALS:
        draft.root = draft.root or after
        code = whole_of(seen.get("exit_code", metadata.get("exit_code")))
        early = seen.get("timeout") is True or code == -1
        command = text_of(action.get("command"))
        if action.get("is_input") is not True and command.strip():
            ran = Ran(
                command=command,
                cwd=folder,
                output=text,
                exit_code=None if early else code,
                is_ended_early=early,
            )
            draft.add(ran, at)
        return after or folder
    if kind in _EDITORS:
        old, new = seen.get("old_content"), seen.get("new_content")
        if isinstance(new, str) and action.get("command") != "view":
            before = text_of(old) if isinstance(old, str) and seen.get("prev_exist") is not False else None
            draft.add(
                Edited(path=text_of(action.get("path")), kind="write", new=text_of(new), original=before), at
            )
        elif (found := editor_action(action, text)) is not None:
            draft.add(found, at)
    elif kind not in _QUIET:
        draft.lack(f"actions of the kind {kind[:60]}")
    return folder
