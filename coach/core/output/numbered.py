"""Runners that number their failures, ``1) name`` and what went wrong below: RSpec, Minitest, PHPUnit, ExUnit."""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_values
from coach.core.output.found import EXCEPTION, Detail, Found, failure_of, frame_at, number, unique
from coach.core.runs.report import Counts, Difference, Failure

_BEGIN = re.compile(r" {0,4}(?P<number>\d{1,6})\) (?P<title>\S.*)$")
_TOTALS = (
    re.compile(
        r"(?P<tests>\d{1,9}) examples?, (?P<failed>\d{1,9}) failures?(?:, (?P<skipped>\d{1,9}) pending)?"
    ),
    re.compile(
        r"(?P<tests>\d{1,9}) runs, \d{1,9} assertions, (?P<failed>\d{1,9}) failures, (?P<errors>\d{1,9}) errors, (?P<skipped>\d{1,9}) skips"
    ),
    re.compile(
        r"Tests: (?P<tests>\d{1,9}), Assertions: \d{1,9}(?:, Errors: (?P<errors>\d{1,9}))?(?:, Failures: (?P<failed>\d{1,9}))?"
    ),
    re.compile(r"(?:\d{1,9} doctests?, )?(?P<tests>\d{1,9}) tests?, (?P<failed>\d{1,9}) failures?"),
)
_PLACE = re.compile(
    r"\s*(?:# |\[|at )?(?P<path>[^\s:\[\]]{1,400}\.\w{1,4}):(?P<line>\d{1,9})(?::in [`'](?P<function>[^']{0,100})')?(?:\]:?|:)?(?:in .*)?$"
)
_SIDE = re.compile(
    r"\s*(?P<side>expected|got|actual|left|right)(?::| =) {0,8}(?P<value>\S.*)$", re.IGNORECASE
)
_PHP = re.compile(
    r"Failed asserting that (?P<got>.{1,300}?) (?:matches expected|is identical to|is equal to) (?P<wanted>.{1,300}?)\.?$"
)
_END = re.compile(r"(?:Finished in |Failed examples:|FAILURES!|ERRORS!|Randomized with seed|--$)")


def read_numbered(lines: Sequence[str]) -> Found | None:
    """Read the numbered list and the totals after it; without totals these are no tests."""
    totals = [found for line in lines if (found := _total(line))]
    if not totals:
        return None
    failures: list[Failure] = []
    first, row, wanted = 0, 0, 1
    while row < len(lines):
        begun = _BEGIN.match(lines[row])
        if begun is None or number(begun["number"]) not in {wanted, 1}:
            row += 1
            continue
        wanted = number(begun["number"]) + 1
        stop = _stop(lines, row + 1, wanted)
        if stop > row + 1 and any(line.strip() for line in lines[row + 1 : stop]):
            failures.append(_failure(begun["title"], lines[row + 1 : stop]))
            first = first or row
        row = stop
    end = next(i + 1 for i in range(len(lines) - 1, -1, -1) if _total(lines[i]))
    counts = _counts(totals)
    is_red = counts.failed + counts.errors > 0
    return Found(unique(failures) if is_red else (), counts, first, end, is_red)


def _total(line: str) -> re.Match[str] | None:
    return next((found for each in _TOTALS if (found := each.match(line.strip()))), None)


def _stop(lines: Sequence[str], row: int, wanted: int) -> int:
    for at in range(row, len(lines)):
        begun = _BEGIN.match(lines[at])
        if (begun and number(begun["number"]) == wanted) or _END.match(lines[at]) or _total(lines[at]):
            return at
    return len(lines)


def _failure(title: str, block: Sequence[str]) -> Failure:
    title = re.sub(r"^(?:Failure|Error):$|\s\(FAILED - \d+\)$", "", title.strip()).rstrip(":")
    places = [found for line in block if (found := _PLACE.match(line))]
    frames = [frame_at(each["path"], each["line"], each["function"] or "") for each in places]
    said = [line.strip() for line in block if line.strip() and not _PLACE.match(line)]
    if not title and said:  # Minitest's title is on the next line
        title = said.pop(0).partition(" [")[0]
    said = [line for line in said if not line.startswith(("Failure/Error:", "# "))] or said
    exception = next(
        (found for line in said if (found := EXCEPTION.match(line)) and found["message"] is not None), None
    )
    sides = {found["side"].lower(): found["value"] for line in said if (found := _SIDE.match(line))}
    detail = Detail(
        exception["name"] if exception else "",
        exception["message"] if exception else "\n".join(said[:20]),
        tuple(reversed(frames)),
        _difference(sides, said),
    )
    return failure_of(title or "a test without a name", detail, text=block[:60])


def _difference(sides: dict[str, str], said: Sequence[str]) -> tuple[Difference, ...]:
    got = sides.get("got", sides.get("actual"))
    if got is not None and "expected" in sides:
        return of_values(got, sides["expected"], is_sure=True)
    if {"left", "right"} <= set(sides):
        return of_values(sides["left"], sides["right"], is_sure=False)
    found = next((found for line in said if (found := _PHP.match(line))), None)
    return of_values(found["got"], found["wanted"], is_sure=True) if found else ()


def _counts(totals: Sequence[re.Match[str]]) -> Counts:
    tests = failed = errors = skipped = 0
    for each in totals:
        groups = each.groupdict()
        tests += number(groups.get("tests"))
        failed, errors = failed + number(groups.get("failed")), errors + number(groups.get("errors"))
        skipped += number(groups.get("skipped"))
    return Counts(
        selected=tests,
        passed=max(tests - failed - errors - skipped, 0),
        failed=failed,
        errors=errors,
        skipped=skipped,
    )
