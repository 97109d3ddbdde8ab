"""Jest: a ``●`` block for each failing test below the line of its file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.output.found import Detail, Found, failure_of, number, unique
from coach.core.output.javascript import error_in
from coach.core.runs.report import Counts, Failure

_FILE = re.compile(r"(?:PASS|FAIL)\s+(?P<words>\S.{0,400})$")
_TIME = re.compile(r" \([\d.,]+ m?s\)$")
_PATH = re.compile(r"(?<![^\s()])[^\s()]+\.\w{1,5}$")
_BLOCK = re.compile(r"  ● (?P<title>\S.*)$")
_TESTS = re.compile(r"Tests: +(?P<counts>(?:\d{1,9} (?:failed|passed|skipped|todo|total)(?:, |$))+)")
_SUITES = re.compile(r"Test Suites: +(?P<counts>(?:\d{1,9} (?:failed|passed|skipped|total)(?:, |$))+)")
_NOT_RUN = "Test suite failed to run"
_NO_TEST = ("Console", "Deprecation Warning", "Validation Warning", "Multiple configurations")
_ENDS = (
    "Test Suites:",
    "Tests:",
    "Snapshots:",
    "Ran all test suites",
    "Summary of all failing tests",
    "Snapshot Summary",
)


@dataclass(slots=True)
class _Block:
    file: str
    title: str
    row: int
    lines: list[str]


def read_jest(lines: Sequence[str]) -> Found | None:
    """Read the blocks of failing tests and the totals."""
    counts = [found for line in lines if (found := _TESTS.match(line))]
    suites = [found for line in lines if (found := _SUITES.match(line))]
    blocks = _blocks(lines)
    if not suites and not any(each.file for each in blocks):
        return None
    failures = unique(_failure(each) for each in blocks)
    end = next((i + 1 for i in range(len(lines) - 1, -1, -1) if lines[i].startswith(_ENDS)), len(lines))
    is_red = any("failed" in each["counts"] for each in [*counts, *suites])
    return Found(failures, _counts(counts), blocks[0].row if blocks else 0, end, is_red)


def _blocks(lines: Sequence[str]) -> list[_Block]:
    found: list[_Block] = []
    file = ""
    is_open = False
    for row, line in enumerate(lines):
        if path := _file(line):
            file, is_open = path, False
        elif line.startswith(_ENDS):
            is_open = False
        elif begun := _BLOCK.match(line):
            is_open = not begun["title"].startswith(_NO_TEST)
            if is_open:
                found.append(_Block(file, begun["title"].strip(), row, []))
        elif is_open:
            found[-1].lines.append(line)
    return found


def _file(line: str) -> str:
    """Return the path in the line of a file; a project's name may stand before it, and its time after it."""
    found = _FILE.match(line)
    path = _PATH.search(_TIME.sub("", found["words"])) if found else None
    return path.group().removeprefix("./") if path else ""


def _failure(block: _Block) -> Failure:
    detail = error_in(block.lines)
    if block.title == _NOT_RUN:
        return failure_of(block.file or _NOT_RUN, detail, "collect", block.lines[:60])
    first = detail.message.partition("\n")[0]
    if first.startswith("expect(") and detail.difference:
        detail = Detail(detail.exception, _sides_first(detail.message), detail.frames, detail.difference)
    test = f"{block.file} › {block.title}" if block.file else block.title
    return failure_of(test, detail, text=block.lines[:60])


def _sides_first(message: str) -> str:
    """Say what was expected and received on the first line: it is what people see."""
    lines = message.split("\n")
    sides = [line.strip() for line in lines if line.startswith(("Expected", "Received"))]
    others = [line for line in lines if not line.startswith(("Expected", "Received"))]
    return "\n".join([", ".join(" ".join(each.split()) for each in sides), *others]) if sides else message


def _counts(found: Sequence[re.Match[str]]) -> Counts | None:
    said: dict[str, int] = {}
    for each in found:
        for part in each["counts"].split(","):
            count, _, what = part.strip().partition(" ")
            said[what] = said.get(what, 0) + number(count)
    if not said:
        return None
    failed, passed = said.get("failed", 0), said.get("passed", 0)
    skipped = said.get("skipped", 0) + said.get("todo", 0)
    return Counts(
        selected=said.get("total", failed + passed + skipped), passed=passed, failed=failed, skipped=skipped
    )
