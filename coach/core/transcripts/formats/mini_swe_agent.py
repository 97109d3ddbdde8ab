"""Transcripts of mini-swe-agent: messages of one command each, its output and return code in the answer."""

import re
from typing import Any

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import (
    Source,
    blocks_text,
    fields_of,
    items_of,
    parsed,
    text_of,
    time_of,
    whole_of,
)
from coach.core.transcripts.model import Ran

_BLOCK = re.compile(r"```(?:bash|mswea_bash_command)[ \t]*\n(.*?)\n?```", re.DOTALL)
_RETURN_CODE = re.compile(r"<returncode>(-?\d{1,6})</returncode>")
_TIMED_OUT = "timed out"


def is_mini_swe_agent(source: Source) -> bool:
    """Say whether the text is such a transcript."""
    if isinstance(source.document, list):
        return any(
            _RETURN_CODE.search(blocks_text(fields_of(each).get("content"))[:2_000])
            for each in source.document[:20]
        )
    document = fields_of(source.document)
    named = text_of(document.get("trajectory_format")).startswith("mini-swe-agent")
    return isinstance(document.get("messages"), list) and (
        named or "mini_version" in fields_of(document.get("info"))
    )


def read_mini_swe_agent(source: Source) -> Draft:
    """Read every command that was carried out; a message refused for its form is none."""
    document = source.document if isinstance(source.document, dict) else {"messages": source.document}
    info = fields_of(document.get("info"))
    config = fields_of(info.get("config"))
    draft = Draft(title=text_of(document.get("instance_id")), submission=text_of(info.get("submission")))
    draft.assistant = text_of(fields_of(config.get("model")).get("model_name"))
    draft.root = text_of(fields_of(config.get("environment")).get("cwd"))
    messages = [fields_of(each) for each in items_of(document.get("messages"))]
    for index, message in enumerate(messages):
        if message.get("role") == "assistant":
            answers = _answers(messages, index)
            is_last = index + len(answers) + 1 == len(messages)
            _read_turn(draft, message, answers, submitted=is_last and info.get("exit_status") == "Submitted")
        elif message.get("role") == "user" and index < 2:
            draft.say(blocks_text(message.get("content")), by="person")
    return draft


def _answers(messages: list[dict[str, Any]], index: int) -> list[dict[str, Any]]:
    end = index + 1
    while end < len(messages) and messages[end].get("role") != "assistant":
        end += 1
    return messages[index + 1 : end]


def _commands(message: dict[str, Any]) -> list[str]:
    extra = fields_of(message.get("extra"))
    given = [fields_of(each) for each in items_of(extra.get("actions"))]
    commands = [text_of(each.get("command") or each.get("action")) for each in given]
    if not commands:
        calls = [fields_of(fields_of(each).get("function")) for each in items_of(message.get("tool_calls"))]
        commands = [
            text_of(fields_of(parsed(text_of(each.get("arguments")))).get("command")) for each in calls
        ]
    if not any(commands):
        commands = _BLOCK.findall(blocks_text(message.get("content")))
        commands = commands if len(commands) == 1 else []
    return [each for each in commands if each.strip()]


def _read_turn(
    draft: Draft, message: dict[str, Any], answers: list[dict[str, Any]], *, submitted: bool
) -> None:
    content = blocks_text(message.get("content"))
    draft.say(content.partition("```")[0])
    commands = _commands(message)
    at = time_of(fields_of(message.get("extra")).get("timestamp"))
    for number, command in enumerate(commands):
        answer = answers[number] if number < len(answers) else {}
        ran = _answered(command, answer, draft.root)
        if ran is not None:
            draft.add(ran, at)
        elif submitted:
            # The command that hands the work in gets no answer of its own; the difference is what it printed.
            draft.add(Ran(command=command, cwd=draft.root, output=draft.submission, exit_code=0), at)
        elif answer:
            draft.lack("commands refused for their form")
        else:
            draft.lack("commands without an answer")
            draft.add(Ran(command=command, cwd=draft.root, is_ended_early=True), at)


def _answered(command: str, answer: dict[str, Any], root: str) -> Ran | None:
    """Return the run that an answer tells of; None where it tells of none."""
    extra = fields_of(answer.get("extra"))
    code = whole_of(extra.get("returncode"))
    if code is not None and "raw_output" in extra:
        return Ran(command=command, cwd=root, output=text_of(extra.get("raw_output")), exit_code=code)
    seen = blocks_text(answer.get("content"))
    found = _RETURN_CODE.search(seen[:2_000])
    timed_out = found is None and _TIMED_OUT in seen[:600]
    if found is None and not timed_out:
        return None
    output, is_cut = _output(seen)
    return Ran(
        command=command,
        cwd=root,
        output=output,
        exit_code=int(found.group(1)) if found else None,
        is_cut=is_cut,
        is_ended_early=timed_out,
    )


def _output(seen: str) -> tuple[str, bool]:
    """Return what a command printed, and whether its middle is missing."""
    for start, end, is_cut in (("<output_head>", "</output_tail>", True), ("<output>", "</output>", False)):
        begin, stop = seen.find(start), seen.rfind(end)
        if begin >= 0:
            body = seen[begin + len(start) : stop if stop > begin else len(seen)]
            return body.removeprefix("\n"), is_cut
    return seen, False
