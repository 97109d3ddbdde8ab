"""The code of the places that may hold the cause: short windows round their marked lines, likeliest place first.

Several short windows instead of one long function: where no place stands out, each that is shown is another chance that the
line which must change is among them. Ranks say nothing by themselves; each place is named with how likely it is, and why.
"""

from collections.abc import Iterator, Sequence

from coach.core.base.test_id import TestId
from coach.core.export.blocks import Block, Drop, language_of
from coach.core.export.failing import failure_of
from coach.core.export.purpose import Purpose
from coach.core.export.quoting import Cleaner
from coach.core.export.window import Width, window
from coach.core.localize.isolation import isolation
from coach.core.localize.suspect import Suspect
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.report import Frame
from coach.core.session.state import SessionState

MAX_PLACES = 12
FEW = 5
"""Places shown where nothing says how likely each is."""
WORTH_SHOWING = 0.01
"""Probability from which a place is shown; the first three are, whatever they hold."""
ENOUGH = 0.95
"""Share of what all places hold together at which no further one is shown."""
MAX_REASONS = 3
LONGEST_REASON = 220


WIDE, USUAL, SLIM = Width(40, 10, 3), Width(16, 6, 1), Width(6, 4, 0)
"""Of a likely place, of any other, and of any when the budget is short."""
LIKELY, UNLIKELY = 0.3, 0.02
"""Probability from which a place is shown wide, and below which only its marked lines are shown."""


def code_blocks(state: SessionState, _purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Show the places that may hold the cause; without any, where the innermost own frames stand."""
    places = [each for each in state.standing_suspects if each.code and not _is_of_tests(each, state)]
    shown = list(_worth_showing(places)) or _of_frames(state)
    blocks = [_place(each, index, clean) for index, each in enumerate(shown)]
    return (*_standing(state, shown, clean), *blocks, *_others(places[len(shown) :], clean))


def _worth_showing(places: Sequence[Suspect]) -> Iterator[Suspect]:
    if not any(each.probability for each in places):
        yield from places[:FEW]
        return
    held, total = 0.0, sum(each.probability for each in places)
    for index, each in enumerate(places[:MAX_PLACES]):
        if index >= 3 and (each.probability < WORTH_SHOWING or held >= ENOUGH * total):
            return
        held += each.probability
        yield each


def _standing(state: SessionState, shown: Sequence[Suspect], clean: Cleaner) -> tuple[Block, ...]:
    """Say how sure the places are, where that was measured."""
    if not any(each.probability for each in shown):
        return ()
    found = isolation(state.standing_suspects)
    said = f"Isolated: {found.why}" if found else f"No place is sure ({found.why}): read several"
    tree = state.run(state.suspects_run)
    edited = state.last_edit and tree and state.last_edit.after_run >= tree.number
    old = f" Ranked at run #{state.suspects_run}, before the newest edits." if edited else ""
    return (Block(f"{clean.line(said, 400)}.{old}", drop=Drop.CODE, what="how sure the places are"),)


def _others(places: Sequence[Suspect], clean: Cleaner) -> tuple[Block, ...]:
    likely = [each for each in places if each.probability >= WORTH_SHOWING][:FEW]
    if not likely:
        return ()
    named = ", ".join(
        f"{clean.code(f'{each.place} {each.function}', 120)} {each.likelihood}" for each in likely
    )
    return (Block(f"Less likely: {named}.", drop=Drop.OTHER_PLACES, what="less likely places"),)


def _is_of_tests(suspect: Suspect, state: SessionState) -> bool:
    test = state.pin.test if state.pin else state.target.label
    return suspect.path == TestId(test).file or is_test_path(suspect.path)


def _of_frames(state: SessionState) -> list[Suspect]:
    """Return where the failure and what is behind it were raised, in own code outside of the tests."""
    found = failure_of(state)
    if found is None:
        return []
    _, failure = found
    traces = (failure.frames, *(cause.frames for cause in failure.causes))
    innermost = [next(_coded(frames, failure.test.file), None) for frames in traces]
    return [
        Suspect(
            path=each.path, function=each.function, line=each.line, code=each.code, code_start=each.code_start
        )
        for each in dict.fromkeys(frame for frame in innermost if frame)
    ][:FEW]


def _coded(frames: Sequence[Frame], test_path: str) -> Iterator[Frame]:
    return (each for each in reversed(frames) if each.own and each.code and each.path != test_path)


def _place(each: Suspect, index: int, clean: Cleaner) -> Block:
    lines = _lines_of(each, clean)
    marked = tuple(dict.fromkeys((each.line, *each.best_lines)))
    title = _title(each, clean)
    width = WIDE if each.probability >= LIKELY or not (index or each.probability) else USUAL
    if index and 0 < each.probability < UNLIKELY:
        width = SLIM
    return Block(
        f"{title}\n{window(lines, marked, width)}",
        f"{clean.line(each.path, 120)}:{each.line} {clean.line(each.function, 80)}".strip(),
        "repository",
        Drop.CODE,
        "code of places",
        language_of(each.path),
        short=f"{title}\n{window(lines, marked, SLIM)}",
        is_joined=True,
    )


def _title(each: Suspect, clean: Cleaner) -> str:
    reasons = [clean.line(why, LONGEST_REASON) for why in each.reasons[:MAX_REASONS]]
    parts = [f"{each.place} {each.function}".strip(), each.likelihood, "; ".join(reasons)]
    return "# " + " · ".join(clean.line(part, 3 * LONGEST_REASON) for part in parts if part)


def _lines_of(each: Suspect, clean: Cleaner) -> dict[int, str]:
    """Return number → text of what is kept of a place. Secrets are taken out of whole texts, never line by line."""
    found: dict[int, str] = {}
    kept = ((each.code_start or each.line or 1, each.code), *((one.start, one.text) for one in each.beside))
    for start, text in kept:
        found.update(enumerate(clean.text(text).split("\n"), start))
    return found
