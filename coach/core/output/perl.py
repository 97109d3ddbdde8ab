"""What Perl's Test::More says in comments, and the summary of ``prove``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.output.differences import of_values
from coach.core.output.found import Detail, Found, failure_of, frame_at, indent_of, number, unique
from coach.core.runs.report import Counts, Difference, Failure, Frame

_FAILED = re.compile(
    r" *#   Failed test '(?P<name>.*)'$|(?P<lone> *#   Failed test)(?: at (?P<at>\S+) line (?P<in>\d{1,9})\.)?$"
)
_PLACE = re.compile(r" *#   (?:at|in) (?P<path>\S.*?) (?:at )?line (?P<line>\d{1,9})\.$")
_SIDE = re.compile(r" *#\s+(?P<side>got|expected|\$got\S*|\$expected\S*)(?:\s*:|\s+=)\s(?P<value>.*)$")
_SCRIPT = re.compile(r"(?P<path>\S+) +\(Wstat: (?P<code>\d+).*Failed: (?P<failed>\d+)\)$")
_FILES = re.compile(r"Files=\d+, Tests=(?P<tests>\d+),")
_STARTED = re.compile(r"(?P<path>\S+\.t) \.+ ?")


@dataclass(slots=True)
class PerlNote:
    """One failed test as the comments tell it."""

    test: str
    row: int
    indent: int
    frame: Frame | None = None
    sides: dict[str, tuple[str, str]] = field(default_factory=dict)
    """*got* and *expected*: the path within the value, and the value."""
    has_red_below: bool = False


@dataclass(frozen=True, slots=True)
class PerlNotes:
    """All of them, and the line after the last."""

    failed: tuple[PerlNote, ...]
    end: int


def notes_in(lines: Sequence[str]) -> PerlNotes:
    """Collect the failed tests that comments tell of."""
    found: list[PerlNote] = []
    end = 0
    for row, line in enumerate(lines):
        begun = _FAILED.match(line)
        if begun:
            found.append(_begun(begun, row, line, found))
            end = row + 1
        elif found and line.lstrip().startswith("#"):
            _add(found[-1], line)
            end = row + 1
    return PerlNotes(tuple(each for each in found if not each.has_red_below), end)


def _begun(begun: re.Match[str], row: int, line: str, before: Sequence[PerlNote]) -> PerlNote:
    name = begun["name"] or f"test at {begun['at']} line {begun['in']}" if begun["at"] else begun["name"]
    note = PerlNote(name or "a test without a name", row, indent_of(line))
    if begun["at"]:
        note.frame = frame_at(begun["at"], begun["in"])
    note.has_red_below = bool(before) and before[-1].indent > note.indent
    return note


def _add(note: PerlNote, line: str) -> None:
    if note.frame is None and (place := _PLACE.match(line)):
        note.frame = frame_at(place["path"], place["line"])
    elif side := _SIDE.match(line):
        name = side["side"].lstrip("$")
        word = "got" if name.startswith("got") else "expected"
        note.sides.setdefault(word, (name.removeprefix(word).removeprefix("->"), side["value"].strip()))


def detail_of(note: PerlNote) -> Detail:
    """Return what a comment says as a runner's detail."""
    got, expected = note.sides.get("got"), note.sides.get("expected")
    difference: tuple[Difference, ...] = ()
    message = f"Failed test '{note.test}'"
    if got is not None and expected is not None:
        whole = of_values(got[1], expected[1], is_sure=True)
        difference = tuple(each.model_copy(update={"path": got[0] or each.path}) for each in whole)
        message = f"got: {got[1]}, expected: {expected[1]}"
    return Detail("", message, (note.frame,) if note.frame else (), difference)


def read_prove(lines: Sequence[str], notes: PerlNotes) -> Found | None:
    """Read a run of which only comments and prove's summary are there."""
    is_red = any(line.startswith("Result: FAIL") for line in lines)
    is_green = any(line.startswith("Result: PASS") for line in lines)
    if not notes.failed and not is_red and not is_green:
        return None
    scripts = [found for line in lines if (found := _SCRIPT.match(line))]
    failures = [failure_of(each.test, detail_of(each)) for each in notes.failed]
    failures += [_of_script(each, lines) for each in scripts if not number(each["failed"])]
    tests = sum(number(found["tests"]) for line in lines if (found := _FILES.match(line)))
    failed = sum(number(each["failed"]) for each in scripts) or len(notes.failed)
    counts = Counts(selected=tests, passed=max(tests - failed, 0), failed=failed) if tests else None
    end = next((i + 1 for i, line in enumerate(lines) if line.startswith("Result: ")), notes.end)
    at = notes.failed[0].row if notes.failed else 0
    return Found(unique(failures), counts, at, end, is_red)


def _of_script(found: re.Match[str], lines: Sequence[str]) -> Failure:
    """A script that ended by itself: its last word is what it wrote before prove named it."""
    path = found["path"]
    said = ""
    for line in lines:
        if line.startswith(f"{path} .") and _STARTED.match(line):
            break
        if (
            line.strip()
            and not line.lstrip().startswith("#")
            and not line.startswith(("Dubious", "Failed ", "All "))
        ):
            said = line.strip()
    died = re.search(r"^(?P<what>.*?) at (?P<path>\S+) line (?P<line>\d{1,9})\.$", said)
    frames = (frame_at(died["path"], died["line"]),) if died else ()
    code = number(found["code"]) >> 8
    return failure_of(path, Detail(f"exit {code}", died["what"] if died else said, frames))
