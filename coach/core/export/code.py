"""The code of the suspects, with line numbers; without suspects, that of the innermost own frame."""

from collections.abc import Sequence

from coach.core.base.test_id import TestId
from coach.core.export.blocks import Block, Drop, language_of
from coach.core.export.failing import failure_of
from coach.core.export.quoting import Cleaner
from coach.core.localize.suspect import Suspect
from coach.core.session.state import SessionState

MAX_SUSPECTS = 5
MAX_CODE_LINES = 120
CONTEXT = 4
"""Lines around the suspected one that stay when a function's code has to give way."""


def code_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Show the suspects' code with line numbers; without suspects, the innermost own frame's."""
    suspects = [each for each in state.standing_suspects if each.code and not _is_the_test(each, state)]
    if not suspects:
        suspects = _innermost(state)
    return tuple(_suspect(each, clean) for each in suspects[:MAX_SUSPECTS])


def _innermost(state: SessionState) -> list[Suspect]:
    found = failure_of(state)
    if found is None:
        return []
    test_path = found[1].test.file
    frames = [frame for frame in found[1].own_frames if frame.code and frame.path != test_path]
    return [
        Suspect(
            path=each.path, function=each.function, line=each.line, code=each.code, code_start=each.code_start
        )
        for each in frames[-1:]
    ]


def _is_the_test(suspect: Suspect, state: SessionState) -> bool:
    test = state.pin.test if state.pin else state.target.label
    return suspect.path == TestId(test).file


def _suspect(each: Suspect, clean: Cleaner) -> Block:
    place = f"{clean.line(each.path, 120)}:{each.line}"
    why = ", suspect" if each.reasons else ""
    lines = clean.text(each.code).split("\n")
    first = each.code_start or 1
    start = max(0, min(each.line - first - MAX_CODE_LINES // 2, len(lines) - MAX_CODE_LINES))
    shown = _numbered(lines, first, start, start + MAX_CODE_LINES)
    nearest = max(0, min(each.line - first, len(lines) - 1))
    return Block(
        shown,
        f"{place} {clean.line(each.function, 80)}{why}",
        "repository",
        Drop.CODE,
        "suspects' code",
        language_of(each.path),
        short=_numbered(lines, first, max(0, nearest - CONTEXT), nearest + CONTEXT + 1),
        keep="ends",
    )


def _numbered(lines: Sequence[str], first: int, start: int, end: int) -> str:
    return "\n".join(
        f"{first + start + index:>4} {line}".rstrip() for index, line in enumerate(lines[start:end])
    )
