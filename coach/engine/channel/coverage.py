"""Read what the tracer wrote during a run: files by number, then the lines each test or import ran.

Also the order of what the failing test ran, and what kept the measurement from being whole. A file of its own, read once when the run is over. Lines are data to be checked: those without the run's nonce, too
long or ill-formed are dropped. Process ids may differ (workers of a distributed run), each with its own numbers for
files.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.localize.spectrum import Coverage
from coach.engine.channel.report_reader import LINE_LIMIT
from coach.engine.source.project_paths import Places
from coach.regular_files import bounded_lines, opened

MAX_BYTES = 400_000_000
_RANGES = re.compile(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*")
_MAX_LINES_OF_A_FILE = 1_000_000
_MAX_NAME = 200
_MAX_LEFT_OUT = 50
_BODY, _MODULE = "b", "m"

_Collected = dict[str, dict[str, set[int]]]


def read_coverage(path: Path, nonce: str, root: Path) -> Coverage:
    """Return the coverage of a run; empty when the tracer never spoke."""
    reader = _Reader(nonce, Places(root))
    try:
        with opened(path, MAX_BYTES) as file:
            for line, _ in bounded_lines(file, LINE_LIMIT + 1):
                reader.take(line)
    except OSError:
        pass
    return Coverage(
        _frozen(reader.tests),
        _frozen(reader.imports),
        reader.way,
        taken=reader.taken,
        sequence=reader.sequence,
        left_out=tuple(reader.left_out),
        opened={name: frozenset(files) for name, files in reader.opened.items()},
    )


class _Reader:
    def __init__(self, nonce: str, places: Places) -> None:
        self._nonce, self._places = nonce, places
        self._files: dict[tuple[int, int], str] = {}
        self.tests: _Collected = {}
        self.imports: _Collected = {}
        self.way = ""
        self.taken: dict[str, str] = {}
        self.sequence: dict[str, dict[int, int]] = {}
        self.left_out: list[str] = []
        self.opened: dict[str, set[str]] = {}

    def take(self, line: bytes) -> None:
        if len(line) > LINE_LIMIT:
            return
        try:
            event = json.loads(line)
            if event["nonce"] == self._nonce:
                self._event(event)
        except (ValueError, KeyError, TypeError, RecursionError):
            return

    def _event(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "tracing":
                self.way = str(event["path"])[:40]
            case "file":
                self._files[int(event["pid"]), int(event["index"])] = self._places.name(str(event["path"]))[0]
            case "lines":
                self._lines(event)
            case "taken":
                self.taken[str(event["test"])] = str(event["by"])[:_MAX_NAME]
            case "sequence":
                self._sequence(event)
            case "opened":
                named = (self._places.name(str(each)) for each in event["files"])
                self.opened.setdefault(str(event["test"]), set()).update(path for path, own in named if own)
            case "too_long":
                seconds = float(event["seconds"])
                self._leave_out(f"{TestId(event['test']).name[:_MAX_NAME]} took longer than {seconds:g} s")
            case "left_out":
                count = int(event["count"])
                self._leave_out(f"{count} more were not begun after {float(event['seconds']):g} s")

    def _leave_out(self, said: str) -> None:
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(said)

    def _sequence(self, event: dict[str, Any]) -> None:
        for index, line, order in event["rows"]:
            path = self._files.get((int(event["pid"]), int(index)))
            if path is not None:
                self.sequence.setdefault(path, {})[int(line)] = int(order)

    def _lines(self, event: dict[str, Any]) -> None:
        name = str(event["test"])
        is_test = event["context"] == "test"
        bodies = self.tests.setdefault(name, defaultdict(set)) if is_test else self._imported(name)
        for index, kind, text in event["parts"]:
            path = self._files.get((int(event["pid"]), int(index)))
            if path is None or not isinstance(text, str) or not _RANGES.fullmatch(text):
                continue
            into = bodies if kind == _BODY else self._imported(name)
            for part in text.split(","):
                first, _, last = part.partition("-")
                if int(last or first) - int(first) < _MAX_LINES_OF_A_FILE:
                    into[path].update(range(int(first), int(last or first) + 1))

    def _imported(self, name: str) -> dict[str, set[int]]:
        return self.imports.setdefault(name, defaultdict(set))


def _frozen(collected: _Collected) -> dict[str, dict[str, frozenset[int]]]:
    return {
        name: {path: frozenset(lines) for path, lines in files.items()} for name, files in collected.items()
    }
