"""Read what the probe wrote during one run, line by line, into the parts of a run report.

The test process can write to the same file and knows the nonce: lines are data to be checked, never trusted. A line
counts only with the run's nonce, the process id of the first ``begin``, a known event and valid fields; all others are
dropped and counted. Lines end with the newline byte only, and none is longer than 64 kB.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from coach.core.report import Counts, Failure, Frame, Phase, RanTests, Section
from coach.core.text import Text
from coach.engine.leaders import STACKS_SIGNAL
from coach.engine.places import Places

LINE_LIMIT = 65_536
MOST_FAILURES = 200
MOST_FRAMES = 60
MOST_SKIPPED = 500
MOST_NOTES = 20
MOST_NAMES = 5_000
"""Tests of one run that are kept by name."""
_READ_SIZE = 1 << 20

TestOutcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
EventName = Literal["begin", "collected", "collect_failed", "test_start", "test_end", "end", "note"]

_DROPPED_WORDS = {
    "nonce": "with a foreign nonce",
    "pid": "from another process",
    "schema": "that are not events of the probe",
    "size": "longer than 64 kB",
}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class WireFrame(_Wire):
    file: Text
    line: int
    function: Text = ""
    source: Text = ""
    locals: list[list[Text]] = []


class WireFailure(_Wire):
    phase: Phase
    exception: Text = ""
    message: Text = ""
    frames: list[WireFrame] = []
    sections: list[list[Text]] = []


class WireEvent(_Wire):
    """One line. Which fields matter depends on ``event``; the others keep their defaults."""

    event: EventName
    pid: int
    nonce: str
    test: Text = ""
    outcome: TestOutcome | None = None
    duration: float = 0.0
    failures: list[WireFailure] = []
    selected: int = 0
    deselected: int = 0
    exitstatus: int | None = None
    loaded: list[Text] = []
    python: Text = ""
    pytest: Text = ""
    rootdir: Text = ""
    text: Text = ""
    truncated: bool = False


_EVENT = TypeAdapter(WireEvent)
_COUNTED = {
    "passed": "passed",
    "failed": "failed",
    "error": "errors",
    "skipped": "skipped",
    "xfailed": "xfailed",
    "xpassed": "xpassed",
}


class Channel:
    """The channel file of one run, read as it grows."""

    def __init__(self, path: Path, nonce: str, root: Path) -> None:
        self._path, self._nonce, self._places = path, nonce, Places(root)
        self._offset = 0
        self._torn = b""
        self._is_skipping = False
        self._pid: int | None = None
        self._dropped: Counter[str] = Counter()
        self._notes: list[str] = []
        self._counted: Counter[str] = Counter()
        self.began: WireEvent | None = None
        self.ended: WireEvent | None = None
        self.selected = 0
        self.deselected = 0
        self.finished = 0
        self.under_way: dict[str, None] = {}
        """Tests that began and have not ended, oldest first; several only under xdist."""
        self.last_test = ""
        self.failures: list[Failure] = []
        self.failures_left_out = 0
        self.collect_failures = 0
        self.skipped: list[str] = []
        self._ran: dict[str, list[str]] = {}

    def read(self) -> bool:
        """Take in what was written since the last call. Returns whether anything was."""
        seen = False
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                while part := file.read(_READ_SIZE):
                    self._offset += len(part)
                    self._take(part)
                    seen = True
        except OSError as error:
            self._say(f"the probe's channel could not be read: {os.strerror(error.errno or 0)}")
        return seen

    @property
    def current_test(self) -> str:
        return next(reversed(self.under_way), "")

    @property
    def failed(self) -> int:
        return self._counted["failed"] + self._counted["errors"]

    @property
    def counts(self) -> Counts:
        return Counts(selected=self.selected, **self._counted)

    @property
    def ran(self) -> tuple[RanTests, ...]:
        """The tests that ran, by file; without their names when there are too many to keep."""
        is_kept = sum(map(len, self._ran.values())) <= MOST_NAMES
        return tuple(
            RanTests(path=path, count=len(names), names=tuple(names) if is_kept else ())
            for path, names in self._ran.items()
        )

    @property
    def loaded(self) -> tuple[str, ...]:
        return tuple(self.ended.loaded) if self.ended else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Reasons to doubt the evidence: what the probe said of itself, and what was dropped."""
        dropped = [
            f"dropped {count} channel lines {_DROPPED_WORDS[why]}"
            for why, count in sorted(self._dropped.items())
        ]
        if self._torn or self._is_skipping:
            dropped.append("the last channel line was torn")
        return (*self._notes, *dropped)

    def _take(self, part: bytes) -> None:
        *lines, rest = part.split(b"\n")
        for line in lines:
            whole = self._torn + line
            self._torn = b""
            if self._is_skipping or len(whole) > LINE_LIMIT:
                self._dropped["size"] += 1
            elif whole:
                self._line(whole)
            self._is_skipping = False
        self._torn += rest
        if len(self._torn) > LINE_LIMIT:
            self._torn, self._is_skipping = b"", True

    def _line(self, line: bytes) -> None:
        try:
            event = _EVENT.validate_python(json.loads(line.decode("utf-8", "replace")))
        except (ValueError, ValidationError, RecursionError):
            self._dropped["schema"] += 1
            return
        if event.nonce != self._nonce:
            self._dropped["nonce"] += 1
        elif event.pid != self._expected_pid(event):
            self._dropped["pid"] += 1
        else:
            self._event(event)

    def _expected_pid(self, event: WireEvent) -> int | None:
        if self._pid is None and event.event in {"begin", "note"}:
            self._pid = event.pid
        return self._pid

    def _event(self, event: WireEvent) -> None:
        if event.truncated:
            self._say(f"the evidence of {event.test or event.event} was too long and is shortened")
        match event.event:
            case "begin":
                self.began = self.began or event
            case "collected":
                self.selected, self.deselected = event.selected, event.deselected
            case "collect_failed":
                self.collect_failures += 1
                self._keep_failures(event, "collect")
            case "test_start":
                self.under_way[event.test] = None
                self.last_test = event.test
            case "test_end":
                self._test_end(event)
            case "end":
                self.ended = event
            case "note":
                self._say(f"probe: {event.text[:600]}")

    def _test_end(self, event: WireEvent) -> None:
        if event.outcome is None:
            self._dropped["schema"] += 1
            return
        self.under_way.pop(event.test, None)
        self.finished += 1
        self._counted[_COUNTED[event.outcome]] += 1
        if event.outcome not in {"skipped", "xfailed"}:
            path, _, name = event.test.partition("[")[0].partition("::")
            self._ran.setdefault(path, []).append(name)
        if event.outcome in {"failed", "error"}:
            self._keep_failures(event, "call")
        elif event.outcome in {"skipped", "xfailed"} and len(self.skipped) < MOST_SKIPPED:
            self.skipped.append(event.test)

    def _keep_failures(self, event: WireEvent, phase: Phase) -> None:
        for wire in event.failures or [WireFailure(phase=phase)]:
            if len(self.failures) >= MOST_FAILURES:
                self.failures_left_out += 1
            else:
                self.failures.append(self._failure(event, wire))

    def _failure(self, event: WireEvent, wire: WireFailure) -> Failure:
        frames = most_telling([self._frame(each) for each in wire.frames])
        return Failure(
            test=event.test,
            phase=wire.phase,
            exception=wire.exception,
            message=wire.message,
            frames=frames,
            sections=tuple(Section(name=pair[0], text=pair[1]) for pair in wire.sections if len(pair) == 2),
            duration=max(event.duration, 0.0),
        )

    def _frame(self, wire: WireFrame) -> Frame:
        path, own = self._places.name(wire.file)
        return Frame(
            path=path,
            line=wire.line,
            function=wire.function,
            own=own,
            source=wire.source,
            locals=tuple((pair[0], pair[1]) for pair in wire.locals if len(pair) == 2),
        )

    def _say(self, note: str) -> None:
        if len(self._notes) < MOST_NOTES and note not in self._notes:
            self._notes.append(note)


def most_telling(frames: list[Frame], limit: int = MOST_FRAMES) -> tuple[Frame, ...]:
    """Keep at most ``limit`` frames in their order: own ones first, then the innermost of the others."""
    if len(frames) <= limit:
        return tuple(frames)
    by_worth = sorted(range(len(frames)), key=lambda index: (not frames[index].own, -index))
    chosen = set(by_worth[:limit])
    return tuple(frame for index, frame in enumerate(frames) if index in chosen)


def channel_settings(  # noqa: PLR0913, PLR0917 - the fields of one file
    channel: Path,
    nonce: str,
    root: Path,
    stacks: Path,
    others: tuple[Path, ...],
    trace: Path | None = None,
    modules: Path | None = None,
    plan: Path | None = None,
    logpoint: Path | None = None,
    calls: Path | None = None,
    *,
    bytecode: str | None = None,
    held: tuple[Path, ...] = (),
) -> str:
    """Return the content of the file that ``COACH_PROBE`` names.

    ``trace`` is where lines that run (or what mutants of ``plan`` showed) are written, ``modules`` where the names of
    loaded foreign modules are, ``bytecode`` where processes that tests start keep theirs (empty: as always; None: nobody
    writes any), ``held`` the folders below which the run itself keeps none.
    """
    settings: dict[str, Any] = {
        "channel": str(channel),
        "nonce": nonce,
        "root": str(root),
        "stacks": str(stacks),
        "signal": STACKS_SIGNAL,
        "other_roots": [str(each) for each in others],
        "trace": str(trace) if trace else "",
        "mutants": str(plan) if plan else "",
        "logpoint": str(logpoint) if logpoint else "",
        "calls": str(calls) if calls else "",
        "modules": str(modules) if modules else "",
    }
    if bytecode is not None:
        settings |= {"bytecode": bytecode, "held": [str(each) for each in held]}
    return json.dumps(settings)
