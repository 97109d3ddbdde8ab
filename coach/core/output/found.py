"""What a reader of output gives back, and the few shapes all readers share."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coach.core.base.test_id import TestId
from coach.core.runs.report import Counts, Difference, Failure, Frame, Phase, Section

MAX_FAILURES, MAX_READ = 200, 5_000
"""Failures that a report keeps, and those that are read to be counted."""
MAX_FRAMES = 40
MAX_MESSAGE = 4_000
_MAX_SECTION = 8_000
_MAX_NAME = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What one reader recognised."""

    failures: tuple[Failure, ...] = ()
    counts: Counts | None = None
    """None where the format does not tell them."""
    at: int = 0
    """The line of the first failure: failures of several runners are told in this order."""
    end: int = 0
    """The line after the runner's last one: what failed later is not a test."""
    is_red: bool = False
    """Whether the runner's own summary says that tests failed: no exit code makes that green."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What a runner says of one failing test."""

    exception: str = ""
    message: str = ""
    frames: tuple[Frame, ...] = ()
    """Outermost first."""
    difference: tuple[Difference, ...] = ()


def failure_of(test: str, detail: Detail, phase: Phase = "call", text: Sequence[str] = ()) -> Failure:
    """Return a failure, shortened to what one event may hold; ``text`` is kept where message and frames do not say it."""
    said = "" if detail.message and detail.frames else "\n".join(text).strip("\n")
    return Failure(
        test=TestId(test if len(test) <= _MAX_NAME else f"{test[:300]}…{test[-199:]}"),
        phase=phase,
        exception=detail.exception[:200],
        message=detail.message[:MAX_MESSAGE],
        frames=detail.frames[-MAX_FRAMES:],
        difference=detail.difference[:5],
        sections=(Section(name="output", text=said[:_MAX_SECTION]),) if said.strip() else (),
    )


def frame_at(path: str, line: str | int, function: str = "") -> Frame:
    """Return a frame as it was printed; whether it is the project's own is found out by those who can look."""
    path = path.strip().removeprefix("file://").replace("\\", "/").removeprefix("./")
    return Frame(path=path[:1_000], line=int(line), function=function.strip()[:200], own=False)


def paragraph(lines: Iterable[str]) -> str:
    """Return lines without their common indentation and without empty lines around them."""
    kept = [line.rstrip() for line in lines]
    margin = min((len(line) - len(line.lstrip()) for line in kept if line), default=0)
    return "\n".join(line[margin:] for line in kept).strip("\n")


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def number(text: str | None) -> int:
    """Return a count as a runner prints it; one that is absurd counts nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def unique(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Keep the first failure of each test: runners repeat them in summaries."""
    kept: dict[str, Failure] = {}
    for each in failures:
        kept.setdefault(each.test, each)
    return tuple(kept.values())[:MAX_READ]


EXCEPTION = re.compile(
    r"(?:Uncaught )?(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?: \[[\w.]+\])?(?:: (?P<message>.*)|:?)$"
)
"""An exception with its message, as nearly all languages end or begin a trace."""
