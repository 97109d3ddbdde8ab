"""Transcripts of Claude Code: JSON lines, one for each message, with what a tool did beside its answer."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import (
    Source,
    blocks_text,
    fields_of,
    items_of,
    number_of,
    text_of,
    time_of,
    whole_of,
)
from coach.core.transcripts.formats.background_tasks import ASKING, background_id, read_progress
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.model import Action, By, Edited, Hunk, Looked, Ran
from coach.core.transcripts.patches import joined

_READING = frozenset(
    [
        "Glob",
        "Grep",
        "LS",
        "WebFetch",
        "WebSearch",
        "TodoWrite",
        "TodoRead",
        "Task",
        "Agent",
        "NotebookRead",
        "ToolSearch",
        "Skill",
        "AskUserQuestion",
        "EnterPlanMode",
        "ExitPlanMode",
        "exit_plan_mode",
        "TaskCreate",
        "TaskUpdate",
        "TaskList",
        "TaskGet",
        "KillShell",
        "TaskStop",
    ]
)
"""Tools that change no file themselves. What an agent they start does stands in the lines of its side chain."""

_EXIT_CODE = re.compile(r"(?:^|\n)(?:Error: )?Exit code:? (-?\d{1,6})\b")
_CUT = re.compile(r"\[\d[\d,.]* (?:characters|lines) truncated\]|Output too large \(")
_INTERRUPTED = re.compile(r"Request interrupted by user|Command timed out|doesn't want to proceed")


def is_claude_code(source: Source) -> bool:
    """Say whether the text is such a transcript."""
    return any(
        each.get("type") in ("user", "assistant")
        and isinstance(each.get("message"), dict)
        and ("sessionId" in each or "parentUuid" in each or "uuid" in each)
        for each in source.records[:200]
    )


def read_claude_code(source: Source) -> Draft:
    """Read calls with their answers, in the order of the answers; summaries and compactions are passed over."""
    draft = Draft()
    calls: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    behind: dict[str, int] = {}
    for record in source.records:
        kind = record.get("type")
        message = fields_of(record.get("message"))
        if kind == "summary":
            draft.title = draft.title or text_of(record.get("summary"))
        elif kind == "system" and "compact" in text_of(record.get("subtype")):
            draft.lack("places where the talk was summed up")
        if kind not in ("user", "assistant") or _is_repeated(record, seen):
            continue
        draft.root = draft.root or text_of(record.get("cwd"))
        if kind == "assistant":
            draft.assistant = draft.assistant or text_of(message.get("model")).strip("<>")
            _note_calls(draft, record, message, calls)
        else:
            _read_answers(draft, record, message, calls, behind)
    for call in calls.values():
        if call.get("name") == "Bash":
            _add(draft, call, Ran(command=text_of(call["given"].get("command")), is_ended_early=True))
        draft.lack("calls without an answer")
    draft.lack("lines that are no JSON object", source.unread_lines)
    return draft


def _is_repeated(record: dict[str, Any], seen: set[str]) -> bool:
    """A resumed session repeats lines of the one before it, with their ids."""
    name = text_of(record.get("uuid"))
    if not name:
        return False
    if name in seen:
        return True
    seen.add(name)
    return False


def _by(record: dict[str, Any]) -> By:
    return "subagent" if record.get("isSidechain") is True else "assistant"


def _note_calls(
    draft: Draft, record: dict[str, Any], message: dict[str, Any], calls: dict[str, dict[str, Any]]
) -> None:
    content = message.get("content")
    draft.say(blocks_text(content), time_of(record.get("timestamp")), _by(record))
    for block in map(fields_of, items_of(content)):
        if block.get("type") == "tool_use":
            calls[text_of(block.get("id"))] = {
                "name": text_of(block.get("name")),
                "given": fields_of(block.get("input")),
                "by": _by(record),
                "cwd": text_of(record.get("cwd")),
                "at": time_of(record.get("timestamp")),
            }


def _read_answers(
    draft: Draft,
    record: dict[str, Any],
    message: dict[str, Any],
    calls: dict[str, dict[str, Any]],
    behind: dict[str, int],
) -> None:
    content = message.get("content")
    at = time_of(record.get("timestamp"))
    answers = [
        each for each in map(fields_of, items_of(content)) if each.get("type") in ("tool_result", None)
    ]
    if not answers and record.get("isMeta") is not True:
        draft.say(blocks_text(content), at, "subagent" if record.get("isSidechain") is True else "person")
    for answer in answers:
        call = calls.pop(text_of(answer.get("tool_use_id")), None)
        if call is None:
            draft.lack("answers without a call")
            continue
        call["ended"] = at
        # With several answers in one line, what is beside them belongs to none of them for certain.
        beside = record.get("toolUseResult") if len(answers) == 1 else None
        if call["name"] in ASKING:
            read_progress(draft, behind, call["given"], blocks_text(answer.get("content")), beside)
            continue
        _read_call(draft, call, answer, beside)
        name = background_id(blocks_text(answer.get("content")), beside) if call["name"] == "Bash" else ""
        if name:
            behind[name] = len(draft.steps) - 1


def _add(draft: Draft, call: dict[str, Any], action: Action) -> None:
    if isinstance(action, Ran):
        action = action.model_copy(update={"cwd": call["cwd"]})
    draft.add(action, call.get("ended") or call["at"], call["by"])


def _read_call(draft: Draft, call: dict[str, Any], answer: dict[str, Any], beside: object) -> None:
    name, given = call["name"], call["given"]
    said, failed = blocks_text(answer.get("content")), answer.get("is_error") is True
    if name == "Bash":
        _add(draft, call, _ran(given, said, beside, failed=failed, call=call))
    elif name == "Read":
        looked = _looked(given, said, fields_of(fields_of(beside).get("file")))
        if looked is not None and not failed:
            _add(draft, call, looked)
    elif name in ("Edit", "Write", "MultiEdit", "NotebookEdit", "Update"):
        for edited in _edits(name, given, fields_of(beside), failed=failed):
            _add(draft, call, edited)
    elif name not in _READING:
        draft.lack(f"calls of the tool {name[:60]}")


def _ran(given: dict[str, Any], said: str, beside: object, *, failed: bool, call: dict[str, Any]) -> Ran:
    known = fields_of(beside)
    streams = [text_of(known.get("stdout")), text_of(known.get("stderr"))]
    is_behind = given.get("run_in_background") is True or bool(background_id(said, beside))
    output = "\n".join(each for each in streams if each) or ("" if is_behind else said)
    code = whole_of(known.get("exitCode"))
    found = _EXIT_CODE.search(said[:2_000]) if failed else None
    if found is not None:
        code, output = int(found.group(1)), output if any(streams) else said[found.end() :].lstrip("\n")
    early = known.get("interrupted") is True or (failed and _INTERRUPTED.search(said[:2_000]) is not None)
    start, end = call["at"], call.get("ended")
    return Ran(
        command=text_of(given.get("command")),
        output=output,
        exit_code=code if code is not None or failed or early or is_behind else 0,
        is_cut=_CUT.search(output[-400:]) is not None or _CUT.search(output[:400]) is not None or is_behind,
        is_ended_early=early,
        seconds=max(end - start, 0.0)
        if number_of(start) is not None and number_of(end) is not None
        else None,
    )


def _looked(given: dict[str, Any], said: str, file: dict[str, Any]) -> Looked | None:
    path = text_of(file.get("filePath")) or text_of(given.get("file_path"))
    if isinstance(file.get("content"), str):
        start, lines, total = (whole_of(file.get(key)) for key in ("startLine", "numLines", "totalLines"))
        whole = start in (None, 0, 1) and lines is not None and lines == total
        return Looked(path=path, text=text_of(file.get("content")), is_whole=whole)
    shown = without_numbers(said)
    if shown is None:
        return None
    # The tool shows 2,000 lines where it is not asked for others, and the host adds reminders behind them.
    whole = shown.first == 1 and not {"limit", "offset"} & given.keys() and shown.count < 2_000
    return Looked(path=path, text=shown.text, is_whole=whole)


def _hunks(patch: object) -> tuple[Hunk, ...]:
    hunks = []
    for each in map(fields_of, items_of(patch)):
        lines = [text_of(line) for line in items_of(each.get("lines")) if not text_of(line).startswith("\\")]
        old = [line[1:] for line in lines if line[:1] in {" ", "-"}]
        new = [line[1:] for line in lines if line[:1] in {" ", "+"}]
        line = whole_of(each.get("oldStart"))
        hunks.append(Hunk(old=joined(old), new=joined(new), line=line))
    return tuple(hunks)


def _edits(name: str, given: dict[str, Any], beside: dict[str, Any], *, failed: bool) -> list[Edited]:
    path = text_of(beside.get("filePath")) or text_of(given.get("file_path") or given.get("notebook_path"))
    original = beside.get("originalFile", beside.get("originalFileContents"))
    before = text_of(original) if isinstance(original, str) else None
    hunks = _hunks(beside.get("structuredPatch"))
    if name == "Write":
        text = text_of(given.get("content"))
        return [Edited(path=path, kind="write", new=text, original=before, failed=failed)]
    if name == "NotebookEdit":
        # Cells become JSON in a way of the tool's own, so the file is not known afterwards.
        return [Edited(path=path, kind="patch", new=text_of(given.get("new_source")), failed=failed)]
    if beside.get("userModified") is True and hunks:
        return [Edited(path=path, kind="patch", hunks=hunks, original=before, failed=failed)]
    parts = [fields_of(each) for each in items_of(given.get("edits"))] or [given]
    return [
        Edited(
            path=path,
            kind="replace",
            old=text_of(part.get("old_string")),
            new=text_of(part.get("new_string")),
            everywhere=part.get("replace_all") is True,
            hunks=hunks if len(parts) == 1 else (),
            original=before if number == 0 else None,
            failed=failed,
        )
        for number, part in enumerate(parts)
    ]
