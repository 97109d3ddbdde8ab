"""Mocha's *spec*, *dot* and *list* reporters: the numbered list of failures at the end."""

import re
from collections.abc import Sequence

from coach.core.output.found import Found, failure_of, indent_of, number, unique
from coach.core.output.javascript import error_in
from coach.core.runs.report import Counts, Failure

_PASSING = re.compile(r"\s{0,8}(?P<count>\d{1,9}) passing(?: \([\w. ]+\))?$")
_OTHER = re.compile(r"\s{0,8}(?P<count>\d{1,9}) (?P<what>failing|pending)$")
_BEGIN = re.compile(r"  (?P<number>\d{1,6})\) (?P<title>\S.*)$")


def read_mocha(lines: Sequence[str]) -> Found | None:
    """Read what stands below ``N failing``."""
    counted = {"passing": 0, "failing": 0, "pending": 0}
    start = end = -1
    for row, line in enumerate(lines):
        if found := _PASSING.match(line):
            counted["passing"] += number(found["count"])
            end = row + 1
        elif (found := _OTHER.match(line)) and end >= 0:
            counted[found["what"]] += number(found["count"])
            start = row + 1 if found["what"] == "failing" and start < 0 else start
            end = row + 1
    if end < 0:
        return None
    passed, failed, skipped = counted.values()
    counts = Counts(selected=passed + failed + skipped, passed=passed, failed=failed, skipped=skipped)
    failures, stop = _failures(lines, start) if start >= 0 else ([], end)
    return Found(unique(failures), counts, max(start, 0), max(end, stop), failed > 0)


def _failures(lines: Sequence[str], start: int) -> tuple[list[Failure], int]:
    found: list[Failure] = []
    row, wanted = start, 1
    while row < len(lines):
        begun = _BEGIN.match(lines[row])
        if begun is None or number(begun["number"]) != wanted:
            row += 1
            continue
        titles, body = _titles(lines, row)
        stop = _next(lines, body, wanted + 1)
        found.append(failure_of(" ".join(titles), error_in(lines[body:stop]), text=lines[body:stop][:60]))
        row, wanted = stop, wanted + 1
    return found, row


def _titles(lines: Sequence[str], row: int) -> tuple[list[str], int]:
    """Read the names of suites and test, each further in, the last with a colon; and where the error begins."""
    begun = _BEGIN.match(lines[row])
    titles = [begun["title"].strip() if begun else ""]
    indent = 0
    row += 1
    while not titles[-1].endswith(":") and row < len(lines) and len(titles) < 20:
        line = lines[row]
        if not line.strip() or indent_of(line) <= indent:
            break
        indent = indent_of(line)
        titles.append(line.strip())
        row += 1
    titles[-1] = titles[-1].removesuffix(":")
    return titles, row


def _next(lines: Sequence[str], row: int, wanted: int) -> int:
    for at in range(row, len(lines)):
        begun = _BEGIN.match(lines[at])
        if begun is not None and number(begun["number"]) == wanted:
            return at
        if lines[at].startswith(("npm ", "make: ***", "error Command failed")):
            return at
    return len(lines)
