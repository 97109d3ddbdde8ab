"""Rank suspects: places the failing test ran, its traceback, and the edits since the last pass.

Before anything is measured there are own-code frames and hunks. A spectrum adds every function the failing test ran,
with the Ochiai of its best line and of itself, and what its name shares with the test. Mutations that turn the test
green come first of all. Weights stand in ``weights``; equal scores are ties and are said to be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log2

from coach.core.base.test_id import TestId
from coach.core.localize.line_prior import Clues, line_order
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.outline import words_of
from coach.core.localize.spectrum import FunctionCount, Spectrum, ochiai
from coach.core.localize.suspect import Suspect, Touched
from coach.core.localize.weights import (
    ALONE,
    ALONE_FRAME,
    FRAME_STEP,
    IN_TESTS,
    LEADING,
    SILENCING,
    UNCHECKED,
    weight,
)
from coach.core.localize.who_ran import never_ran, red_count, share_kept, who_ran
from coach.core.loops.analysis.syntax import MODULE, is_test_path
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.failure import trail
from coach.core.runs.report import Elsewhere, Failure
from coach.core.search.request import OPENED, Lead

RULE = 4
MAX_SHOWN = 20
MAX_LINES = 30
"""Lines of a suspect that are kept: those worth mutating."""
_LARGE = 6.0
"""log2 of the body lines (63) at which size stops counting."""


@dataclass(slots=True)
class _Candidate:
    path: str
    function: str
    line: int
    first: int = 0
    last: int = 0
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    code: str = ""
    code_start: int = 0
    suspiciousness: float = 0.0
    best_lines: tuple[int, ...] = ()
    ran: bool = True
    is_import: bool = False
    flip: str = ""


class _Board:
    """The candidates under construction."""

    def __init__(self) -> None:
        self.all: list[_Candidate] = []

    def at(self, path: str, function: str, line: int) -> _Candidate:
        """Return the candidate of a place: the innermost one around the line, else one of that name, else a new one."""
        around = [
            each for each in self.all if each.path == path and each.first and each.first <= line <= each.last
        ]
        if around:
            return min(around, key=lambda each: each.last - each.first)
        for each in self.all:
            if each.path == path and each.function.rpartition(".")[2] == function and not each.first:
                return each
        return self.add(_Candidate(path, function, line))

    def add(self, candidate: _Candidate) -> _Candidate:
        self.all.append(candidate)
        return candidate


def rank(  # noqa: PLR0913 - what is known, each by its kind
    failures: Sequence[Failure],
    changes: Changes | None,
    spectrum: Spectrum | None = None,
    mutations: Mutations | None = None,
    leads: Sequence[Lead] = (),
    *,
    touched: Sequence[Touched] = (),
    elsewhere: Sequence[Elsewhere] = (),
    most: int = MAX_SHOWN,
) -> tuple[Suspect, ...]:
    """Return suspects, best first. Only the first failure's frames count: one failure at a time."""
    board = _Board()
    if spectrum:
        _add_spectrum(board, spectrum, Clues(failures[0] if failures else None))
    if failures:
        _add_frames(
            board, failures[0], weight("stack") if spectrum else ALONE_FRAME, is_measured=spectrum is not None
        )
    if changes:
        for file in changes.files:
            _add_hunks(board, file, changes.label)
    _add_leads(board, leads)
    _add_recency(board, touched)
    if mutations:
        _add_flips(board, mutations, ALONE if spectrum and spectrum.passing else UNCHECKED)
    if spectrum:
        _add_not_run(board, spectrum)
    _put_last_what_never_ran(board, elsewhere)
    ordered = sorted(board.all, key=lambda each: (-round(each.score, 3), each.path, each.line))
    return _placed([_suspect(each) for each in ordered])[:most]


def _add_spectrum(board: _Board, spectrum: Spectrum, clues: Clues) -> None:
    wanted = words_of(spectrum.test.function.name)
    mentioned = frozenset(spectrum.mentioned)
    for each in spectrum.functions:
        if not each.lines:
            continue
        candidate = board.add(_Candidate(each.path, each.function, each.lines[0].line, each.first, each.last))
        if each.function == MODULE:
            candidate.first = candidate.last = 0
        candidate.code, candidate.code_start, candidate.is_import = each.code, each.first, each.is_import
        _order_lines(candidate, each, clues, red_count(spectrum))
        _weigh(candidate, each, spectrum, wanted, mentioned)


def _order_lines(candidate: _Candidate, each: FunctionCount, clues: Clues, red: int) -> None:
    worth = {line.line: ochiai(line.failing, red, line.passing) for line in each.lines}
    code = dict(enumerate(each.code.split("\n"), each.first))
    prior = {
        line.line: line.prior + clues.on(each.path, line.line, code.get(line.line, "")) for line in each.lines
    }
    candidate.suspiciousness = round(max(worth.values()), 3)
    candidate.best_lines = line_order(worth, prior)[:MAX_LINES]
    candidate.line = candidate.best_lines[0]


def _weigh(
    candidate: _Candidate,
    each: FunctionCount,
    spectrum: Spectrum,
    wanted: frozenset[str],
    mentioned: frozenset[str],
) -> None:
    score = weight("line") * candidate.suspiciousness
    score += weight("function") * ochiai(each.failing, red_count(spectrum), each.passing)
    fewest = min(line.passing for line in each.lines)
    candidate.reasons.append(who_ran(each, fewest, spectrum))
    short = each.function.rpartition(".")[2]
    shared = words_of(each.function) & wanted
    if shared and each.function != MODULE:
        score += weight("test id") * len(shared) / len(words_of(each.function))
        candidate.reasons.append(f"shares {', '.join(sorted(shared))} with the test's name")
    if short in mentioned:
        score += weight("mentioned")
        candidate.reasons.append("named in the test")
    score += weight("size") * min(log2(each.size + 1) / _LARGE, 1.0)
    in_tests = is_test_path(each.path) or is_test_itself(each.path, each.function, spectrum.test)
    candidate.score = score * (IN_TESTS if in_tests else share_kept(each))


def is_test_itself(path: str, function: str, test: TestId) -> bool:
    """Whether a function is the one a node id names, whatever the project calls its files of tests."""
    return path == test.file and function == ".".join(test.names)


def _add_frames(board: _Board, failure: Failure, most: float, *, is_measured: bool) -> None:
    test_path = failure.test.file
    seen: set[int] = set()
    for depth, frame in enumerate(trail(failure)):
        each = board.at(frame.path, frame.function, frame.line)
        if not each.code:
            each.code, each.code_start = frame.code, frame.code_start
        if frame.path == test_path:
            each.score = max(each.score, IN_TESTS)
            each.reasons.append("the test itself")
            continue
        each.reasons.append("raised here" if depth == 0 else f"on the traceback, {depth} up")
        gained = most - min(depth, 5) * FRAME_STEP * most
        if id(each) not in seen:  # the frame nearest to the raise counts, also under recursion
            seen.add(id(each))
            each.score = each.score + gained if is_measured else max(each.score, gained)


def _add_hunks(board: _Board, file: FileChange, label: str) -> None:
    if not file.path.endswith(".py"):
        return
    for hunk in file.hunks:
        changed = _first_changed_line(hunk)
        each = _overlapping(board.all, file.path, hunk) or board.at(file.path, _function_in(hunk), changed)
        reason = f"changed since {label or 'the last pass'}"
        if reason not in each.reasons:
            each.score += weight("hunk")
            each.reasons.insert(0, reason)
        if changed in each.best_lines:
            each.best_lines = (changed, *(line for line in each.best_lines if line != changed))
            each.line = changed
        if not each.code:
            each.code, each.code_start = _new_side(hunk), hunk.new_start


def _add_leads(board: _Board, leads: Sequence[Lead]) -> None:
    """What a search found by experiment; a place counts once for each search."""
    seen: set[tuple[int, str]] = set()
    for lead in leads:
        if not lead.start or not (lead.path.endswith(".py") or lead.kind == OPENED):
            continue
        each = _meant(board, lead) or board.at(lead.path, "", lead.start)
        if (id(each), lead.kind) in seen:
            continue
        seen.add((id(each), lead.kind))
        each.score += weight(lead.kind) * lead.share
        each.reasons.insert(0, lead.reason)
        within = tuple(line for line in each.best_lines if lead.start <= line <= lead.end)
        if within:
            each.best_lines = (*within, *(line for line in each.best_lines if line not in within))
            each.line = within[0]


def _add_recency(board: _Board, touched: Sequence[Touched]) -> None:
    """The newer the last commit to a place, the more it counts: half for each newer one. One for all says nothing."""
    newest_first = sorted({each.at: each.commit for each in touched}.items(), reverse=True)
    if len(newest_first) < 2:
        return
    position = {commit: index for index, (_, commit) in enumerate(newest_first)}
    for place in touched:
        index = position.get(place.commit, len(newest_first))
        for each in board.all:
            if each.path == place.path and each.ran and place.start <= each.line <= place.end:
                share = IN_TESTS if is_test_path(each.path) else 1.0
                each.score += weight("recency") * share / 2**index
                if not index:
                    each.reasons.append(f"last touched by {place.commit[:10]}: {place.subject[:50]}")
                break


def _meant(board: _Board, lead: Lead) -> _Candidate | None:
    """Return the candidate that a lead names, else that holds most of its lines: a hunk begins with lines that did not change."""
    own = [each for each in board.all if each.path == lead.path]
    if lead.function:
        named = _Candidate(lead.path, lead.function, lead.start, is_import=True)
        return next((each for each in own if each.function == lead.function), None) or board.add(named)
    shared = [(_overlap(each, lead), each) for each in own]
    best = max(shared, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] else None


def _overlap(each: _Candidate, lead: Lead) -> int:
    first = each.first or each.code_start or each.line
    last = each.last or (each.code_start + each.code.count("\n") if each.code else each.line)
    return max(0, min(last, lead.end) - max(first, lead.start) + 1)


def _add_flips(board: _Board, mutations: Mutations, unchecked: float) -> None:
    """The cleanest flip of a place counts, less for every neighbour it breaks."""
    for flip in mutations.flips:
        each = board.at(flip.path, flip.function.rpartition(".")[2], flip.line)
        if each.flip:
            continue
        kept = (flip.green / flip.neighbours) ** 4 if flip.neighbours else unchecked
        each.score += weight("flip") * kept * (SILENCING if flip.silences else 1.0)
        each.flip, each.line = flip.sentence, flip.line
        each.best_lines = (flip.line, *(line for line in each.best_lines if line != flip.line))
        each.reasons.insert(0, flip.sentence)


def _add_not_run(board: _Board, spectrum: Spectrum) -> None:
    """A fix often goes where the failing test never came: say so, below everything that ran."""
    for each in spectrum.not_run:
        if any(other.path == each.path and other.function == each.function for other in board.all):
            continue
        candidate = board.add(
            _Candidate(each.path, each.function, each.first, each.first, each.last, ran=False)
        )
        candidate.reasons.append(never_ran(each, spectrum))


def _put_last_what_never_ran(board: _Board, elsewhere: Sequence[Elsewhere]) -> None:
    """Another copy of these files ran: no measurement, edit or commit makes them the cause. Alone they are no suspects."""
    for each in board.all:
        module = next((one for one in elsewhere if one.has(each.path)), None)
        if module:
            each.score, each.ran = 0.0, False
            each.reasons.insert(0, f"does not run: the tests import {module.imported}")
    if not any(each.ran for each in board.all):
        board.all = [each for each in board.all if not any(one.has(each.path) for one in elsewhere)]


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
        suspiciousness=each.suspiciousness,
        best_lines=each.best_lines,
        ran=each.ran,
        is_import=each.is_import,
        flip=each.flip,
    )


def _placed(ordered: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """Give ranks and ties, and say who leads."""
    scores = [each.score for each in ordered]
    placed = []
    for each in ordered:
        leads = each.ran and each.score >= LEADING * scores[0]
        update = {"rank": scores.index(each.score) + 1, "ties": scores.count(each.score), "leads": leads}
        placed.append(each.model_copy(update=update))
    return tuple(placed)
