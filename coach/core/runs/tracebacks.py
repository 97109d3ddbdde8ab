"""Read the tracebacks that stand in printed text: in logs, on stderr, chained, in groups, behind the prefixes of lines.

What a server under test logs is often the only place where the real failure stands. Pure text, one pass over its lines,
whatever they hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_FRAMES = 60
MAX_FOUND = 40
LONGEST_LINE = 4_000
LONGEST_MESSAGE = 2_000
MAX_MESSAGE_LINES = 12

_HEADER = re.compile(r"(?:Exception Group )?Traceback \(most recent call last\):?")
_FRAME = re.compile(r'File "([^"\n]{1,1000})", line (\d{1,9})(?:, in (.{0,300}))?\s*$')
_ESCAPED = "Traceback (most recent call last):\\n"
_CHAINS = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_NAME = re.compile(r"((?:[^\W\d]\w*\.)*[^\W\d]\w*)(?::\s?(.*))?$", re.DOTALL)
_LIKELY = re.compile(
    r"(?:^|[\s|\]:])((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Group|Failure|Timeout))"
    r"(?::\s(.*))?$"
)
_MARKS = re.compile(r"\s*+[~^][\s~^]*+$")
_REPEATED = re.compile(r"\[Previous line repeated \d+ more times?\]")
_RECORD = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|\[")
_GROUP_LINE = re.compile(r"\+[-+]+")


@dataclass(slots=True)
class PrintedFrame:
    """One frame as it was printed."""

    file: str
    line: int
    function: str = ""
    source: str = ""


@dataclass(slots=True)
class Printed:
    """One traceback: its exception, and how it is chained to the one printed before it."""

    exception: str = ""
    message: str = ""
    frames: list[PrintedFrame] = field(default_factory=list)
    follows: str = ""
    """*cause*, *context* or empty: what the traceback printed before this one is to it."""


def tracebacks_in(text: str) -> list[list[Printed]]:
    """Return the chains of tracebacks in a text as they stand there; within a chain what happened first comes first."""
    chains: list[list[Printed]] = []
    for each in _Reader(_lines(text)).read():
        if each.follows and chains:
            chains[-1].append(each)
        else:
            chains.append([each])
    return chains


def _lines(text: str) -> Iterator[str]:
    """Yield lines, cut where they are too long; a log in JSON holds a whole traceback in one of them."""
    for line in text.split("\n"):
        at = line.find(_ESCAPED) if "\\n" in line else -1
        if at >= 0:
            part = line[at : at + 50_000].replace('\\"', '"').replace("\\\\", "\\").replace("\\t", "\t")
            yield from (each[:LONGEST_LINE] for each in part.split("\\n"))
        else:
            yield line[:LONGEST_LINE].rstrip("\r")


class _Reader:
    """Takes lines in, one after the other."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._all = lines
        self._found: list[Printed] = []
        self._now: Printed | None = None
        self._column = 0
        self._prefix = ""
        self._wants_source = False
        self._message_lines = 0
        self._chain = ""

    def read(self) -> list[Printed]:
        for line in self._all:
            if header := _HEADER.search(line):
                self._begin(line, header.start())
            elif self._now is not None:
                self._take(line)
            elif self._message_lines or self._chain or self._found:
                self._after(line)
            if len(self._found) >= MAX_FOUND:
                break
        return [each for each in self._found if each.frames]

    def _begin(self, line: str, column: int) -> None:
        self._now = Printed(follows=self._chain)
        self._column, self._prefix, self._wants_source = column, line[:column], False
        self._message_lines, self._chain = 0, ""

    def _take(self, line: str) -> None:
        now = self._now
        assert now is not None
        if frame := _FRAME.search(line):
            self._frame(now, line, frame)
        elif self._wants_source and self._body(line).startswith("    "):
            now.frames[-1].source = self._body(line).strip()[:400]
            self._wants_source = False
        elif not now.frames or not self._is_between(line):
            self._end(now, line)

    def _frame(self, now: Printed, line: str, found: re.Match[str]) -> None:
        self._column = max(len(line[: found.start()].rstrip(" ")), found.start() - 2)
        self._prefix = line[: self._column]
        if len(now.frames) >= MAX_FRAMES:  # of endless recursion the beginning and the end tell most
            del now.frames[MAX_FRAMES // 2]
        now.frames.append(PrintedFrame(found[1], int(found[2]), (found[3] or "").strip()))
        self._wants_source = True

    def _is_between(self, line: str) -> bool:
        body = self._body(line)
        self._wants_source = False
        return bool(_MARKS.match(body)) or bool(_REPEATED.search(body)) or body.startswith("    ")

    def _end(self, now: Printed, line: str) -> None:
        """Take the line of the exception, or give up: what followed was no traceback."""
        body = self._body(line)
        found = _NAME.match(body) or _LIKELY.search(line)
        self._now = None
        if not now.frames or found is None:
            if now.frames:
                self._found.append(now)  # cut off: where it went through is worth having
            return
        now.exception = found[1].rpartition(".")[2]
        now.message = (found[2] or "").strip()[:LONGEST_MESSAGE]
        self._found.append(now)
        self._message_lines = 1

    def _after(self, line: str) -> None:
        """A message of several lines goes on; a sentence says that the next traceback is chained to this one."""
        body = self._body(line)
        said = line.strip()
        for words, kind in _CHAINS.items():
            if said.endswith(words):
                self._chain, self._message_lines = kind, 0
                return
        if _GROUP_LINE.search(said) and self._found:
            self._chain, self._message_lines = "member", 0
            return
        goes_on = bool(body.strip()) and not _RECORD.match(body.lstrip()) and line.startswith(self._prefix)
        if self._message_lines and goes_on and self._message_lines < MAX_MESSAGE_LINES:
            last = self._found[-1]
            last.message = f"{last.message}\n{body.rstrip()}"[:LONGEST_MESSAGE]
            self._message_lines += 1
            return
        self._message_lines = 0
        is_blank = not body.strip("|+- ") or _is_alike(said, self._prefix.strip())
        if not is_blank:
            self._chain = ""

    def _body(self, line: str) -> str:
        """Return a line without the prefix that all lines of this traceback have, or without none."""
        if not self._prefix.strip():
            return line[self._column :] if not line[: self._column].strip() else line
        if line.startswith(self._prefix):
            return line[self._column :]
        alike = len(line) >= self._column and line[: self._column].strip() != ""
        return line[self._column :] if alike and _is_alike(line[: self._column], self._prefix) else line


def _is_alike(prefix: str, other: str) -> bool:
    """Whether two prefixes differ in their digits only: times and numbers of lines."""
    return len(prefix) == len(other) and all(
        mine == theirs or (mine.isdigit() and theirs.isdigit())
        for mine, theirs in zip(prefix, other, strict=True)
    )


def flat(chains: Sequence[Sequence[Printed]]) -> list[Printed]:
    """Return what chains hold, the newest chain first, and within a chain where it began last; none of them twice."""
    found: list[Printed] = []
    seen = set()
    for chain in reversed(chains):
        for each in reversed(chain):
            last = each.frames[-1] if each.frames else None
            key = (
                each.exception,
                each.message.partition("\n")[0],
                (last.file, last.line) if last else None,
                len(each.frames),
            )
            if key not in seen:
                seen.add(key)
                found.append(each)
    return found
