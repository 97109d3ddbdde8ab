"""Read what the probe wrote during one run, line by line, into the parts of a run report.

The test process can write to the same file and knows the nonce: lines are data to be checked, never trusted. A line
counts only with the run's nonce, the process id of the first ``begin``, a known event and valid fields; all others are
dropped and counted. Lines end with the newline byte only, and none is longer than 64 kB.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.runs.report import Counts, Failure, NotRun, Phase, RanTests
from coach.engine.channel.failures import FailureReader
from coach.engine.channel.lines import WireEvent, WireFailure
from coach.engine.channel.reads import ToldReads
from coach.engine.process.run_files import RunFiles
from coach.engine.process.spawn import STACKS_SIGNAL
from coach.engine.source.project_paths import Places
from coach.regular_files import is_file_of, opened

LINE_LIMIT = 65_536
MAX_FAILURES = 200
MAX_SKIPPED = 500
MAX_RERUNS = 500
MAX_NOTES = 20
MAX_NAMES = 5_000
"""Tests of one run that are kept by name."""
_READ_SIZE = 1 << 20

_DROPPED_WORDS = {
    "nonce": "with a foreign nonce",
    "pid": "from another process",
    "schema": "that are not events of the probe",
    "size": "longer than 64 kB",
}


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

    def __init__(self, path: Path, nonce: str, root: Path, about: Collection[str] = ()) -> None:
        self._path, self._nonce, self._reader = path, nonce, FailureReader(Places(root))
        self._about = frozenset(map(TestId, about))
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
        self.under_way: dict[TestId, None] = {}
        """Tests that began and have not ended, oldest first; several only under xdist."""
        self.last_test = ""
        self.failures: list[Failure] = []
        self.failures_left_out = 0
        self.collect_failures = 0
        self.skipped: list[str] = []
        self.reads = ToldReads(Places(root))
        self._ran: dict[str, list[str]] = {}
        self.not_run: list[NotRun] = []
        self.passed: list[str] = []
        """Of the tests that were asked about, those that passed."""
        self.reruns: list[str] = []
        self.rerun_failures: list[Failure] = []
        self.collect_skipped: list[NotRun] = []
        """Modules and other collectors that skipped themselves."""
        self.deselected_by = ""
        self._ended_tests: set[str] = set()

    def read(self) -> bool:
        """Take in what was written since the last call. Returns whether anything was."""
        before = self._offset
        if is_file_of(self._path, before):
            return False  # nearly always: a run is looked at 200 times a second
        try:
            with opened(self._path) as file:
                file.seek(before)
                while part := file.read(_READ_SIZE):
                    self._offset += len(part)
                    self._take(part)
        except OSError as error:
            self._say(f"the probe's channel could not be read: {os.strerror(error.errno or 0)}")
        return self._offset > before

    @property
    def refused(self) -> tuple[str, ...]:
        """What the process says it tried and was not allowed to do."""
        return tuple(self.ended.refused) if self.ended else ()

    @property
    def current_test(self) -> TestId:
        return next(reversed(self.under_way), NO_TEST)

    @property
    def failed(self) -> int:
        return self._counted["failed"] + self._counted["errors"]

    @property
    def counts(self) -> Counts:
        return Counts(selected=self.selected, **self._counted)

    @property
    def ran(self) -> tuple[RanTests, ...]:
        """The tests that ran, by file; without their names when there are too many to keep."""
        is_kept = sum(map(len, self._ran.values())) <= MAX_NAMES
        return tuple(
            RanTests(path=path, count=len(names), names=tuple(names) if is_kept else ())
            for path, names in self._ran.items()
        )

    @property
    def failures_by_pytest(self) -> int:
        """How many failures pytest's own summary counted; -1: unknown."""
        return self.ended.failed if self.ended else -1

    @property
    def is_whole(self) -> bool:
        """Whether every line was taken in."""
        return not self._dropped and not self._torn and not self._is_skipping

    @property
    def loaded(self) -> tuple[str, ...]:
        return tuple(self.ended.loaded) if self.ended else ()

    @property
    def by_folder(self) -> tuple[str, ...]:
        """Modules that were found because pytest was started as ``python -m pytest`` where it stands."""
        return tuple(self.ended.by_folder) if self.ended else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Reasons to doubt the evidence: what the probe said of itself, and what was dropped."""
        dropped = [
            f"dropped {count} channel lines {_DROPPED_WORDS[why]}"
            for why, count in sorted(self._dropped.items())
        ]
        if self._torn or self._is_skipping:
            dropped.append("the last channel line was torn")
        elsewhere = (each.sentence for each in self.reads.elsewhere.values())
        return (*elsewhere, *self._notes, *dropped)

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
        elif event.event in {"opened", "written", "elsewhere"}:
            self.reads.take(event)
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
                self._collected(event)
            case "collect_failed":
                self.collect_failures += 1
                self._keep_failures(event, "collect")
            case "collect_skipped":
                self.collect_skipped.append(NotRun(test=event.test, how="skipped", reason=event.reason))
                self._leave_out(self.collect_skipped[-1])
            case "test_start":
                self.under_way[event.test] = None
                self.last_test = event.test
            case "test_end":
                self._test_end(event)
            case "end":
                self.ended = event
            case "note":
                self._say(f"probe: {event.text[:600]}")

    def _collected(self, event: WireEvent) -> None:
        self.selected, self.deselected = event.selected, event.deselected
        self.deselected_by = event.reason
        for test in event.named:
            self._leave_out(NotRun(test=test, how="deselected", reason=event.reason))

    def _test_end(self, event: WireEvent) -> None:
        if event.outcome is None:
            self._dropped["schema"] += 1
            return
        self.under_way.pop(event.test, None)
        self.finished += 1
        self._counted[_COUNTED[event.outcome]] += 1
        if event.outcome not in {"skipped", "xfailed"}:
            self._ran.setdefault(event.test.file, []).append(event.test.function.inside)
        if self._about:
            self._ended_tests.add(event.test)
        self._keep_reruns(event)
        if event.outcome in {"failed", "error"}:
            self._keep_failures(event, "call")
        elif event.outcome in {"skipped", "xfailed"}:
            if len(self.skipped) < MAX_SKIPPED:
                self.skipped.append(event.test)
            how: Literal["skipped", "xfailed"] = "xfailed" if event.outcome == "xfailed" else "skipped"
            self._leave_out(NotRun(test=event.test, how=how, reason=event.reason))
        elif event.test in self._about:
            self.passed.append(event.test)

    def _keep_reruns(self, event: WireEvent) -> None:
        self.reruns += [event.test] * min(max(event.reruns, 0), MAX_RERUNS - len(self.reruns))
        if event.rerun_failures and len(self.rerun_failures) < MAX_FAILURES:
            self.rerun_failures.append(self._reader.failure(event, event.rerun_failures[0]))

    def _leave_out(self, found: NotRun) -> None:
        if len(self.not_run) < MAX_SKIPPED or found.test in self._about:
            self.not_run.append(found)

    def give_up(self) -> None:
        """Take tests that began and never ended, in a run that failed for nothing else, as crashed."""
        if self.failures or self.ended is None or self.ended.exitstatus != 1 or self.ended.text:
            return
        for test in list(self.under_way)[:MAX_FAILURES]:
            self._counted["failed"] += 1
            self.finished += 1
            message = "it began and no end was reported: the process that ran it is gone"
            self.failures.append(Failure(test=test, exception="Crash", message=message))

    def tests(self, *, names: bool) -> dict[str, Any]:
        """Return what a report says of single tests, as its fields; ``names``: also which tests ran."""
        return {
            "skipped": tuple(self.skipped),
            "ran": self.ran if names else (),
            "not_run": self.left_out(),
            "passed": tuple(self.passed),
            "reruns": tuple(self.reruns),
            "opened": tuple(self.reads.opened),
            "elsewhere": tuple(self.reads.elsewhere.values()),
        }

    def left_out(self) -> tuple[NotRun, ...]:
        """Return the tests that were not run, with those asked about that never came."""
        known = self._ended_tests | {each.test for each in self.not_run}
        known |= {each.test for each in self.failures}
        missing = []
        for test in sorted(self._about - known):
            module = next((each for each in self.collect_skipped if _is_within(test, each.test)), None)
            if module is not None:
                missing.append(NotRun(test=test, how="skipped", reason=module.reason))
            elif self.ended is not None and not any(_is_within(test, each.test) for each in self.failures):
                missing.append(NotRun(test=test, how="absent"))
        return (*self.not_run, *missing)

    def _keep_failures(self, event: WireEvent, phase: Phase) -> None:
        for wire in event.failures or [WireFailure(phase=phase)]:
            if len(self.failures) >= MAX_FAILURES:
                self.failures_left_out += 1
            else:
                self.failures.append(self._reader.failure(event, wire))

    def _say(self, note: str) -> None:
        if len(self._notes) < MAX_NOTES and note not in self._notes:
            self._notes.append(note)


def _is_within(test: TestId, collector: str) -> bool:
    return bool(collector) and test.is_under(collector)


def take_events(text: str, nonce: str, take: Callable[[dict[str, Any]], None]) -> None:
    """Give each event of a run to ``take``, in their order; lines that are not of the run, or that it cannot take, are left out."""
    for line in text.split("\n"):
        if not line or len(line) > LINE_LIMIT:
            continue
        try:
            event = json.loads(line)
            if event["nonce"] == nonce:
                take(event)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            continue


def channel_settings(files: RunFiles, root: Path, **more: Any) -> str:
    """Return the content of the file that ``COACH_PROBE`` names; ``more`` is what only some runs tell the probe."""
    settings = {
        "channel": str(files.channel),
        "nonce": files.nonce,
        "root": str(root),
        "stacks": str(files.stacks),
        "signal": STACKS_SIGNAL,
    }
    return json.dumps(settings | more)
