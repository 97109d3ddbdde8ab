"""What the hosts of assistants ask a hook on standard input, and how each wants to be answered.

Formats after the hosts' own documentation; ``docs/assistants.md`` names the pages. Standard library only: a hook is asked
before and after every edit, and most of the time no session is open.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Moment = Literal["begin", "edit", "changed", "end", "compacting", "compacted"]
"""Before a turn; before an edit; after a tool that may have changed files; before the end of a turn; before and after a compaction."""

MOMENTS: Mapping[str, Mapping[str, Moment]] = {
    "claude": {
        "UserPromptSubmit": "begin",
        "PreToolUse": "edit",
        "PostToolUse": "changed",
        "PostToolUseFailure": "changed",
        "Stop": "end",
        "SessionStart": "compacted",
    },
    "codex": {
        "UserPromptSubmit": "begin",
        "PreToolUse": "edit",
        "PostToolUse": "changed",
        "Stop": "end",
        "SessionStart": "compacted",
    },
    "cursor": {
        "beforeSubmitPrompt": "begin",
        "preToolUse": "edit",
        "postToolUse": "changed",
        "postToolUseFailure": "changed",
        "stop": "end",
        "preCompact": "compacting",
    },
}
"""Host → its event → what it means here."""

MAX_CONTEXT = 9_000
"""Characters of a text for the model: one host drops what is longer than 10,000."""
TEST_MARK = "coach_doctor"
"""A field no host sends: ``coach doctor --hooks`` asks for the refusal or the text that this event can carry."""
_PATHS = ("file_path", "notebook_path", "path", "target_file")
OWN_TOOLS = "mcp__coach__"
_OWN_COMMAND = re.compile(r"(?:^|[\s;&|(/])coach\s+[a-z]")
_PATCHED = re.compile(r"^[ \t]*\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class HookEvent:
    """What a host tells of one event."""

    host: str
    name: str
    moment: Moment
    folder: str = ""
    """Where the assistant works, absolute; empty: it does not say."""
    paths: tuple[str, ...] = ()
    """Files that the tool edits, as the host spells them."""
    is_own: bool = False
    """The tool was coach itself: the assistant has its answer."""
    is_second: bool = False
    """The end of this turn was refused already."""
    is_ignored: bool = False
    """Another host runs this hook beside its own, or a conversation begins and none was compacted."""
    is_test: bool = False


def event_of(host: str, name: str, said: Mapping[str, Any]) -> HookEvent:
    """Read what a host says. Raises KeyError for a host or an event that no hook of coach is for."""
    moment = MOMENTS[host][name]
    tool = said.get("tool_name")
    is_second = said.get("stop_hook_active") is True or _number(said.get("loop_count")) > 0
    is_foreign = host != "cursor" and "cursor_version" in said
    return HookEvent(
        host=host,
        name=name,
        moment=moment,
        folder=_folder(said),
        paths=tuple(dict.fromkeys(_edited(said.get("tool_input")))),
        is_own=_is_own(tool, said.get("tool_input")),
        is_second=is_second,
        is_ignored=is_foreign or (moment == "compacted" and said.get("source") != "compact"),
        is_test=said.get(TEST_MARK) is True,
    )


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _is_own(tool: object, asked: object) -> bool:
    command = asked.get("command") if isinstance(asked, dict) else None
    is_shell = isinstance(command, str) and _OWN_COMMAND.search(command) is not None
    return is_shell or (isinstance(tool, str) and tool.startswith(OWN_TOOLS))


def _folder(said: Mapping[str, Any]) -> str:
    """Where the project is: the host's own word for it, else the folder the assistant stands in."""
    roots = said.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots else ""
    return next((each for each in (first, said.get("cwd")) if isinstance(each, str) and each), "")


def _edited(asked: object) -> Iterator[str]:
    """Yield the files that a call of a tool edits: named in a field of its own, or in the head lines of a patch."""
    if isinstance(asked, str):
        yield from _in_patch(asked)
        return
    if not isinstance(asked, dict):
        return
    for key in _PATHS:
        if isinstance(asked.get(key), str) and asked[key]:
            yield asked[key]
    for key in ("command", "input", "patch"):
        if isinstance(asked.get(key), str):
            yield from _in_patch(asked[key])


def _in_patch(text: str) -> Iterator[str]:
    """Yield the files that the head lines of a patch name."""
    yield from (path for found in _PATCHED.findall(text) if (path := found.strip()))


def refusal(event: HookEvent, reason: str) -> str:
    """Return the answer that keeps an edit from being made, or a turn from ending, and tells the assistant why."""
    if event.host == "cursor":
        if event.moment == "end":
            return json.dumps({"followup_message": reason})
        return json.dumps({"permission": "deny", "user_message": reason, "agent_message": reason})
    if event.moment == "end":
        return json.dumps({"decision": "block", "reason": reason})
    decided = {
        "hookEventName": event.name,
        "permissionDecision": "deny",
        "permissionDecisionReason": reason,
    }
    return json.dumps({"hookSpecificOutput": decided})


def context(event: HookEvent, text: str) -> str:
    """Return the answer that lets everything go on and gives the assistant a text."""
    cut = text if len(text) <= MAX_CONTEXT else f"{text[:MAX_CONTEXT]}\n… cut"
    if event.host == "cursor":
        return json.dumps({"additional_context": cut})
    return json.dumps({"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": cut}})


def nothing(event: HookEvent) -> str:
    """Return the answer that changes nothing: one host takes silence for a failure, and says so in its log."""
    return "{}" if event.host == "cursor" else ""


class Unheard(Exception):
    """A host would not make of a hook what is meant; the words say what it makes of it."""


def heard(event: HookEvent, code: int, output: str) -> str:
    """Return what a host makes of the end of a hook, in words. Raises Unheard where that is none of coach's answers.

    Args:
        event: what the hook was asked.
        code: its exit code, as a shell gives it.
        output: what it wrote to standard output.

    """
    if code == 2:
        raise Unheard("exit code 2 refuses whatever the assistant is about to do")
    if code in {126, 127}:
        raise Unheard(
            f"exit code {code}, the program cannot be started: the host goes on as if there were no hook"
        )
    if code:
        raise Unheard(f"exit code {code}: the host ignores the hook and goes on")
    if not output.strip():
        return "nothing"
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        raise Unheard("its output is no JSON: the host ignores it") from None
    known = {
        json.dumps(json.loads(made(event, _text_in(answer))), sort_keys=True): word
        for made, word in ((refusal, "a refusal"), (context, "a text"))
    }
    found = "nothing" if answer == {} else known.get(json.dumps(answer, sort_keys=True), "")
    if not found:
        raise Unheard("its output is none that this host understands")
    return found


def _text_in(answer: object) -> str:
    """Return the longest text in an answer: the one for the assistant."""
    if isinstance(answer, dict):
        return max((_text_in(each) for each in answer.values()), key=len, default="")
    return answer if isinstance(answer, str) else ""
