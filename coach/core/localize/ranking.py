"""Rank suspects: places the failing test ran, its traceback, the edits since the last pass, and what experiments showed.

Before anything is measured there are own-code frames and hunks. A spectrum adds every function the failing test ran, with
the Ochiai of its best line and of itself, and what its name shares with the test; searches, call traces and mutations add
what they found. What each kind of evidence weighs stands in ``standing``; equally likely places are ties and said to be.
"""

import re
from collections.abc import Sequence
from math import log2

from coach.core.base.test_id import NO_TEST
from coach.core.localize.change_evidence import add_changes
from coach.core.localize.evidence import Board, Candidate, is_test_itself
from coach.core.localize.flip_evidence import add_flips
from coach.core.localize.line_prior import Clues, line_order
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.outline import words_of
from coach.core.localize.spectrum import FunctionCount, Spectrum, ochiai
from coach.core.localize.standing import LEADING, shares
from coach.core.localize.suspect import Suspect, Touched
from coach.core.localize.who_ran import never_ran, red_count, who_ran
from coach.core.loops.analysis.syntax import MODULE
from coach.core.runs.changes import Changes
from coach.core.runs.failure import trail
from coach.core.runs.report import Elsewhere, Failure, Frame
from coach.core.search.request import OPENED, Lead

RULE = 6
MAX_SHOWN = 20
MAX_LINES = 30
"""Lines of a suspect that are kept: those worth mutating."""
_LARGE = 6.0
"""log2 of the body lines, or of what there is on them to be wrong (63), at which they stop counting."""
_LATER = 4.0
"""What the last of the lines that a function ran is worth more than its first: most are preparation, and the value is made
at the end. Of 62 right places of the tuning set 56 % name a right line with it, 55 % without: chosen there, not in folds."""
_OWN_FAULT = frozenset({"NameError", "UnboundLocalError", "SyntaxError", "IndentationError", "TabError"})
"""Exceptions that, raised in a line of the test itself, are about that line."""
_NOTHING_RAN = 0.35
"""How much it speaks for the test itself that no function ran before it failed: what ran at import may be wrong as well."""
_UNCOMPARED = 0.5
"""What a line of the failing test counts where no passing test was compared: all of them look alike."""
_FEW = 2.0
"""So many passing tests say half as much as very many, where none of them runs a line."""
_SHOWS = frozenset({"__repr__", "__str__", "__format__", "__rich_repr__", "__pretty__"})
"""What makes the text of an object; a failed assertion calls it before it raises, for its message."""
_SIGNATURE = re.compile(
    r"positional argument|unexpected keyword argument|required keyword-only|multiple values for argument|takes no arguments"
)
_EXCEPTION_ENDINGS = ("Error", "Exception", "Warning")


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
    """Return suspects, likeliest first. Only the first failure's frames count: one failure at a time."""
    found = candidates(failures, changes, spectrum, mutations, leads, touched=touched, elsewhere=elsewhere)
    return ranked(found)[:most]


def ranked(found: Sequence[Candidate]) -> tuple[Suspect, ...]:
    """Order candidates by how likely each is, those that never ran last."""
    ran = [each for each in found if each.ran]
    likely = shares([each.odds for each in ran], is_measured=any("line" in each.evidence for each in ran))
    known = {id(each): share for each, share in zip(ran, likely, strict=True)}
    ordered = sorted(found, key=lambda each: (not each.ran, -each.odds, each.path, each.line))
    return _placed([each.suspect(known.get(id(each), 0.0)) for each in ordered])


def candidates(  # noqa: PLR0913 - what is known, each by its kind
    failures: Sequence[Failure],
    changes: Changes | None,
    spectrum: Spectrum | None = None,
    mutations: Mutations | None = None,
    leads: Sequence[Lead] = (),
    *,
    touched: Sequence[Touched] = (),
    elsewhere: Sequence[Elsewhere] = (),
) -> list[Candidate]:
    """Return every place that something is known of, each with its evidence; in no order."""
    test = failures[0].test if failures else spectrum.test if spectrum else NO_TEST
    board = Board(test)
    if spectrum:
        _add_spectrum(board, spectrum, Clues(failures[0] if failures else None))
    if failures:
        _add_frames(board, failures[0], spectrum)
    if changes:
        add_changes(board, changes, is_measured=spectrum is not None)
    _add_leads(board, leads)
    _add_recency(board, touched)
    if mutations:
        add_flips(board, mutations, is_alone=bool(spectrum and spectrum.passing))
    if spectrum and failures:
        _add_not_run(board, spectrum, failures[0])
    _put_last_what_never_ran(board, elsewhere)
    return board.all


def _add_spectrum(board: Board, spectrum: Spectrum, clues: Clues) -> None:
    wanted = words_of(spectrum.test.function.name)
    mentioned = frozenset(spectrum.mentioned)
    for each in spectrum.functions:
        if not each.lines:
            continue
        candidate = board.add(Candidate(each.path, each.function, each.lines[0].line, each.first, each.last))
        if each.function == MODULE:
            candidate.first = candidate.last = 0
        candidate.shows(each)
        _order_lines(candidate, each, clues, red_count(spectrum))
        _weigh(candidate, each, spectrum, wanted, mentioned)


def _order_lines(candidate: Candidate, each: FunctionCount, clues: Clues, red: int) -> None:
    worth = {line.line: ochiai(line.failing, red, line.passing) for line in each.lines}
    code = dict(enumerate(each.code.split("\n"), each.starts))
    later = 0.0 if each.is_import else _LATER / len(each.lines)
    prior = {
        line.line: line.prior + clues.on(each.path, line.line, code.get(line.line, "")) + later * index
        for index, line in enumerate(each.lines)
    }
    candidate.suspiciousness = round(max(worth.values()), 3)
    candidate.best_lines = line_order(worth, prior)[:MAX_LINES]
    candidate.line = candidate.best_lines[0]


def _weigh(
    candidate: Candidate,
    each: FunctionCount,
    spectrum: Spectrum,
    wanted: frozenset[str],
    mentioned: frozenset[str],
) -> None:
    fewest = min(line.passing for line in each.lines)
    known = 1.0 if spectrum.passing else _UNCOMPARED
    candidate.adds("line", candidate.suspiciousness * known)
    candidate.adds("function", round(ochiai(each.failing, red_count(spectrum), each.passing), 3) * known)
    candidate.adds("alone", (not fewest) * spectrum.passing / (spectrum.passing + _FEW))
    candidate.reasons.append(who_ran(each, candidate.line, fewest, spectrum))
    short = each.function.rpartition(".")[2]
    shared = words_of(each.function) & wanted
    if shared and each.function != MODULE:
        candidate.adds("test id", len(shared) / len(words_of(each.function)))
        candidate.reasons.append(f"shares {', '.join(sorted(shared))} with the test's name")
    if short in mentioned:
        candidate.adds("mentioned", candidate.suspiciousness)
        candidate.reasons.append("named in the test")
    candidate.adds("size", min(log2(each.size + 1) / _LARGE, 1.0))
    worth = sum(line.prior for line in each.lines if line.passing == fewest)
    candidate.adds("worth", min(log2(worth + 1) / _LARGE, 1.0))
    candidate.adds("special", float(short.startswith("__") and short.endswith("__")))
    candidate.adds("private", float(short.startswith("_") and not short.endswith("__")))
    candidate.adds(
        "shown", float(short in _SHOWS and not words_of(short) & wanted and short not in mentioned)
    )
    owner = each.function.rpartition(".")[0].rpartition(".")[2]
    candidate.adds("of an exception", float(owner.endswith(_EXCEPTION_ENDINGS)))
    _weigh_time(candidate, each, red_count(spectrum))


def _weigh_time(candidate: Candidate, each: FunctionCount, red: int) -> None:
    """When it ran: at import, right before the first sign of the failure or after it; and for how many of the red tests."""
    candidate.adds("at import", float(not each.steps and (each.is_import or each.function == MODULE)))
    steps = 0.3 if each.is_value_read else float(each.steps)  # it reads the very value that is assigned
    candidate.adds("read at import", steps if each.is_import else 0.0)
    candidate.adds("nearest", 1 / each.order if each.order else 0.0)
    candidate.adds("after the raise", float(each.after_raise))
    candidate.adds("missed by red tests", 1 - min(each.failing, red) / red)


def _add_frames(board: Board, failure: Failure, spectrum: Spectrum | None) -> None:
    frames = [each for each in trail(failure) if not _is_example(each, board)]
    seen: set[int] = set()
    for depth, frame in enumerate(frames):
        each = board.at(frame.path, frame.function, frame.line)
        if not each.code:
            each.code, each.code_start = frame.code, frame.code_start
        if board.is_of_the_test(frame.path):
            each.reasons.append("the test itself")
            continue
        each.reasons.append("raised here" if depth == 0 else f"on the traceback, {depth} up")
        if id(each) not in seen:  # the frame nearest to the raise counts, also under recursion
            seen.add(id(each))
            each.adds("on the traceback", 1 / (1 + depth))
            each.adds("raised", float(depth == 0))
            each.adds("raised on purpose", float(depth == 0 and _is_refusal(frame)))
            each.adds("raised for its call", float(depth == 0 and _is_for_a_call(failure)))
    is_own = bool(frames) and board.is_of_the_test(frames[0].path)
    fault = _own_fault(failure, spectrum) if is_own else 0.0
    if fault:
        wrong = board.at(frames[0].path, frames[0].function, frames[0].line)
        wrong.adds("test is wrong", fault)
        wrong.line = frames[0].line
        wrong.reasons.insert(0, f"the test fails in its own line {frames[0].line}, in no code it calls")


def _is_example(frame: Frame, board: Board) -> bool:
    """Whether it is an example in a docstring: no code, though it stands in the lines of the function that it is about."""
    return is_test_itself(frame.path, frame.function, board.test) and not board.is_of_the_test(frame.path)


def _is_refusal(frame: Frame) -> bool:
    """Whether the line itself refuses: then what it refused was wrong already when it came there."""
    return frame.source.strip().startswith(("raise", "assert "))


def _is_for_a_call(failure: Failure) -> bool:
    """Whether arguments did not fit: raised where the call stands, decided where callee and arguments come from."""
    return failure.exception.rpartition(".")[2] == "TypeError" and bool(_SIGNATURE.search(failure.message))


def _own_fault(failure: Failure, spectrum: Spectrum | None) -> float:
    """How much speaks for a test that fails in its own line: it lacks a name it uses; less, when it ran no function before."""
    if failure.exception.rpartition(".")[2] in _OWN_FAULT:
        return 1.0
    if spectrum is None or not spectrum.has_failed or not spectrum.functions:
        return 0.0
    test = failure.test.file
    return _NOTHING_RAN * all(each.path == test or each.function == MODULE for each in spectrum.functions)


def _add_leads(board: Board, leads: Sequence[Lead]) -> None:
    """What a search found by experiment; a place counts once for each search, and a changed test is no cause of its own."""
    seen: set[tuple[int, str]] = set()
    for lead in leads:
        if not lead.start or not (lead.path.endswith(".py") or lead.kind == OPENED):
            continue
        known = board.around(lead)
        if board.is_of_the_test(lead.path) and (known is None or "in tests" in known.evidence):
            continue
        each = known or board.at(lead.path, "", lead.start)
        if (id(each), lead.kind) in seen:
            continue
        seen.add((id(each), lead.kind))
        each.adds(lead.kind, lead.share)
        each.reasons.insert(0, lead.reason)
        each.shows_first(line for line in each.best_lines if lead.start <= line <= lead.end)
    culprits = {place for place, kind in seen if kind == "proven"}
    for each in board.all:
        if culprits and id(each) not in culprits:
            each.adds("not of the culprit", 1.0)


def _add_recency(board: Board, touched: Sequence[Touched]) -> None:
    """The newer the last commit to a place, the more it counts: half for each newer one, and once. One for all says nothing."""
    newest_first = sorted({each.at: each.commit for each in touched}.items(), reverse=True)
    if len(newest_first) < 2:
        return
    position = {commit: index for index, (_, commit) in enumerate(newest_first)}
    for place in touched:
        index = position.get(place.commit, len(newest_first))
        for each in board.all:
            if each.path == place.path and each.ran and place.start <= each.line <= place.end:
                if "in tests" in each.evidence:
                    break
                each.evidence["recency"] = max(each.evidence.get("recency", 0.0), 1 / 2**index)
                if not index:
                    each.reasons.append(f"last touched by {place.commit[:10]}: {place.subject[:50]}")
                break


def _add_not_run(board: Board, spectrum: Spectrum, failure: Failure) -> None:
    """A fix often goes where the failing test never came: say so, below everything that ran.

    Nothing is said where the recording is known to lack code that ran, and nothing of a name that other code bears too.
    """
    if spectrum.taken_by is not None:
        return
    ran = {(each.path, line.line) for each in spectrum.functions for line in each.lines}
    paths = {each.path for each in spectrum.functions}
    if any((each.path, each.line) not in ran for each in failure.own_frames if each.path in paths):
        return
    known = {each.function.rpartition(".")[2] for each in board.all}
    for each in spectrum.not_run:
        short = each.function.rpartition(".")[2]
        if short in known:
            continue
        candidate = board.add(
            Candidate(each.path, each.function, each.first, each.first, each.last, ran=False)
        )
        candidate.reasons.append(never_ran(each, spectrum))


def _put_last_what_never_ran(board: Board, elsewhere: Sequence[Elsewhere]) -> None:
    """Another copy of these files ran: no measurement, edit or commit makes them the cause. Alone they are no suspects."""
    for each in board.all:
        module = next((one for one in elsewhere if one.has(each.path)), None)
        if module:
            each.evidence, each.ran = {}, False
            each.reasons.insert(0, f"does not run: the tests import {module.imported}")
    if not any(each.ran for each in board.all):
        board.all = [each for each in board.all if not any(one.has(each.path) for one in elsewhere)]


def _placed(ordered: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """Give ranks and ties, and say who leads."""
    scores = [each.score for each in ordered]
    likeliest = max((each.probability for each in ordered), default=0.0)
    placed = []
    for each in ordered:
        update = {
            "rank": scores.index(each.score) + 1,
            "ties": scores.count(each.score),
            "leads": each.ran and each.probability >= LEADING * likeliest,
        }
        placed.append(each.model_copy(update=update))
    return tuple(placed)
