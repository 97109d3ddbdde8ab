"""``go test``, as text and as JSON.

A parent test fails when a sub-test does: only the leaf is the failure. What a test said stands below its ``--- FAIL``
line, or, with ``-v``, below its ``=== RUN`` line. A package that does not build, or whose process panicked, has its own
words.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from coach.core.output.found import Detail, Found, failure_of, frame_at, unique
from coach.core.output.go_words import detail_of, panic_in
from coach.core.runs.report import Counts, Failure

_ENDED = re.compile(r" *--- (?P<how>FAIL|PASS|SKIP): (?P<name>\S+) \((?P<time>[\d.]{1,20})s\)$")
_BEGUN = re.compile(r"=== (?:RUN|CONT|NAME) +(?P<name>\S+)$")
_PAUSED = re.compile(r"=== (?:PAUSE|ATTR|ARTIFACTS) ")
_PACKAGE = re.compile(
    r"(?P<how>FAIL|ok  |\?   |---)\t(?P<path>\S+)(?:[\t ]+(?P<rest>\[[^\]]{1,60}\]|[\d.]{1,20}s|\(cached\)).*)?$"
)
_HEADER = re.compile(r"# (?P<path>\S+)(?: \[\S+\])?$")
_BUILD = re.compile(
    r"(?:vet: )?(?P<path>\S[^:]{0,300}?\.go):(?P<line>\d{1,9})(?::\d{1,9})?: (?P<message>\S.*)$"
)
_MAX_LINES = 400
"""Lines kept of one test."""


@dataclass(slots=True)
class _Test:
    name: str
    row: int
    status: str = ""
    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        if len(self.lines) < _MAX_LINES:
            self.lines.append(line)


@dataclass(slots=True)
class _Package:
    path: str = ""
    status: str = ""
    rest: str = ""
    tests: dict[str, _Test] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    row: int = 0

    def test(self, name: str, row: int) -> _Test:
        return self.tests.setdefault(name, _Test(name, row))

    def say(self, line: str) -> None:
        self.lines.append(line)
        if len(self.lines) > 2 * _MAX_LINES:
            del self.lines[:_MAX_LINES]

    def failures(self) -> list[Failure]:
        red = [each for each in self.tests.values() if each.status == "FAIL"]
        parents = _parents(each.name for each in red)
        leaves = [each for each in red if each.name not in parents]
        found = [self._failure(each) for each in leaves]
        return found or ([self._own_failure()] if self.status == "FAIL" else [])

    def _failure(self, test: _Test) -> Failure:
        lines = test.lines
        panic = panic_in(lines) or (panic_in(self.lines) if not _says(lines) else None)
        detail = panic or detail_of(lines, self.path)
        return failure_of(f"{self.path}.{test.name}" if self.path else test.name, detail, text=lines[:60])

    def _own_failure(self) -> Failure:
        """A package that failed without a failing test: it did not build, or its process ended."""
        if "build failed" in self.rest or "setup failed" in self.rest:
            detail = _build_detail(self.lines, self.rest)
            return failure_of(self.path, detail, "collect", self.lines[:60])
        running = next((each.name for each in reversed(self.tests.values()) if not each.status), "")
        said = [line for each in self.tests.values() if not each.status for line in each.lines]
        lines = [*said, *self.lines]
        detail = panic_in(lines) or detail_of(lines, self.path)
        test = f"{self.path}.{running}" if running else self.path
        return failure_of(test, detail, text=lines[-60:])


def _parents(names: Iterable[str]) -> set[str]:
    """Return every name that stands above one of these."""
    found: set[str] = set()
    for name in names:
        above = name.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _says(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _build_detail(lines: Sequence[str], rest: str) -> Detail:
    errors = [found for line in lines if (found := _BUILD.match(line))]
    if not errors:
        said = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        return Detail(rest.strip("[]"), "\n".join(said[:5]))
    first = errors[0]
    message = "\n".join(each["message"] for each in errors[:5])
    return Detail(rest.strip("[]"), message, (frame_at(first["path"], first["line"]),))


@dataclass(slots=True)
class _Reading:
    """Takes lines in, from text and from events, and closes packages."""

    done: list[_Package] = field(default_factory=list)
    now: _Package = field(default_factory=_Package)
    current: str = ""
    is_verbose: bool = False
    builds: dict[str, list[str]] = field(default_factory=dict)
    header: str = ""
    end: int = 0

    def take(self, row: int, line: str) -> None:
        if begun := _BEGUN.match(line):
            self.is_verbose, self.current = True, begun["name"]
            self.now.test(begun["name"], row)
        elif _PAUSED.match(line):
            self.current = ""
        elif ended := _ENDED.match(line):
            test = self.now.test(ended["name"], row)
            test.status = ended["how"]
            self.current = ended["name"]
        elif package := _PACKAGE.match(line):
            self._close(package, row)
        elif header := _HEADER.match(line):
            self.header = header["path"].removesuffix(".test")
            self.builds.setdefault(self.header, [])
        else:
            self._say(line)

    def _say(self, line: str) -> None:
        if line in {"FAIL", "PASS", "ok"}:
            return
        if self.header and (_BUILD.match(line) or line.startswith(("\t", "too many errors"))):
            if len(self.builds[self.header]) < _MAX_LINES:
                self.builds[self.header].append(line)
            return
        is_panic = line.startswith(("panic: ", "fatal error: ", "goroutine ", "\t", "created by ")) or bool(
            self.now.lines and panic_in([self.now.lines[0]])
        )
        if self.current in self.now.tests and (line.startswith((" ", "got:", "want:")) or not is_panic):
            self.now.tests[self.current].say(line)
        if not line.startswith("    "):
            self.now.say(line)

    def _close(self, found: re.Match[str], row: int) -> None:
        package = self.now
        package.path, package.row = found["path"], row
        package.status, package.rest = found["how"].strip(), found["rest"] or ""
        if package.status == "FAIL" and package.rest.startswith("["):
            package.lines = self.builds.pop(package.path, package.lines)
            package.tests = {}
        self.done.append(package)
        self.now, self.current, self.header, self.end = _Package(), "", "", row + 1


def read_go(lines: Sequence[str]) -> Found | None:
    """Read ``go test``, with or without ``-v`` or ``-json``."""
    reading = _Reading()
    packages: dict[str, _Package] = {}
    totals: dict[str, int] = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    for row, line in enumerate(lines):
        event = _event(line)
        if event is None:
            reading.take(row, line)
        else:
            _take_event(event, row, packages, reading)
    if reading.now.tests and not packages:
        reading.now.status = (
            "FAIL" if any(each.status == "FAIL" for each in reading.now.tests.values()) else ""
        )
        reading.done.append(reading.now)
    done = [*reading.done, *packages.values()]
    if not done or not any(each.status for each in done):
        return None
    failures = unique(failure for each in done if each.status == "FAIL" for failure in each.failures())
    for each in done:
        parents = _parents(each.tests)
        for test in each.tests.values():
            totals[test.status or "FAIL"] += test.name not in parents
    is_full = reading.is_verbose or bool(packages)
    counts = Counts(
        selected=sum(totals.values()), passed=totals["PASS"], failed=totals["FAIL"], skipped=totals["SKIP"]
    )
    at = min((test.row for each in done for test in each.tests.values() if test.status == "FAIL"), default=0)
    return Found(failures, counts if is_full else None, at, reading.end or len(lines), bool(failures))


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{") or '"Action"' not in line:
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("Action"), str) else None


def _take_event(event: dict[str, Any], row: int, packages: dict[str, _Package], reading: _Reading) -> None:
    path, name, action = str(event.get("Package", "")), str(event.get("Test", "")), event["Action"]
    if action.startswith("build-"):
        for line in str(event.get("Output", "")).splitlines():
            reading.take(row, line)
        return
    package = packages.setdefault(path, _Package(path))
    ended = {"fail": "FAIL", "pass": "PASS", "skip": "SKIP"}.get(action, "")
    if name:
        test = package.test(name, row)
        test.status = ended or test.status
        if action == "output":
            line = str(event.get("Output", "")).rstrip("\n")
            if not line.startswith("=== ") and not _ENDED.match(line):
                test.say(line)
    elif ended:
        package.status, reading.end = ended, row + 1
        if event.get("FailedBuild") or reading.builds.get(path):
            package.rest, package.tests = "[build failed]", {}
            package.lines = reading.builds.get(path, [])
    elif action == "output":
        package.say(str(event.get("Output", "")).rstrip("\n"))
