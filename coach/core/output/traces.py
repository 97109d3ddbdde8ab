"""A program that ended by an exception: the last trace in the output, of whatever language."""

import re
from collections.abc import Callable, Sequence

from coach.core.output.found import EXCEPTION, Detail, Found, failure_of, frame_at
from coach.core.output.go_words import panic_in
from coach.core.output.javascript import stack_frame
from coach.core.output.jvm import exception_in, java_frame
from coach.core.output.python_trace import trace_in
from coach.core.output.rust import panic_of
from coach.core.runs.report import Cause

_Read = Callable[[Sequence[str], int], tuple[Detail, tuple[Cause, ...]] | None]
_PYTHON = "Traceback (most recent call last):"
_JAVA = re.compile(
    r"(?:Exception in thread \"[^\"]{0,100}\" )?(?P<exception>(?:[a-z_]\w*\.)+[A-Z][\w$]*(?:: .*)?)$"
)
_RUST = re.compile(r"thread '[^']{0,300}'(?: \(\d+\))? panicked at ")
_GO = re.compile(r"(?:panic|fatal error): ")
_DIED = re.compile(r"(?P<message>\S.{0,500}?) at (?P<path>\S{1,300}) line (?P<line>\d{1,9})\.$")
_ASSERT = re.compile(
    r"(?:[^\s:]{1,200}: )?(?P<path>[^\s:]{1,300}):(?P<line>\d{1,9}): (?P<function>[^`:]{0,200}): Assertion `(?P<message>.{0,500})' failed\.$"
)
_ASSERT_OF_MAC = re.compile(
    r"Assertion failed: \((?P<message>.{0,500})\), function (?P<function>\w+), file (?P<path>\S+), line (?P<line>\d{1,9})\.$"
)
_NODE_HEAD = re.compile(r"(?P<path>(?:file://)?/?\S.{0,400}\.[cm]?[jt]sx?):(?P<line>\d{1,9})$")
"""What node prints above the line that could not be run or read."""
_SHELL = re.compile(r"(?P<path>[^\s:]{1,300}): (?:line )?(?P<line>\d{1,9}): (?P<message>\S.*)$")
_RUBY = re.compile(
    r"(?P<path>[^\s:]{1,300}\.rb):(?P<line>\d{1,9}):in [`'](?P<function>[^']{0,200})': (?P<message>.*?) \((?P<exception>[\w:]+)\)$"
)
_ONE_LINE = (_RUBY, _DIED, _ASSERT, _ASSERT_OF_MAC)
_MAX_LINES = 400
_MAX_TRIED = 20
"""Places that look like the begin of a trace and are none, before the search ends."""


def read_traces(lines: Sequence[str]) -> Found | None:
    """Read the last trace: what ended the command, not what it logged on its way."""
    tried = 0
    for row in range(len(lines) - 1, -1, -1):
        read = _reader(lines, row)
        if read is None:
            continue
        found = read(lines, row)
        tried += 1
        if found is not None and (found[0].exception or found[0].message):
            failure = failure_of("", found[0], "command", lines[row : row + 40])
            return Found((failure.model_copy(update={"causes": found[1]}),), None, row, row + 1)
        if tried >= _MAX_TRIED:
            break
    return None


def _reader(lines: Sequence[str], row: int) -> _Read | None:
    line = lines[row]
    if line.strip() == _PYTHON:
        return _python
    if _RUST.match(line):
        return lambda lines, row: (panic_of(lines[row : row + _MAX_LINES]), ())
    if _GO.match(line):
        return _go
    if row + 1 < len(lines) and lines[row + 1].strip().startswith("at "):
        return _with_stack
    is_one_line = any(each.match(line) for each in _ONE_LINE) or _is_of_shell(line)
    return _one_line if line[:1].strip() and is_one_line else None


def _python(lines: Sequence[str], row: int) -> tuple[Detail, tuple[Cause, ...]] | None:
    """Read back to the first traceback of a chain."""
    start = row
    while (
        start > 0
        and (lines[start - 1].strip() or "exception" in lines[start - 2])
        and row - start < _MAX_LINES
    ):
        start -= 1
    return trace_in(lines[start : row + _MAX_LINES]) or trace_in(lines[row : row + _MAX_LINES])


def _go(lines: Sequence[str], row: int) -> tuple[Detail, tuple[Cause, ...]] | None:
    detail = panic_in(lines[row : row + _MAX_LINES])
    return (detail, ()) if detail and detail.frames else None


def _with_stack(lines: Sequence[str], row: int) -> tuple[Detail, tuple[Cause, ...]] | None:
    """Read JavaScript's and Java's: an exception, then ``at`` lines."""
    java = _JAVA.match(lines[row])
    if java and java_frame(lines[row + 1]):
        return exception_in([java["exception"], *lines[row + 1 : row + _MAX_LINES]]), ()
    said = EXCEPTION.match(lines[row].strip())
    frames = []
    for line in lines[row + 1 : row + _MAX_LINES]:
        frame = stack_frame(line)
        if frame is None and not line.strip().startswith("at "):
            break
        if frame is not None:
            frames.append(frame)
    if said is None or not frames:
        return None
    frames.reverse()
    head = next(
        (found for line in reversed(lines[max(row - 6, 0) : row]) if (found := _NODE_HEAD.match(line))), None
    )
    if head is not None:
        place = frame_at(head["path"], head["line"])
        if all((each.path, each.line) != (place.path, place.line) for each in frames):
            frames.append(place)
    return Detail(said["name"], said["message"] or "", tuple(frames)), ()


def _one_line(lines: Sequence[str], row: int) -> tuple[Detail, tuple[Cause, ...]] | None:
    """Read Ruby's, Perl's and the shell's: place and message on one line."""
    line = lines[row]
    if ruby := _RUBY.match(line):
        frame = frame_at(ruby["path"], ruby["line"], ruby["function"])
        return Detail(ruby["exception"], ruby["message"], (frame,)), ()
    if failed := _ASSERT.match(line) or _ASSERT_OF_MAC.match(line):
        frame = frame_at(failed["path"], failed["line"], failed["function"])
        return Detail("Assertion", f"{failed['message']} failed", (frame,)), ()
    found = _DIED.match(line) or (_SHELL.match(line) if _is_of_shell(line) else None)
    if found is None:
        return None
    return Detail("", found["message"], (frame_at(found["path"], found["line"]),)), ()


def _is_of_shell(line: str) -> bool:
    return line.endswith(
        ("not found", "No such file or directory", "Permission denied", "unbound variable", "syntax error")
    ) or ("parameter not set" in line or "syntax error near" in line)
