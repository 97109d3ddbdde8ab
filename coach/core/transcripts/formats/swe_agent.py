"""Transcripts of SWE-agent 0.x and 1.x: actions, observations and the state of its shell."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import Source, fields_of, items_of, number_of, parsed, text_of
from coach.core.transcripts.formats.numbered_lines import without_numbers
from coach.core.transcripts.formats.str_replace_editor import editor_action
from coach.core.transcripts.model import Action, Edited, Looked, Ran
from coach.core.transcripts.shell.parser import parse_shell

_WINDOW = re.compile(r"^\[File: (.{1,500}?) \((\d{1,9}) lines total\)\]\r?$", re.MULTILINE)
_LINES = re.compile(r"^edit\s+(\d{1,7}):(\d{1,7})[^\n]*\n")
_LOOKING = frozenset(
    [
        "find_file",
        "goto",
        "open",
        "scroll_down",
        "scroll_up",
        "search_dir",
        "search_file",
        "submit",
        "exit_cost",
        "exit_context",
        "exit_format",
        "exit_forfeit",
        "filemap",
        "view",
    ]
)
_REFUSED = (
    "Your proposed edit has introduced",
    "No replacement",
    "Error:",
    "error(s)",
    "Usage:",
    "File not found",
    "No file open",
)
_TIMED_OUT = ("EXECUTION TIMED OUT", "COMMAND TIMED OUT", "was cancelled because it took more than")


def is_swe_agent(source: Source) -> bool:
    """Say whether the text is such a transcript."""
    steps = items_of(fields_of(source.document).get("trajectory"))
    return any(
        isinstance(each, dict) and "action" in each and "observation" in each and "response" in each
        for each in steps[:20]
    )


def read_swe_agent(source: Source) -> Draft:
    """Read every action with what it showed."""
    document = fields_of(source.document)
    info = fields_of(document.get("info"))
    draft = Draft(submission=text_of(info.get("submission")).replace("\r\n", "\n"))
    draft.title = text_of(document.get("environment"))
    config = document.get("replay_config")
    _read_config(draft, fields_of(config) or fields_of(parsed(text_of(config))))
    before: dict[str, Any] = {}
    for each in map(fields_of, items_of(document.get("trajectory"))):
        state = each.get("state")
        # 0.x writes the state as text, as it was before the action; 1.x as an object, as it is after it.
        after = fields_of(state) or fields_of(parsed(text_of(state)))
        now = before if isinstance(state, dict) and before else after
        draft.root = draft.root or text_of(now.get("working_dir"))
        draft.say(text_of(each.get("thought")))
        _read_step(draft, each, now)
        before = after
    return draft


def _read_config(draft: Draft, config: dict[str, Any]) -> None:
    repository = fields_of(fields_of(config.get("env")).get("repo"))
    commit = text_of(repository.get("base_commit"))
    draft.base_commit = commit if re.fullmatch(r"[0-9a-f]{40}", commit) else ""
    model = fields_of(fields_of(config.get("agent")).get("model"))
    draft.assistant = text_of(model.get("name"))


def _read_step(draft: Draft, entry: dict[str, Any], state: dict[str, Any]) -> None:
    action = text_of(entry.get("action"))
    seen = text_of(entry.get("observation")).replace("\r\n", "\n")
    if not action.strip():
        return
    name = action.split(None, 1)[0]
    shown = _WINDOW.search(seen)
    path = shown.group(1).strip() if shown is not None else text_of(state.get("open_file"))
    edited = _own_edit(name, action, seen, path)
    if edited is not None:
        draft.add(edited)
    elif name not in _LOOKING and name != "str_replace_editor":
        draft.add(_ran(entry, action, seen, text_of(state.get("working_dir"))))
    if shown is not None and not seen.startswith(_REFUSED[0]):
        looked = _window(seen[shown.end() :], path, int(shown.group(2)))
        if looked is not None:
            draft.add(looked)


def _ran(entry: dict[str, Any], action: str, seen: str, cwd: str) -> Ran:
    return Ran(
        command=action.strip("\n"),
        cwd=cwd,
        output=seen,
        is_ended_early=any(each in seen[-2_000:] for each in _TIMED_OUT),
        seconds=number_of(entry.get("execution_time")),
    )


def _window(shown: str, path: str, total: int) -> Looked | None:
    lines = without_numbers(shown.lstrip("\n"))
    if lines is None:
        return None
    return Looked(path=path, text=lines.text, is_whole=lines.first == 1 and lines.count == total)


def _own_edit(name: str, action: str, seen: str, path: str) -> Action | None:
    """Return the edit that a command of SWE-agent's own makes; None for any other command."""
    failed = any(each in seen[:600] for each in _REFUSED)
    if name == "edit" and (by_lines := _LINES.match(action)):
        body = action[by_lines.end() :].removesuffix("\n").removesuffix("end_of_edit")
        text = body if body.endswith("\n") or not body else f"{body}\n"
        first, last = int(by_lines.group(1)), int(by_lines.group(2))
        return Edited(path=path, kind="lines", new=text, first=first, last=last, failed=failed)
    if name not in {"create", "edit", "insert", "str_replace_editor"}:
        return None
    pipelines = parse_shell(action)
    words = [word.text for word in pipelines[0].commands[0].words[1:]] if pipelines else []
    if name == "str_replace_editor":
        return editor_action(_editor_arguments(words), seen)
    if name == "create" and len(words) == 1:
        made = path if path.endswith(words[0].lstrip("./")) else words[0]
        return Edited(path=made, kind="write", new="\n", failed=failed or "already exists" in seen[:600])
    if name == "edit" and len(words) in {2, 3}:
        everywhere = words[2:] == ["True"] or "replace-all" in words[2:]
        return Edited(
            path=path, kind="replace", old=words[0], new=words[1], everywhere=everywhere, failed=failed
        )
    return Edited(path=path, kind="patch", failed=failed)


def _editor_arguments(words: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {"command": words[0] if words else "", "path": words[1] if len(words) > 1 else ""}
    rest = iter(words[2:])
    for word in rest:
        name, equals, value = word.partition("=")
        key = name.removeprefix("--")
        if key in {"old_str", "new_str", "file_text", "insert_line", "view_range"} and name.startswith("--"):
            given[key] = value if equals else next(rest, "")
    if "view_range" in given:
        given["view_range"] = [given["view_range"]]
    if str(given.get("insert_line", "")).isdecimal():
        given["insert_line"] = int(given["insert_line"][:9])
    return given
