"""``node --test`` as people see it: its *spec* and *dot* reporters."""

import re
from collections.abc import Sequence
from dataclasses import replace

from coach.core.output.found import Found, failure_of, frame_at, indent_of, number, unique
from coach.core.output.javascript import error_in
from coach.core.runs.report import Counts, Failure

_TEST = re.compile(
    r"(?P<sign>[✖✔﹣▶]) (?P<name>.{0,500}?) \((?P<time>[\d.]{1,20})ms\)(?P<directive> # (?:TODO|SKIP).*)?$"
)
_PLACE = re.compile(r"test at (?P<path>\S.*?):(?P<line>\d{1,9}):\d{1,9}$")
_TOTAL = re.compile(r"ℹ (?P<what>tests|suites|pass|fail|cancelled|skipped|todo) (?P<count>\d{1,9})$")
_HEADINGS = ("✖ failing tests:", "Failed tests:")
_PARENT = re.compile(r"\s*'?\d{1,9} subtests? failed'?$")


def read_node_spec(lines: Sequence[str]) -> Found | None:
    """Read the list of failing tests at the end; the tree before it only tells the names of the suites."""
    totals = {found["what"]: number(found["count"]) for line in lines if (found := _TOTAL.match(line))}
    start = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip() in _HEADINGS), None)
    if start is None:
        return (
            Found((), _counts(totals), 0, len(lines), totals["fail"] > 0)
            if {"pass", "fail"} <= set(totals)
            else None
        )
    suites = _suites(lines[:start])
    failures, end = _listed(lines, start + 1, suites)
    at = next((i for i, line in enumerate(lines) if line.lstrip().startswith("✖ ")), start)
    return Found(unique(failures), _counts(totals), at, end, bool(failures) or totals.get("fail", 0) > 0)


def _counts(totals: dict[str, int]) -> Counts | None:
    if not {"pass", "fail"} <= set(totals):
        return None
    passed, failed = totals["pass"], totals["fail"] + totals.get("cancelled", 0)
    skipped = totals.get("skipped", 0) + totals.get("todo", 0)
    return Counts(selected=passed + failed + skipped, passed=passed, failed=failed, skipped=skipped)


def _suites(lines: Sequence[str]) -> dict[str, list[str]]:
    """Return for each failing name in the tree the names of the suites around it, each time it stands there."""
    found: dict[str, list[str]] = {}
    above: list[tuple[int, str]] = []
    for line in lines:
        text = line.strip()
        if not text.startswith(("▶ ", "✖ ")):
            continue
        indent = indent_of(line)
        above = [each for each in above if each[0] < indent]
        test = _TEST.match(text)
        if text.startswith("▶ ") and test is None:
            above.append((indent, text[2:].strip()))
        elif test is not None and test["sign"] == "✖":
            found.setdefault(test["name"], []).append(
                " > ".join([*(name for _, name in above), test["name"]])
            )
    return found


def _listed(lines: Sequence[str], start: int, suites: dict[str, list[str]]) -> tuple[list[Failure], int]:
    failures: list[Failure] = []
    place: re.Match[str] | None = None
    row = start
    while row < len(lines):
        line = lines[row]
        test = _TEST.match(line.strip()) if indent_of(line) == 0 else None
        if test is None:
            place = _PLACE.match(line) or (place if not line.strip() else None)
            if line.strip() and place is None:
                break
            row += 1
            continue
        block = _block(lines, row + 1)
        if not test["directive"] and not (block and _PARENT.match(block[0])):
            failures.append(_failure(test["name"], block, place, suites))
        row += 1 + len(block)
    return failures, row


def _block(lines: Sequence[str], start: int) -> list[str]:
    found: list[str] = []
    for line in lines[start:]:
        if line.strip() and not line.startswith(" "):
            break
        found.append(line)
    return found


def _failure(
    name: str, block: Sequence[str], place: re.Match[str] | None, suites: dict[str, list[str]]
) -> Failure:
    detail = error_in(block)
    known = suites.get(name)
    full = known.pop(0) if known else name
    frames = detail.frames or ((frame_at(place["path"], place["line"]),) if place else ())
    return failure_of(full, replace(detail, frames=frames), text=block[:60])
