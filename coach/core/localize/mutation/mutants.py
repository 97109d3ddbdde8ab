"""Small mutations of suspicious places, as edits of source text: pure, ordered by suspicion, never written to a file.

Each mutant changes one expression or statement and keeps every other line where it was, so that a changed function
can be swapped in by name and line; outside of functions it changes what a module does when it is imported. The
operators stand in ``operators``, what is taken from the file and the failing test in ``candidates`` and ``habits``, what may be
missing in ``insertions``, ``conditions``, ``wrapped``, ``arguments`` and ``siblings``; ``drafts`` puts them together.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from itertools import chain, islice, zip_longest

from coach.core.localize.mutation.candidates import Guesses, guesses_of
from coach.core.localize.mutation.drafts import Draft, Piece, drafts_of
from coach.core.localize.mutation.insertions import roles_of, too_lenient
from coach.core.localize.mutation.left_alone import in_asserts, in_f_strings, other_sides, without_effect
from coach.core.localize.mutation.likelihood import weights
from coach.core.localize.mutation.shown import shown_pair
from coach.core.localize.outline import Outline
from coach.core.loops.analysis.syntax import parse

_LEAST = 0.05
"""What the least likely place promises beside the best one."""
MAX_MUTANTS = 1_500
MAX_OF_A_LINE = 80
"""Many kinds of fixes have one or two changes of a line, and a long line has many pieces: with 60 some kinds had no turn there."""
_ROUND = 6
"""Mutants of a line that have their turn before those of the next lines, where only operators are tried."""
_OF_PLACE, _OF_LINE, _OF_ROUND = 0.6, 0.9, 0.8
"""How much less the next function, line and round promise; chosen on the tuning half of benchmarks/localise.py."""
_NOT_MADE = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A function to mutate, and its lines worth mutating, most suspicious first."""

    path: str
    function: str
    """Empty: what stands outside of functions."""
    lines: tuple[int, ...]
    promise: float = 0.0
    """How likely the defect is there, 0 to 1, where that is known; 0: its position tells."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """Replace ``start`` to ``end`` (line, byte column) of a file by ``text``."""

    path: str
    function: str
    line: int
    kind: str
    before: str
    after: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    silences: bool = False
    """Whether it only takes away a check or a raise: with it a test may pass without the place being to blame."""
    is_told: bool = False
    """Whether it stands in what only people read, such as what is printed: that no test notices it says nothing."""
    promise: float = field(default=0.0, compare=False)
    """How much trying it promises, beside the others of its plan."""


def mutants(
    places: Sequence[Place],
    sources: Mapping[str, str],
    most: int = MAX_MUTANTS,
    test_source: str | None = None,
    died_of: str = "",
) -> tuple[Mutant, ...]:
    """Return mutants of the places, the most promising lines first, and of every line a few before the rest.

    Args:
        places: the functions, most suspicious first.
        sources: their files.
        most: how many at most.
        test_source: the failing test's file: then guesses from both files are tried too. Without it only the operators are.
        died_of: the name of the exception that the failing test ended with; empty when that is not known.

    """
    known = [place for place in places if place.path in sources]
    files = {path: _File(sources[path], test_source, died_of) for path in {place.path for place in known}}
    lines = [_LinesOf(place, files[place.path]) for place in known]
    queue = [(-promise, index, 0, _NOT_MADE) for index, promise in enumerate(promises_of(known))]
    heapify(queue)
    found: dict[Mutant, None] = {}
    while queue and len(found) < most:
        promise, index, position, number = heappop(queue)
        made = lines[index].at(position)
        if made is None:
            continue
        if number == _NOT_MADE:
            heappush(queue, (promise * _OF_LINE, index, position + 1, _NOT_MADE))
            _push(queue, promise, (index, position, 0), made)
            continue
        weight, mutant = made[number]
        found.setdefault(replace(mutant, promise=round(-promise, 6)))
        _push(queue, promise / weight, (index, position, number + 1), made)
    return tuple(islice(found, most))


def _push(
    queue: list[tuple[float, int, int, int]],
    promise: float,
    where: tuple[int, int, int],
    made: Sequence[tuple[float, "Mutant"]],
) -> None:
    """Queue the next mutant of a line, by what the line promises and how likely that mutant is beside the others."""
    index, position, number = where
    if number < len(made):
        heappush(queue, (promise * made[number][0], index, position, number))


def promises_of(places: Sequence[Place]) -> list[float]:
    """Return what each place promises beside the best one: as likely as it is where that is known, else by its position.

    A place that is hardly likely has its turn too: where every test runs the cause, the ranking says little.
    """
    top = max((place.promise for place in places), default=0.0)
    if not top:
        return [max(_OF_PLACE**index, _LEAST) for index in range(len(places))]
    return [max(place.promise / top, _LEAST) for place in places]


class _File:
    """What all places of a file share: its nodes and names by function, and what else could stand there."""

    def __init__(self, source: str, test_source: str | None, died_of: str) -> None:
        tree = parse(source)
        self.pieces: dict[str, dict[int, list[Piece]]] = {}
        self.names: dict[str, dict[str, None]] = {}
        self.reads: Counter[tuple[str, str]] = Counter()
        self.guesses: Guesses | None = None
        if tree and test_source is not None:
            self.guesses = guesses_of(tree, test_source, died_of)
        if tree is None:
            return
        outline = Outline(source)
        formatted, silent = in_f_strings(tree), without_effect(tree)
        roles, is_guessing = roles_of(tree), self.guesses is not None
        asserted, sides = in_asserts(tree), other_sides(tree) if is_guessing else {}
        lenient = too_lenient(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                owner = outline.at(node.body[0].lineno)
                self._bind(owner.name if owner else "", *_parameters(node.args))
            if isinstance(node, ast.expr | ast.stmt | ast.ExceptHandler):
                owner = outline.at(node.lineno)
                name = owner.name if owner else ""
                if id(node) not in (formatted if name and not is_guessing else silent):
                    side, is_handled = sides.get(id(node), ""), id(node) in lenient
                    piece = Piece(node, name, roles.get(id(node)), id(node) in asserted, side, is_handled)
                    self.pieces.setdefault(name, {}).setdefault(node.lineno, []).append(piece)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self._bind(name, node.id)
                elif isinstance(node, ast.Name):
                    self.reads[name, node.id] += 1

    def _bind(self, function: str, *names: str) -> None:
        kept = (name for name in names if name not in {"self", "cls", "_"})
        self.names.setdefault(function, {}).update(dict.fromkeys(kept))


class _LinesOf:
    """The lines of one place; the mutants of a line are made when it has its turn."""

    def __init__(self, place: Place, file: _File) -> None:
        self._place, self._pieces = place, file.pieces.get(place.function, {})
        if file.guesses is not None:  # the head of a function is what runs at import
            self._pieces = {**file.pieces.get("", {}), **self._pieces}
        self._names = tuple(file.names.get(place.function, ()))
        least_read = sorted(self._names, key=lambda name: file.reads[place.function, name])
        self._guesses = file.guesses and replace(
            file.guesses, names=self._names, least_read=tuple(least_read)
        )
        self._made: dict[int, tuple[tuple[float, Mutant], ...]] = {}

    def at(self, position: int) -> tuple[tuple[float, Mutant], ...] | None:
        """Return what can be tried on a line, likeliest first, each with how likely it is beside the others of the line.

        ``position`` is the line's among the place's lines; None behind the last.
        """
        if position >= len(self._place.lines):
            return None
        if position not in self._made:
            pieces = self._pieces.get(self._place.lines[position], ())
            streams = [list(drafts_of(each, self._names, self._guesses)) for each in pieces]
            self._made[position] = tuple(islice(self._distinct(streams), MAX_OF_A_LINE))
        return self._made[position]

    def _distinct(self, streams: Sequence[Sequence[Draft]]) -> Iterator[tuple[float, Mutant]]:
        """Yield each change once. Only what is yielded is written out: that costs more than all else."""
        seen = set()
        for weight, each in self._weighed(streams):
            if each.is_change and (key := (each.start, each.end, each.after)) not in seen:
                seen.add(key)
                yield weight, _mutant(each, self._place.path)

    def _weighed(self, streams: Sequence[Sequence[Draft]]) -> Iterable[tuple[float, Draft]]:
        if self._guesses is None:
            in_turns = (each for row in zip_longest(*streams) for each in row if each is not None)
            return ((_OF_ROUND ** (index // _ROUND), each) for index, each in enumerate(in_turns))
        return sorted(chain.from_iterable(map(zip, weights(streams), streams)), key=lambda pair: -pair[0])


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    return (each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def _mutant(draft: Draft, path: str) -> Mutant:
    node, after = draft.node, draft.after
    padding = "\n" * (draft.end[0] - node.lineno)
    shown_before, shown_after = shown_pair(draft.before, after)
    return Mutant(
        path=path,
        function=draft.piece.function,
        line=node.lineno,
        kind=draft.kind,
        before=shown_before,
        after=shown_after,
        start=draft.start,
        end=draft.end,
        text=f"({after}{padding})" if isinstance(node, ast.expr) else f"{after}{padding}",
        silences=draft.silences or draft.piece.is_asserted,
    )
