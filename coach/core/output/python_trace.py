"""Tracebacks as Python prints them, with the exceptions behind them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.output.differences import of_values
from coach.core.output.found import MAX_FRAMES, Detail, frame_at
from coach.core.runs.report import Cause, CauseKind, Difference, Frame

_HEAD = "Traceback (most recent call last):"
_FRAME = re.compile(
    r"\s*File \"(?P<path>[^\"]{1,1000})\", line (?P<line>\d{1,9})(?:, in (?P<function>.{1,200}))?$"
)
_EXCEPTION = re.compile(r"(?P<name>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?:: (?P<message>.*)|:?)$")
_BEHIND = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_UNEQUAL = re.compile(r"(?P<got>.{1,2000}?) != (?P<wanted>.{1,2000}?)(?: : .*)?$")
_MAX_MESSAGE_LINES = 60
_MAX_CAUSES = 10


@dataclass(slots=True)
class _Trace:
    exception: str = ""
    message: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    link: str = ""
    """How the one before is behind it: *cause*, *context*, or not at all."""


def trace_in(lines: Sequence[str]) -> tuple[Detail, tuple[Cause, ...]] | None:
    """Read the chained tracebacks in these lines: the last one, and those behind it, nearest first."""
    traces: list[_Trace] = []
    link = ""
    is_group = any("Exception Group Traceback" in line for line in lines)
    for line in (_plain(each) if is_group else each for each in lines):
        text = line.strip()
        if text == _HEAD or (not traces and _FRAME.match(line)):
            traces.append(_Trace(link=link))
            link = ""
        if text in _BEHIND:
            link = _BEHIND[text]
        elif traces:
            _take(traces[-1], line)
    whole = [each for each in traces if each.exception]
    if not whole:
        return None
    last = whole[-1]
    causes = []
    for behind, now in zip(reversed(whole[:-1]), reversed(whole), strict=False):
        if not now.link:
            break
        kind: CauseKind = "cause" if now.link == "cause" else "context"
        frames = tuple(behind.frames[-MAX_FRAMES:])
        causes.append(Cause(kind=kind, exception=behind.exception, message=_text(behind), frames=frames))
    detail = Detail(last.exception, _text(last), tuple(last.frames), _difference(_text(last)))
    return detail, tuple(causes[:_MAX_CAUSES])


def _take(now: _Trace, line: str) -> None:
    if not now.exception and (found := _FRAME.match(line)):
        now.frames.append(frame_at(found["path"], found["line"], found["function"] or ""))
    elif not now.exception and not line.startswith(" ") and (found := _EXCEPTION.match(line)):
        now.exception, now.message = found["name"].rpartition(".")[2], [found["message"] or ""]
    elif now.exception and len(now.message) < _MAX_MESSAGE_LINES:
        now.message.append(line.rstrip())


def _plain(line: str) -> str:
    """Take off the margin of an exception group's members."""
    text = line.lstrip()
    if text.startswith(("| ", "+ ")) and not line.startswith(("|", "+")):
        return text[2:]
    return line


def _text(trace: _Trace) -> str:
    return "\n".join(trace.message).strip("\n")


def _difference(message: str) -> tuple[Difference, ...]:
    """Read unittest's ``first != second``. It does not say which one was wanted; the second is by custom."""
    found = _UNEQUAL.match(message.partition("\n")[0])
    return of_values(found["got"], found["wanted"], is_sure=False) if found else ()
