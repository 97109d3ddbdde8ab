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
from coach.core.transcripts.formats.openhands_terminal import Terminal
from coach.core.transcripts.formats.str_replace_editor import editor_action
from coach.core.transcripts.model import Edited, Ran

_TERMINALS = frozenset({"TerminalAction", "ExecuteBashAction"})
_EDITORS = frozenset({"FileEditorAction", "StrReplaceEditorAction"})
_QUIET = frozenset({"FinishAction", "ThinkAction", "TaskTrackerAction", "GlobAction", "GrepAction"})


def _events(source: Source) -> tuple[list[dict[str, Any]], int]:
    """Return the events of the first history in the file, and how many more there are: a file of results has one a line."""
    if isinstance(source.document, list):
        return [fields_of(each) for each in source.document], 0
    holders = [fields_of(source.document)] if source.document is not None else source.records
    histories = [items_of(each.get("events") or each.get("history")) for each in holders]
    histories = [each for each in histories if each]
    if not histories:
        return source.records, 0
    return [fields_of(each) for each in histories[0]], len(histories) - 1


def is_openhands_sdk(source: Source) -> bool:
    """Say whether the text is such a list of events."""
    return any(
        text_of(each.get("kind")) in {"ActionEvent", "ObservationEvent"} and "tool_call_id" in each
        for each in _events(source)[0][:60]
    )


def read_openhands_sdk(source: Source) -> Draft:
    """Read actions with their observations."""
    draft = Draft()
    waiting: dict[str, dict[str, Any]] = {}
    terminal = Terminal()
    events, further = _events(source)
    draft.lack("further histories in the file", further)
    for event in events:
        kind, call = text_of(event.get("kind")), text_of(event.get("tool_call_id"))
        if kind == "ActionEvent":
            draft.say(blocks_text(event.get("thought")), time_of(event.get("timestamp")))
            waiting[call] = fields_of(event.get("action"))
        elif kind in {"ObservationEvent", "AgentErrorEvent"}:
            action = waiting.pop(call, None)
            if action is not None:
                _read_pair(draft, action, event, terminal)
        elif kind == "MessageEvent":
            message = fields_of(event.get("llm_message"))
            by_person = event.get("source") == "user"
            text = blocks_text(message.get("content"))
            draft.say(text, time_of(event.get("timestamp")), "person" if by_person else "assistant")
    draft.lack("calls without an answer", len(waiting))
    return draft


def _read_pair(draft: Draft, action: dict[str, Any], event: dict[str, Any], terminal: Terminal) -> None:
    """Add what an action and its answer tell."""
    seen = fields_of(event.get("observation"))
    text = blocks_text(seen.get("content")) or text_of(seen.get("output")) or text_of(event.get("error"))
    at, kind = time_of(event.get("timestamp")), text_of(action.get("kind"))
    if kind in _TERMINALS:
        metadata = fields_of(seen.get("metadata"))
        after, notice = text_of(metadata.get("working_dir")), text_of(metadata.get("suffix"))
        draft.root = draft.root or after
        ran = _ran(text_of(action.get("command")), text, seen, terminal.folder)
        terminal.take(draft, ran, at, is_typed=action.get("is_input") is True, notice=notice)
        terminal.folder = after or terminal.folder
        return
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


def _ran(command: str, output: str, seen: dict[str, Any], folder: str) -> Ran:
    metadata = fields_of(seen.get("metadata"))
    code = whole_of(seen.get("exit_code", metadata.get("exit_code")))
    early = seen.get("timeout") is True or code == -1
    return Ran(
        command=command,
        cwd=folder,
        output=output,
        exit_code=None if early else code,
        is_ended_early=early,
    )
