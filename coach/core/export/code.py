"""The code of the places that may hold the cause: short windows round their marked lines, likeliest place first.

Several short windows instead of one long function: where no place stands out, each that is shown is another chance that the
line which must change is among them. Ranks say nothing by themselves; each place is named with how likely it is, and why.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coach.core.base.test_id import TestId
from coach.core.export.blocks import Block, Drop, language_of
from coach.core.export.budget import estimate
from coach.core.export.failing import failure_of
from coach.core.export.purpose import Purpose
from coach.core.export.quoting import Cleaner
from coach.core.export.window import Width, window
from coach.core.localize.isolation import isolation
from coach.core.localize.suspect import Suspect
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.report import Frame
from coach.core.session.state import SessionState

MAX_PLACES = 20
FEW = 5
"""Places shown where nothing says how likely each is."""
WORTH_SHOWING = 0.01
"""Probability from which a place that is not shown is named."""
WIDTHS = (
    (Width(4, 2, 0), 0.3),
    (Width(8, 4, 0), 0.5),
    (Width(16, 6, 1), 0.7),
    (Width(40, 10, 3), 0.9),
    (Width(60, 30, 3), 1.0),
)
"""How wide a place may be shown, and the guessed share of defects whose line stands in it, of those that lie in the place."""
TITLE = 45
"""Tokens of naming a place."""


class _Room(NamedTuple):
    """How many tokens all places together may take, and how much chance a token has to add: at first, and then."""

    tokens: int
    least: float
    then: float


ROOMY, USUAL = _Room(3_000, 1e-5, 3e-5), _Room(1_500, 2e-4, 1e-3)
"""Where a budget was named, and where none was."""
SHORTER = tuple(_Room(tokens, 1e-5, 3e-5) for tokens in (2_600, 2_200, 1_700, 1_200, 900, 700, 500, 350))
"""Where the named one is short, ever shorter."""
ENOUGH = 0.5
"""Chance that what is shown holds the line from which on a token has to add more."""
MAX_REASONS = 3
LONGEST_REASON = 220


def code_blocks(state: SessionState, _purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Show the places that may hold the cause; without any, where the innermost own frames stand."""
    places = [each for each in state.standing_suspects if each.code and not _is_of_tests(each, state)]
    kept = [_Place.of(each, clean) for each in places[:MAX_PLACES] or _of_frames(state)]
    widest, usual, *shorter = (_allotted(kept, each) for each in (ROOMY, USUAL, *SHORTER))
    shown = [index for index, level in enumerate(widest) if level]
    blocks = [
        _block(kept[each], widest[each], usual[each], [levels[each] for levels in shorter], clean)
        for each in shown
    ]
    others = [each for index, each in enumerate(places) if index not in shown]
    return (
        *_standing(state, [kept[index].suspect for index in shown], clean),
        *blocks,
        *_others(others, clean),
    )


class _Place(NamedTuple):
    suspect: Suspect
    shown: tuple[str, ...]
    """Its code, by how wide it is shown; empty at first: not at all."""
    costs: tuple[int, ...]
    """Tokens of each, with its title."""

    @classmethod
    def of(cls, each: Suspect, clean: Cleaner) -> "_Place":
        lines = _lines_of(each, clean)
        known = dict.fromkeys((each.line, *each.best_lines))
        marked = tuple(line for line in known if line in lines) or tuple(lines)[:1]
        shown = ["", *(window(lines, marked, width) for width, _ in WIDTHS)]
        return cls(each, tuple(shown), tuple(estimate(text) + TITLE if text else 0 for text in shown))


def _allotted(places: Sequence[_Place], room: _Room) -> list[int]:
    """Return how wide each place is shown: what promises most per token first, until the room is used up."""
    is_known = any(each.suspect.probability for each in places)
    levels, held, left = [0] * len(places), 0.0, room.tokens
    while True:
        steps = [
            step
            for index, each in enumerate(places)
            for step in _steps(each, levels[index], index, is_known=is_known)
            if step.cost <= left
        ]
        best = max(steps, default=None)
        if best is None or best.density < (room.least if held < ENOUGH else room.then):
            return levels
        held += best.gain
        levels[-best.order] = best.level
        left -= best.cost


class _Step(NamedTuple):
    density: float
    order: int
    """Minus the index of the place: of equal ones the likelier first."""
    level: int
    cost: int
    gain: float


def _steps(each: _Place, level: int, index: int, *, is_known: bool) -> Iterator[_Step]:
    likely = each.suspect.probability if is_known else (0.5**index if index < FEW else 0.0)
    shares = (0.0, *(share for _, share in WIDTHS))
    for wider in range(level + 1, len(shares)):
        cost = each.costs[wider] - each.costs[level]
        gain = likely * (shares[wider] - shares[level])
        yield _Step(gain / cost if cost > 0 else 1.0, -index, wider, max(cost, 0), gain)


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


def _block(place: _Place, widest: int, usual: int, shorter: Sequence[int], clean: Cleaner) -> Block:
    each, title = place.suspect, _title(place.suspect, clean, MAX_REASONS)
    brief = _title(each, clean, 1)
    return Block(
        f"{title}\n{place.shown[widest]}",
        f"{clean.line(each.path, 120)}:{each.line} {clean.line(each.function, 80)}".strip(),
        "repository",
        Drop.CODE,
        "code of places",
        language_of(each.path),
        usual=f"{title}\n{place.shown[usual]}" if usual else "",
        shorter=tuple(f"{brief}\n{place.shown[level]}" if level else "" for level in shorter),
        is_joined=True,
    )


def _title(each: Suspect, clean: Cleaner, most: int) -> str:
    reasons = [clean.line(why, LONGEST_REASON) for why in each.reasons[:most]]
    parts = [f"{each.place} {each.function}".strip(), each.likelihood, "; ".join(reasons)]
    return "# " + " · ".join(clean.line(part, 3 * LONGEST_REASON) for part in parts if part)


def _lines_of(each: Suspect, clean: Cleaner) -> dict[int, str]:
    """Return number → text of what is kept of a place. Secrets are taken out of whole texts, never line by line."""
    found: dict[int, str] = {}
    for part in each.excerpts:
        found.update(enumerate(clean.text(part.text).split("\n"), part.start))
    return found
