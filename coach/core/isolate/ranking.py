"""Rank suspects from what a failing run and the edits since the last pass already show.

First level: own-code frames of the traceback (the innermost is nearest to the symptom, not to the cause) and hunks
changed since the target last passed. A place that is both is the best lead there is. Weights order, they do not measure:
equal scores are ties.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coach.core.changes import Changes, FileChange, Hunk
from coach.core.report import Failure, Frame
from coach.core.suspect import Suspect

RULE = 1

HUNK_WEIGHT = 2.0
"""A line changed since the last pass: without another cause in sight, the certain difference between green and red."""
FRAME_WEIGHT = 1.0
"""The innermost own frame; every frame further out counts a step less."""
FRAME_STEP = 0.15
TEST_WEIGHT = 0.1
"""The test's own file: it holds the expectation, rarely the defect."""


@dataclass(slots=True)
class _Candidate:
    path: str
    function: str
    line: int
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    code: str = ""
    code_start: int = 0


def rank(failures: Sequence[Failure], changes: Changes | None, *, most: int = 50) -> tuple[Suspect, ...]:
    """Return suspects, best first. Only the first failure's frames count: one failure at a time."""
    candidates: dict[tuple[str, str], _Candidate] = {}
    if failures:
        _add_frames(candidates, failures[0])
    if changes:
        for file in changes.files:
            _add_hunks(candidates, file, changes.label)
    ordered = sorted(candidates.values(), key=lambda each: (-each.score, each.path, each.line))
    return tuple(_suspect(each) for each in ordered[:most])


def _add_frames(candidates: dict[tuple[str, str], _Candidate], failure: Failure) -> None:
    test_path = failure.test.partition("::")[0]
    for depth, frame in enumerate(reversed(failure.own_frames)):
        each = _at(candidates, frame.path, frame.function, frame.line)
        each.code, each.code_start = frame.code, frame.code_start
        if frame.path == test_path:
            each.score = max(each.score, TEST_WEIGHT)
            each.reasons.append("the test itself")
        else:
            each.score = max(each.score, FRAME_WEIGHT - min(depth, 5) * FRAME_STEP)
            each.reasons.append("raised here" if depth == 0 else f"on the traceback, {depth} up")


def _add_hunks(candidates: dict[tuple[str, str], _Candidate], file: FileChange, label: str) -> None:
    if not file.path.endswith(".py"):
        return
    for hunk in file.hunks:
        frame = _overlapping(candidates.values(), file.path, hunk)
        each = frame or _at(candidates, file.path, _function_in(hunk), _first_changed_line(hunk))
        each.score += HUNK_WEIGHT
        each.reasons.append(f"changed since {label or 'the last pass'}")
        if not each.code:
            each.code, each.code_start = _new_side(hunk), hunk.new_start


def _at(candidates: dict[tuple[str, str], _Candidate], path: str, function: str, line: int) -> _Candidate:
    return candidates.setdefault((path, function or str(line)), _Candidate(path, function, line))


def _overlapping(candidates: Iterable[_Candidate], path: str, hunk: Hunk) -> _Candidate | None:
    changed = _first_changed_line(hunk)
    for each in candidates:
        lines = each.code.count("\n") + 1
        if each.path == path and each.code and each.code_start <= changed < each.code_start + lines:
            return each
    return None


def _first_changed_line(hunk: Hunk) -> int:
    line = hunk.new_start
    for text in hunk.text.split("\n"):
        if text[:1] in {"+", "-"}:
            return line
        line += 1
    return line


def _new_side(hunk: Hunk) -> str:
    return "\n".join(line[1:] for line in hunk.text.split("\n") if line[:1] in {"+", " "})


def _function_in(hunk: Hunk) -> str:
    heading = hunk.heading.strip()
    for keyword in ("async def ", "def ", "class "):
        if heading.startswith(keyword):
            return heading.removeprefix(keyword).partition("(")[0].partition(":")[0].strip()
    return ""


def _suspect(each: _Candidate) -> Suspect:
    return Suspect(
        path=each.path,
        function=each.function,
        line=each.line,
        score=round(each.score, 3),
        reasons=tuple(dict.fromkeys(each.reasons)),
        code=each.code,
        code_start=each.code_start,
    )


def frames_shown(failure: Failure) -> tuple[Frame, ...]:
    """Return the frames worth showing: own code, or the last one when nothing is own."""
    return failure.own_frames or failure.frames[-1:]
