"""What edits since the last pass, since a past one or since the last commit add to the standing of places."""

from collections.abc import Iterator

from coach.core.base.formatting import count
from coach.core.localize.evidence import Board, Candidate, first_changed_line
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import Changes, FileChange, Hunk

_MANY_HUNKS = 60
"""Hunks from which on a change by itself says little of a place."""


def add_changes(board: Board, changes: Changes, *, is_measured: bool) -> None:
    """Edits since the last pass. Of very many, once lines are measured, only those of places that something else names as well."""
    lines: dict[int, int] = {}
    is_large = is_measured and changes.hunk_count > _MANY_HUNKS
    for file in changes.files:
        for each, hunk in _changed_places(board, file, is_large=is_large):
            if id(each) not in lines:
                each.adds("hunk", 1.0)
            lines[id(each)] = lines.get(id(each), 0) + hunk.changed_lines
    for each in board.all:
        if id(each) in lines:
            changed = count(lines[id(each)], "line")
            each.reasons.insert(0, f"{changed} changed since {changes.label or 'the last pass'}")


def _changed_places(board: Board, file: FileChange, *, is_large: bool) -> Iterator[tuple[Candidate, Hunk]]:
    """Yield places with the hunks in them. A test that is new or changed holds the expectation: no edit makes it the cause."""
    is_of_the_test = board.is_of_the_test(file.path)
    if (
        not file.path.endswith(".py")
        or is_test_path(file.path)
        or (is_of_the_test and file.change == "added")
    ):
        return
    for hunk in file.hunks:
        changed = first_changed_line(hunk)
        known = board.overlapping(file.path, hunk)
        if is_of_the_test and (known is None or "in tests" in known.evidence):
            continue
        if known is None and is_large:
            continue
        each = known or board.at(file.path, _function_in(hunk), changed)
        each.shows_first([changed])
        if not each.code:
            each.code, each.code_start = _new_side(hunk), hunk.new_start
        yield each, hunk


def _new_side(hunk: Hunk) -> str:
    return "\n".join(line[1:] for line in hunk.text.split("\n") if line[:1] in {"+", " "})


def _function_in(hunk: Hunk) -> str:
    heading = hunk.heading.strip()
    for keyword in ("async def ", "def ", "class "):
        if heading.startswith(keyword):
            return heading.removeprefix(keyword).partition("(")[0].partition(":")[0].strip()
    return ""
