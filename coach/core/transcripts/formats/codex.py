"""Rollouts of Codex: JSON lines with calls of a shell and patches; wrapped in a payload since the end of 2025, bare before."""

import re
from dataclasses import dataclass, field
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import (
    Source,
    blocks_text,
    fields_of,
    number_of,
    parsed,
    text_of,
    time_of,
    whole_of,
)
from coach.core.transcripts.formats.codex_events import command_line, read_event
from coach.core.transcripts.formats.typed_patch import patch_edits
from coach.core.transcripts.model import Ran

_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call"})
_ANSWERS = frozenset({"function_call_output", "custom_tool_call_output"})
_SHELLS = frozenset({"shell", "shell_command", "exec_command", "container.exec", "local_shell"})
_QUIET = frozenset(
    {"update_plan", "view_image", "write_stdin", "web_search", "read_file", "list_dir", "grep_files"}
)
"""Calls that change no file; what is typed into a running process does not say what it does."""

_EXIT = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d{1,6})\s*$", re.MULTILINE)
_RUNNING = re.compile(r"^Process running with session ID (\d{1,9})\s*$", re.MULTILINE)
_WALL = re.compile(r"^Wall time: (\d{1,9}(?:\.\d{1,9})?) seconds", re.MULTILINE)
_CUT = re.compile(
    r"^Total output lines: |\[\.\.\. omitted \d+|…\d+ (?:tokens|chars|lines) truncated…", re.MULTILINE
)
_ABORTED = re.compile(r"(?:Wall time: [\d.]{1,12} seconds\s{1,4})?aborted by user")
_OUTPUT = "\nOutput:\n"


def _payload(record: dict[str, Any]) -> dict[str, Any]:
    inner = record.get("payload")
    return inner if isinstance(inner, dict) else record


def is_codex(source: Source) -> bool:
    """Say whether the text is such a rollout."""
    kinds = {text_of(each.get("type")) for each in source.records[:200]}
    if "session_meta" in kinds or "response_item" in kinds:
        return True
    return any(text_of(each.get("type")) in _CALLS and "call_id" in each for each in source.records[:400])


def read_codex(source: Source) -> Draft:
    """Read calls with their answers, in the order of the answers; what a compaction repeats is passed over."""
    rollout = _Rollout()
    for record in source.records:
        rollout.read(record)
    for call in rollout.calls.values():
        _read_call(rollout.draft, call, None, None)
        rollout.draft.lack("calls without an answer")
    rollout.draft.lack("lines that are no JSON object", source.unread_lines)
    return rollout.draft


@dataclass
class _Rollout:
    """What was read so far; ``calls`` wait for their answers, ``seen`` are the ids of all calls."""

    draft: Draft = field(default_factory=Draft)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    running: dict[int, int] = field(default_factory=dict)
    """Commands that did not end before their answer: number of their process → which step they are."""

    def read(self, record: dict[str, Any]) -> None:
        payload, kind, at = _payload(record), text_of(record.get("type")), time_of(record.get("timestamp"))
        if kind == "session_meta" or (not kind and "instructions" in record):
            _read_head(self.draft, payload, at)
        elif kind == "turn_context":
            self.draft.root = self.draft.root or text_of(payload.get("cwd"))
            self.draft.assistant = self.draft.assistant or text_of(payload.get("model"))
        elif kind == "compacted":
            self.draft.lack("places where the talk was summed up")
        elif kind == "event_msg":
            if text_of(payload.get("call_id")) not in self.seen:
                read_event(self.draft, payload, at)
        else:
            self._read_item(payload, at)

    def _read_item(self, payload: dict[str, Any], at: float | None) -> None:
        kind = text_of(payload.get("type"))
        call_id = text_of(payload.get("call_id")) or text_of(payload.get("id"))
        if kind == "message":
            _read_talk(self.draft, payload, at)
        elif kind in _CALLS:
            self.calls[call_id] = {**payload, "at": at}
            self.seen.add(call_id)
        elif kind in _ANSWERS:
            call = self.calls.pop(call_id, None)
            if call is None:
                self.draft.lack("answers without a call")
            elif text_of(call.get("name")).removeprefix("functions.") == "write_stdin":
                self._go_on(call, payload.get("output"))
            else:
                before = len(self.draft.steps)
                _read_call(self.draft, call, payload.get("output"), at)
                self._note_running(payload.get("output"), before)

    def _note_running(self, answer: object, before: int) -> None:
        found = _RUNNING.search(_answer_text(answer)[:1_000])
        if found and len(self.draft.steps) > before and isinstance(self.draft.steps[before].action, Ran):
            self.running[int(found[1])] = before
            self.draft.go_on(before, "", None, is_over=False)

    def _go_on(self, call: dict[str, Any], answer: object) -> None:
        """Add to a running command what came after something, or nothing, was typed into it."""
        session = whole_of(fields_of(parsed(text_of(call.get("arguments")))).get("session_id"))
        row = self.running.get(session) if session is not None else None
        if row is None:
            return
        output, code, _, _ = _answered(answer)
        self.draft.go_on(row, output, code, is_over=code is not None)


def _read_head(draft: Draft, payload: dict[str, Any], at: float | None) -> None:
    draft.root = draft.root or text_of(payload.get("cwd"))
    draft.began = draft.began or time_of(payload.get("timestamp")) or at
    draft.base_commit = draft.base_commit or text_of(fields_of(payload.get("git")).get("commit_hash"))


def _read_talk(draft: Draft, payload: dict[str, Any], at: float | None) -> None:
    text = blocks_text(payload.get("content"))
    if payload.get("role") == "assistant":
        draft.say(text, at)
    elif payload.get("role") == "user" and not text.lstrip().startswith(
        "<"
    ):  # what the host adds begins with a tag
        draft.say(text, at, "person")


def _read_call(draft: Draft, call: dict[str, Any], answer: object, at: float | None) -> None:
    name = text_of(call.get("name")).removeprefix("functions.") or (
        "local_shell" if call.get("type") == "local_shell_call" else ""
    )
    raw = call.get("arguments") if "arguments" in call else call.get("input")
    given = fields_of(call.get("action")) or fields_of(parsed(text_of(raw)))
    output, code, seconds, is_cut = _answered(answer)
    if name == "apply_patch":
        patch = text_of(given.get("input") or given.get("patch")) or text_of(raw)
        failed = answer is None or (code not in (None, 0)) or not _succeeded(output)
        edits = patch_edits(patch, failed=failed)
        draft.lack("patches that could not be read", int(edits is None))
        for edit in edits or ():
            draft.add(edit, at)
    elif name in _SHELLS:
        command, cwd = (
            command_line(given.get("command") or given.get("cmd")),
            text_of(given.get("workdir") or given.get("working_directory")),
        )
        draft.add(
            Ran(
                command=command,
                cwd=cwd or draft.root,
                output=output,
                exit_code=code,
                is_cut=is_cut,
                # 124: it went over its time
                is_ended_early=answer is None or code == 124 or _ABORTED.match(output) is not None,
                seconds=seconds,
            ),
            at if at is not None else call.get("at"),
        )
    elif name not in _QUIET:
        draft.lack(f"calls of the tool {name[:60]}")


def _succeeded(output: str) -> bool:
    return "Success" in output[:2_000] or "Done" in output[:2_000] or not output.strip()


def _answer_text(answer: object) -> str:
    text = answer if isinstance(answer, str) else fields_of(answer).get("content")
    return text_of(text) or blocks_text(answer)


def _answered(answer: object) -> tuple[str, int | None, float | None, bool]:
    """Return what was printed, the exit code, the seconds, and whether the output was cut."""
    text = _answer_text(answer)
    inner = fields_of(parsed(text)) if text.startswith("{") else {}
    if "output" in inner:
        facts = fields_of(inner.get("metadata"))
        output = text_of(inner.get("output"))
        code, seconds = whole_of(facts.get("exit_code")), number_of(facts.get("duration_seconds"))
        return output, code, seconds, _CUT.search(output) is not None
    head, found, rest = text.partition(_OUTPUT)
    if not found:
        exit_code, wall = _EXIT.search(text[:1_000]), None
        return text, int(exit_code.group(1)) if exit_code else None, wall, _CUT.search(text) is not None
    exit_code, time = _EXIT.search(head), _WALL.search(head)
    return (
        rest,
        int(exit_code.group(1)) if exit_code else None,
        float(time.group(1)) if time else None,
        _CUT.search(text) is not None,
    )
