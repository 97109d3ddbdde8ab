"""Vitest: a ``FAIL  file > suite > test`` block for each failing test."""

import re
from collections.abc import Sequence

from coach.core.output.found import Found, failure_of, number, unique
from coach.core.output.javascript import error_in
from coach.core.runs.report import Counts, Failure

_BEGIN = re.compile(
    r" ?FAIL +(?:\|[^|]{1,60}\| +)?(?P<path>[^\s>]+\.\w{1,5})(?P<rest>(?: > .*)?| \[ \S+ \])$"
)
_RULE = re.compile(r"⎯{4}")
_TESTS = re.compile(r" ++Tests ++(?P<counts>.*?) ?\((?P<total>\d{1,9})\)$")
_FILES = re.compile(r" ++Test Files ++(?P<counts>.*?) ?\(\d{1,9}\)$")
_COUNT = re.compile(r"(?P<count>\d{1,9}) (?P<what>failed|passed|skipped|todo)")


def read_vitest(lines: Sequence[str]) -> Found | None:
    """Read the blocks of failing tests and the totals."""
    files = [found for line in lines if (found := _FILES.match(line))]
    tests = [found for line in lines if (found := _TESTS.match(line))]
    begun = [row for row, line in enumerate(lines) if _BEGIN.match(line)]
    if not files and not (begun and any(_RULE.search(line) for line in lines)):
        return None
    failures = [each for row in begun for each in _failures(lines, row)]
    end = next(
        (i + 1 for i in range(len(lines) - 1, -1, -1) if _FILES.match(lines[i]) or _TESTS.match(lines[i])),
        len(lines),
    )
    is_red = any("failed" in each["counts"] for each in [*files, *tests])
    return Found(unique(failures), _counts(tests), begun[0] if begun else 0, end, is_red)


def _failures(lines: Sequence[str], row: int) -> list[Failure]:
    """Read one block; several tests that failed alike share it, each with its own line at its head."""
    found = _BEGIN.match(lines[row])
    if found is None:
        return []
    start = row + 1
    while start < len(lines) and _BEGIN.match(lines[start]):
        start += 1
    stop = next(
        (i for i in range(start, len(lines)) if _RULE.search(lines[i]) or _BEGIN.match(lines[i])), len(lines)
    )
    detail = error_in(lines[start:stop])
    path = found["path"]
    is_file = not found["rest"].startswith(" > ")
    test = path if is_file else f"{path}{found['rest']}"
    return [failure_of(test, detail, "collect" if is_file else "call", lines[start:stop][:60])]


def _counts(tests: Sequence[re.Match[str]]) -> Counts | None:
    said: dict[str, int] = {}
    for line in tests:
        for each in _COUNT.finditer(line["counts"]):
            said[each["what"]] = said.get(each["what"], 0) + number(each["count"])
    if not said:
        return None
    skipped = said.get("skipped", 0) + said.get("todo", 0)
    failed, passed = said.get("failed", 0), said.get("passed", 0)
    return Counts(selected=failed + passed + skipped, passed=passed, failed=failed, skipped=skipped)
