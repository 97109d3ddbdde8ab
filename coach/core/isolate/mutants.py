"""Small mutations of suspicious places, as edits of source text: pure, ordered by suspicion, never written to a file.

Each mutant changes one expression or statement and keeps every other line where it was, so that a changed function can be
swapped in by name and line; outside of functions it changes what a module does when it is imported. The operators stand in
``operators``, what is taken from the file and the failing test in ``guesses``.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from coach.core.isolate.guesses import Guesses, guesses_of
from coach.core.isolate.operators import changes_of, condition_changes, statement_changes, swapped_assignment
from coach.core.isolate.outline import Outline
from coach.core.loops.syntax import parse

MOST_MUTANTS = 600
MOST_OF_A_LINE = 36
_ROUND = 6
"""Mutants of a line that are tried before those of the next lines have their turn."""
_OF_PLACE, _OF_LINE, _OF_ROUND = 0.6, 0.9, 0.8
"""How much less the next function, the next line and the next round promise; chosen on the tuning half of benchmarks/localise.py."""
MOST_TEXT = 60
"""Characters of a changed piece that is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A function to mutate, and its lines worth mutating, most suspicious first."""

    path: str
    function: str
    """Empty: what stands outside of functions."""
    lines: tuple[int, ...]


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


@dataclass(frozen=True, slots=True)
class _Piece:
    node: ast.expr | ast.stmt | ast.ExceptHandler
    function: str


def mutants(
    places: Sequence[Place],
    sources: Mapping[str, str],
    most: int = MOST_MUTANTS,
    test_source: str | None = None,
) -> tuple[Mutant, ...]:
    """Return mutants of the places, the most promising lines first, and of every line a few before the rest.

    Args:
        places: the functions, most suspicious first.
        sources: their files.
        most: how many at most.
        test_source: the failing test's file: then guesses from both files are tried too. Without it only the operators are.

    """
    found: list[tuple[float, int, tuple[Mutant, ...]]] = []
    for index, place in enumerate(places):
        lines = _lines_of(place, sources.get(place.path, ""), test_source)
        for position, made in enumerate(lines):
            promise = _OF_PLACE**index * _OF_LINE**position
            for number, part in enumerate(batched(made, _ROUND)):
                found.append((promise * _OF_ROUND**number, len(found), part))
    found.sort(key=lambda each: (-each[0], each[1]))
    ordered = dict.fromkeys(each for _, _, part in found for each in part)
    return tuple(islice(ordered, most))


def batched(made: Sequence[Mutant], size: int) -> Iterator[tuple[Mutant, ...]]:
    for start in range(0, len(made), size):
        yield tuple(made[start : start + size])


def _lines_of(place: Place, source: str, test_source: str | None) -> Iterator[tuple[Mutant, ...]]:
    tree = parse(source)
    if tree is None:
        return
    outline = Outline(source)
    pieces: dict[int, list[_Piece]] = {}
    unseen = _in_formatted(tree) if place.function else _without_effect(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.ExceptHandler) and id(node) not in unseen:
            found = outline.at(node.lineno)
            if (found.name if found else "") == place.function:
                pieces.setdefault(node.lineno, []).append(_Piece(node, place.function))
    names = _names_of(tree, place.function, outline)
    guesses = guesses_of(tree, names, test_source) if test_source is not None else None
    for line in place.lines:
        streams = [list(_of_piece(piece, place.path, names, guesses)) for piece in pieces.get(line, ())]
        taken_in_turns = (each for row in zip_longest(*streams) for each in row if each is not None)
        yield tuple(islice(taken_in_turns, MOST_OF_A_LINE))


def _names_of(tree: ast.Module, function: str, outline: Outline) -> tuple[str, ...]:
    """Return the names a function binds: parameters and assigned names, in their order."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            owner = outline.at(node.body[0].lineno)
            if owner is not None and owner.name == function:
                arguments = node.args
                for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                    found[each.arg] = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            owner = outline.at(node.lineno)
            if (owner.name if owner else "") == function:
                found[node.id] = None
    return tuple(name for name in found if name not in {"self", "cls", "_"})


def _without_effect(tree: ast.Module) -> frozenset[int]:
    """Return what no test can notice outside of functions: annotations, docstrings, and names such as ``__all__``."""
    found: set[int] = set()
    for node in ast.walk(tree):
        silent: list[ast.AST | None] = []
        if isinstance(node, ast.AnnAssign | ast.arg):
            silent.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            silent.append(node.returns)
        elif _is_told(node):
            silent.append(node)
        elif isinstance(node, ast.JoinedStr):
            silent += node.values
        found.update(id(each) for whole in silent if whole is not None for each in ast.walk(whole))
    return frozenset(found)


def _is_told(node: ast.AST) -> bool:
    """Whether a statement is for readers: a docstring, or a name such as ``__all__``."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assign) and any(_is_dunder(each) for each in node.targets)


def _is_dunder(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("__") and node.id.endswith("__")


def _of_piece(piece: _Piece, path: str, names: tuple[str, ...], guesses: Guesses | None) -> Iterator[Mutant]:
    node = piece.node
    if isinstance(node, ast.ExceptHandler):
        if guesses is not None and node.type is not None:
            yield _mutant(piece, path, "exception", "Exception", node.type)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(piece, node, path, is_guessing=guesses is not None)
    else:
        if not piece.function and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield _mutant(piece, path, "constant", repr("" if node.value else "x"), node)
        found = (
            changes_of(node, names) if guesses is None else chain(changes_of(node, ()), guesses.changes(node))
        )
        for kind, after in found:
            yield _mutant(piece, path, kind, ast.unparse(after), node)


def _of_statement(piece: _Piece, node: ast.stmt, path: str, *, is_guessing: bool) -> Iterator[Mutant]:
    for change in statement_changes(node):
        yield _mutant(piece, path, change.kind, change.text, node, silences=change.silences)
    if is_guessing and (other := swapped_assignment(node)):
        yield _mutant(piece, path, "assignment", other, node)
    if isinstance(node, ast.If | ast.While):
        guards = isinstance(node, ast.If) and any(isinstance(each, ast.Raise) for each in node.body)
        for kind, test, silences in condition_changes(
            node.test, loops=isinstance(node, ast.While), guards=guards
        ):
            yield _mutant(piece, path, kind, ast.unparse(test), node.test, silences=silences)


def _mutant(  # noqa: PLR0913 - one mutant, in words
    piece: _Piece, path: str, kind: str, after: str, node: ast.expr | ast.stmt, *, silences: bool = False
) -> Mutant:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    padding = "\n" * (end_line - node.lineno)
    text = f"({after}{padding})" if isinstance(node, ast.expr) else f"{after}{padding}"
    return Mutant(
        path=path,
        function=piece.function,
        line=node.lineno,
        kind=kind,
        before=_shown(ast.unparse(node)),
        after=_shown(after),
        start=(node.lineno, node.col_offset),
        end=(end_line, end_column),
        text=text,
        silences=silences,
    )


def _in_formatted(tree: ast.Module) -> frozenset[int]:
    """Ids of the nodes inside f-strings: older interpreters do not say where those stand."""
    outer = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return frozenset(id(node) for each in outer for node in ast.walk(each) if node is not each)


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_TEXT else f"{line[: MOST_TEXT - 1]}…"
