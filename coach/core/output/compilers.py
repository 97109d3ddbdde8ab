"""Errors with a place, as compilers, type checkers and linters print them."""

import re
from collections.abc import Sequence

from coach.core.output.found import Detail, Found, failure_of, frame_at, unique
from coach.core.runs.report import Failure

_PATH = r"(?P<path>(?:[A-Za-z]:)?[^\s:()'\"][^:()'\"]{0,300})"
_WITH_PLACE = (
    re.compile(
        _PATH
        + r":(?P<line>\d{1,9}):(?:\d{1,9}:)? (?:fatal |internal compiler )?(?P<kind>error|Error|E\d{3,4}|F\d{3,4}|[A-Z]{1,4}\d{3,4}):? (?P<message>\S.*)$"
    ),
    re.compile(_PATH + r"\((?P<line>\d{1,9}),\d{1,9}\): (?P<kind>error \w{1,12}): (?P<message>\S.*)$"),
    re.compile(_PATH + r":(?P<line>\d{1,9}):\d{1,9} - (?P<kind>error \w{1,12}): (?P<message>\S.*)$"),
    re.compile(
        r"(?:vet: )?(?P<path>[^\s:]{1,300}\.go):(?P<line>\d{1,9}):(?P<kind>\d{1,9}): (?P<message>\S.*)$"
    ),
)
_ALONE = re.compile(r"(?P<kind>error(?:\[E\d{4}\])?|[A-Z]{1,5}\d{3,4}): ?(?P<message>\S.*)$")
_ARROW = re.compile(r"\s*--> (?P<path>\S.{0,400}?):(?P<line>\d{1,9}):\d{1,9}$")
_ESLINT = re.compile(
    r"\s{2,6}(?P<line>\d{1,9}):\d{1,9}\s+error\s+(?P<message>\S.{0,300}?)(?:(?<!\s)\s{2,}+(?P<rule>[\w@/-]+))?$"
)
_ESLINT_FILE = re.compile(r"(?P<path>[^\s].{0,300}\.\w{1,5})$")
_NO_CODE = ("could not compile", "aborting due to", "test failed", "failed to run", "linking with")


def read_compilers(lines: Sequence[str]) -> Found | None:
    """Read every error that has a place; each file that has one is what failed."""
    found: list[tuple[int, Failure]] = []
    file = ""
    for row, line in enumerate(lines):
        failure = _with_place(line) or _with_arrow(lines, row) or (_of_eslint(line, file) if file else None)
        if failure is not None:
            found.append((row, failure))
        elif _ESLINT_FILE.match(line):
            file = line.strip()
        elif not line.strip():
            file = ""
    if not found:
        return None
    return Found(unique(each for _, each in found), None, found[0][0], found[-1][0] + 1)


def _with_place(line: str) -> Failure | None:
    if len(line) > 1_000:
        return None
    for pattern in _WITH_PLACE:
        said = pattern.match(line)
        if said:
            kind = "error" if said["kind"].isdigit() else said["kind"]
            return _failure(said["path"], said["line"], kind, said["message"])
    return None


def _with_arrow(lines: Sequence[str], row: int) -> Failure | None:
    """Read rustc's and ruff's two lines: what is wrong, then ``--> path:1:2``."""
    said = _ALONE.match(lines[row])
    if said is None or said["message"].startswith(_NO_CODE):
        return None
    place = next((found for line in lines[row + 1 : row + 3] if (found := _ARROW.match(line))), None)
    return _failure(place["path"], place["line"], said["kind"], said["message"]) if place else None


def _of_eslint(line: str, file: str) -> Failure | None:
    said = _ESLINT.match(line)
    return _failure(file, said["line"], said["rule"] or "error", said["message"]) if said else None


def _failure(path: str, line: str, kind: str, message: str) -> Failure:
    frame = frame_at(path, line)
    return failure_of(frame.path, Detail(kind, message.strip(), (frame,)), "collect")
