"""Histories of aider's chat, in Markdown: prompts, blocks to search and replace, commands, and which edits were applied."""

import re
from dataclasses import dataclass, field

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.foreign_json import Source, text_of, time_of
from coach.core.transcripts.model import Edited, Ran
from coach.core.transcripts.patches import read_unified

_STARTED = re.compile(r"^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
_COMMAND = re.compile(r"^(?:> #|#)?#### (?:/(?:run|test|git) |!)(.+)")
_MODEL = re.compile(r"^> (?:Main model|Models?): (\S+)")
_APPLIED = re.compile(r"^> Applied edit to (.+)")
_RUNNING = re.compile(r"^> Running (.+)")
_TESTED = re.compile(r"^> Test Script:\s+(.+?)[;\s]*$")
"""What the benchmark of aider's author prints before the output of the tests that follow each edit by themselves."""
_RETURNED = re.compile(r"^> .*\bReturn Code: (\d+)\s*$")
_TIMED_OUT = re.compile(r"^> .*\btimed out\b")
_ROOT = re.compile(r"^> Git repository created in (/\S+)")
_END_OF_OUTPUT = re.compile(
    r"^> (?:Add |Added |Tokens: |Attempt to fix |Aider v|Model)|^#### |^# aider chat started"
)
_SEARCH = re.compile(r"^<{5,9} SEARCH")
_DIVIDER = re.compile(r"^={5,9}\s*$")
_REPLACE = re.compile(r"^>{5,9} REPLACE")
_CLOSING = re.compile(r"^\s*(?:`{3,}|~{3,})\s*$")
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})(.*)$")


@dataclass
class _Block:
    """Text that an answer wants in a file; ``old`` is None where it is the whole file."""

    path: str
    old: str | None
    new: str


@dataclass
class _Chat:
    draft: Draft
    blocks: list[_Block] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    last_commit: list[str] = field(default_factory=list)


def is_aider(source: Source) -> bool:
    """Say whether the text is such a history."""
    return _STARTED.search(source.text[:100_000]) is not None


def read_aider(source: Source) -> Draft:
    """Read commands and applied edits. Exit codes are not in it, times only of the beginning."""
    text = text_of(source.text)
    chat = _Chat(Draft())
    started = _STARTED.search(text)
    chat.draft.began = time_of(started.group(1)) if started is not None else None
    chat.draft.lack("characters past the first 4,000,000", len(source.text) - len(text))
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        index = _read_line(chat, lines, index)
    _apply(chat)
    return chat.draft


def _read_line(chat: _Chat, lines: list[str], index: int) -> int:
    """Read what begins at a line. Returns the index of the first line behind it."""
    line, draft = lines[index], chat.draft
    command = _COMMAND.match(line)
    if command is not None:
        _apply(chat)
        return _read_output(chat, lines, index + 1, command.group(1).rstrip())
    if line.startswith("#### "):
        _apply(chat)
        if line.strip() == "#### /undo":
            _undo(chat)
        else:
            draft.title = draft.title or line[5:]
            draft.say(line[5:], by="person")
    elif (tested := _TESTED.match(line)) is not None:
        _apply(chat)
        return _read_tests(chat, lines, index + 1, tested.group(1))
    elif line.startswith("> "):
        _read_note(chat, line)
    elif _SEARCH.match(line):
        return _read_block(chat, lines, index)
    elif _FENCE.match(line):
        return _read_fence(chat, lines, index)
    return index + 1


def _read_note(chat: _Chat, line: str) -> None:
    model, applied, running, root = (
        each.match(line.rstrip()) for each in (_MODEL, _APPLIED, _RUNNING, _ROOT)
    )
    if model is not None:
        chat.draft.assistant = chat.draft.assistant or model.group(1)
    elif applied is not None:
        chat.applied.append(applied.group(1))
    elif running is not None:
        _apply(chat)
        chat.draft.add(Ran(command=running.group(1), is_cut=True))
    elif root is not None:
        chat.draft.root = root.group(1)
    elif line.startswith("> Commit "):
        chat.last_commit = list(dict.fromkeys(chat.applied))
        _apply(chat)


def _read_output(chat: _Chat, lines: list[str], index: int, command: str) -> int:
    output: list[str] = []
    while index < len(lines) and not _END_OF_OUTPUT.match(lines[index]):
        output.append(lines[index].removeprefix("> ").removesuffix("  "))
        index += 1
    by = "git " if lines[max(index - len(output) - 1, 0)].startswith("#### /git") else ""
    printed = "\n".join(output).strip("\n")
    chat.draft.add(Ran(command=f"{by}{command}", output=printed, is_cut=not printed), by="person")
    return index


def _read_tests(chat: _Chat, lines: list[str], index: int, command: str) -> int:
    """Read what tests printed that ran by themselves after an edit."""
    output: list[str] = []
    while index < len(lines) and lines[index].startswith(">") and not _END_OF_OUTPUT.match(lines[index]):
        output.append(lines[index])
        index += 1
    codes = [found.group(1) for line in output if (found := _RETURNED.match(line)) is not None]
    chat.draft.add(
        Ran(
            command=command,
            output="\n".join(line.removeprefix(">").removeprefix(" ").rstrip() for line in output),
            exit_code=int(codes[-1]) if codes else None,
            is_ended_early=not codes and any(_TIMED_OUT.match(line) for line in output),
        )
    )
    return index


def _path_before(lines: list[str], index: int) -> str:
    """Return the name that stands before a fence or a block, as aider asks for it."""
    for line in reversed(lines[max(index - 3, 0) : index]):
        name = line.strip().strip("*`#: ").removeprefix("File ").strip()
        if name and not _FENCE.match(line):
            return name if re.fullmatch(r"[\w@+=,./ -]{1,200}", name) else ""
    return ""


def _read_block(chat: _Chat, lines: list[str], index: int) -> int:
    path = _path_before(lines, index)
    old: list[str] = []
    new: list[str] = []
    side = old
    at = index + 1
    while at < len(lines) and not _REPLACE.match(lines[at]):
        if side is old and _DIVIDER.match(lines[at]):
            side = new
        elif lines[at].startswith("#### ") or _SEARCH.match(lines[at]):
            return at  # the answer was cut off
        else:
            side.append(lines[at])
        at += 1
    chat.blocks.append(_Block(path, _text(old), _text(new)))
    closes = at + 1 < len(lines) and _CLOSING.match(lines[at + 1])
    return at + 2 if closes else at + 1  # the fence that closes here would else open another block


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _read_fence(chat: _Chat, lines: list[str], index: int) -> int:
    """Read a fenced block: blocks to search and replace, a difference, or a whole file under its name."""
    found = _FENCE.match(lines[index])
    language = found.group(1).strip() if found is not None else ""
    if index + 1 < len(lines) and (
        _SEARCH.match(lines[index + 1]) or not lines[index].startswith(("```", "~~~"))
    ):
        return index + 1
    end = index + 1
    while end < len(lines) and not re.match(r"^(?:`{3,}|~{3,})|^#### |^<{5,9} SEARCH", lines[end]):
        end += 1
    if end >= len(lines) or not re.fullmatch(r"(?:`{3,}|~{3,})\s*", lines[end]):
        return index + 1  # the end of a block, or one that is cut off; no fence stands before ``end``
    body = lines[index + 1 : end]
    if language == "diff":
        for each in read_unified("\n".join(body)):
            for hunk in each.hunks:
                chat.blocks.append(_Block(each.new or each.old or "", hunk.old, hunk.new))
    elif path := _path_before(lines, index):
        chat.blocks.append(_Block(path, None, _text(body)))
    return end + 1


def _apply(chat: _Chat) -> None:
    """Turn the blocks of an answer into edits: those of files that aider says it applied, in the order of the answer."""
    applied = set(chat.applied)
    last_path = ""
    for block in chat.blocks:
        path = block.path or last_path
        last_path = path
        if block.old is None:
            if path in applied:
                chat.draft.add(Edited(path=path, kind="write", new=block.new))
        elif path:
            chat.draft.add(
                Edited(path=path, kind="replace", old=block.old, new=block.new, failed=path not in applied)
            )
    missing = applied - {block.path for block in chat.blocks}
    for path in sorted(missing):
        chat.draft.add(Edited(path=path, kind="patch"))
        chat.draft.lack("applied edits whose text is not in the history")
    chat.blocks, chat.applied = [], []


def _undo(chat: _Chat) -> None:
    for path in chat.last_commit:
        chat.draft.add(Edited(path=path, kind="undo"), by="person")
    chat.last_commit = []
