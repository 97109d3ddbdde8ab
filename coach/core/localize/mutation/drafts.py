"""What may stand in a place, not yet written out: which expression or statement, and what it is replaced by."""

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

from coach.core.localize.mutation.arguments import lacking_attribute, other_arguments, parameter_defaults
from coach.core.localize.mutation.candidates import Guesses
from coach.core.localize.mutation.conditions import identities, narrowed, only_if
from coach.core.localize.mutation.insertions import (
    Role,
    missing_from,
    missing_statements,
    other_bases,
    other_handled,
)
from coach.core.localize.mutation.local_names import local_names
from coach.core.localize.mutation.operators import (
    Change,
    changes_of,
    condition_changes,
    statement_changes,
    swapped_assignment,
)
from coach.core.localize.mutation.other_forms import more_operators, other_forms, other_statements
from coach.core.localize.mutation.siblings import as_siblings, regrouped
from coach.core.localize.mutation.wrapped import wrapped


@dataclass(slots=True)
class Piece:
    node: ast.expr | ast.stmt | ast.ExceptHandler
    function: str
    role: Role | None = None
    is_asserted: bool = False
    other_side: str = ""
    """What it is compared with."""
    is_handled: bool = False
    """Whether with it begins what a handler does that lets no exception through."""
    text: str = ""
    """How it is written; filled in where it is asked for."""


@dataclass(slots=True)
class Draft:
    """One change of a line; ``node`` is what it replaces, the piece itself or a part of it."""

    piece: Piece
    kind: str
    changed: ast.expr | str
    node: ast.expr | ast.stmt | ast.arg
    silences: bool = field(default=False, kw_only=True)
    _after: str | None = None

    @property
    def start(self) -> tuple[int, int]:
        return self.node.lineno, self.node.col_offset

    @property
    def end(self) -> tuple[int, int]:
        return self.node.end_lineno or self.node.lineno, self.node.end_col_offset or 0

    @property
    def before(self) -> str:
        if self.node is not self.piece.node:
            return ast.unparse(self.node)
        self.piece.text = self.piece.text or ast.unparse(self.node)
        return self.piece.text

    @property
    def after(self) -> str:
        """What stands there instead; empty for an f-string that older interpreters could not write."""
        if self._after is None:
            try:
                self._after = self.changed if isinstance(self.changed, str) else ast.unparse(self.changed)
            except ValueError:
                self._after = ""
        return self._after

    @property
    def is_change(self) -> bool:
        """Whether it can be written, and is not made like what it is compared with."""
        return bool(self.after) and self.after != self.piece.other_side


def drafts_of(piece: Piece, names: tuple[str, ...], guesses: Guesses | None) -> Iterator[Draft]:
    node = piece.node
    if isinstance(node, ast.ExceptHandler):
        if guesses is not None and node.type is not None:
            for other in other_handled(node.type, guesses.habits):
                yield Draft(piece, "exception", other, node.type)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(piece, node, guesses)
    else:
        if not piece.function and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Draft(piece, "constant", repr("" if node.value else "x"), node)
        for kind, after in (
            changes_of(node, names) if guesses is None else _guessed(node, piece.role, guesses)
        ):
            yield Draft(piece, kind, after, node)


def _guessed(node: ast.expr, role: Role | None, guesses: Guesses) -> Iterator[Change]:
    """Yield what an expression may be replaced by: operators first, then what else could stand there, or is missing."""
    if isinstance(node, ast.JoinedStr):
        yield from _in_formatted(node, guesses)
        return
    yield from changes_of(node, ())
    yield from guesses.changes(node)
    names, habits = guesses.names, guesses.habits
    yield from missing_from(node, role, names, habits)
    own = guesses.attributes.get("self", Counter())
    yield from local_names(node, role, guesses.least_read)
    yield from other_forms(node, role, names, [name for name, _ in own.most_common()])
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    yield from narrowed(node, role, names, habits)
    yield from identities(node, role)
    yield from only_if(node, role, names)
    yield from wrapped(node, role, habits)
    yield from other_arguments(node, guesses.least_read, guesses.classes, habits)
    yield from lacking_attribute(node, role)
    if role == "base":
        yield from other_bases(node, habits)
    yield from as_siblings(node, role, names, habits)
    yield from regrouped(node)


def _in_formatted(text: ast.JoinedStr, guesses: Guesses) -> Iterator[Change]:
    """Yield f-strings with one expression or text in them changed."""
    streams = []
    for index, part in enumerate(text.values):
        for node in ast.walk(part.value) if isinstance(part, ast.FormattedValue) else (part,):
            if isinstance(node, ast.expr):
                role = "argument" if isinstance(part, ast.FormattedValue) and node is part.value else None
                found = chain(
                    changes_of(node, ()), guesses.changes(node), wrapped(node, role, guesses.habits)
                )
                streams.append([(kind, _with(text, index, node, after)) for kind, after in found])
    yield from (each for row in zip_longest(*streams) for each in row if each is not None)


def _with(text: ast.JoinedStr, index: int, old: ast.expr, new: ast.expr) -> ast.JoinedStr:
    """Return an f-string with a node of one of its parts replaced."""
    part: ast.expr = _Replaced(old, new).visit(deepcopy(text.values[index], {id(old): old}))
    return ast.JoinedStr([*text.values[:index], part, *text.values[index + 1 :]])


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self._new if node is self._old else self.generic_visit(node)


def _of_statement(piece: Piece, node: ast.stmt, guesses: Guesses | None) -> Iterator[Draft]:
    for change in statement_changes(node):
        yield Draft(piece, change.kind, change.text, node, silences=change.silences)
    if guesses is not None:
        yield from _of_guessed(piece, node, guesses)
    if isinstance(node, ast.If | ast.While):
        guards = isinstance(node, ast.If) and any(isinstance(each, ast.Raise) for each in node.body)
        for kind, test, silences in condition_changes(
            node.test, loops=isinstance(node, ast.While), guards=guards
        ):
            yield Draft(piece, kind, test, node.test, silences=silences)


def _of_guessed(piece: Piece, node: ast.stmt, guesses: Guesses) -> Iterator[Draft]:
    if other := swapped_assignment(node):
        yield Draft(piece, "assignment", other, node)
    if piece.function:
        changes = chain(missing_statements(node, guesses.names, guesses.habits), other_statements(node))
        yield from (Draft(piece, each.kind, each.text, node) for each in changes)
    yield from (Draft(piece, each.kind, each.text, node) for each in more_operators(node))
    if piece.is_handled and not hasattr(node, "body"):
        yield Draft(piece, "exception", "raise", node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for parameter, text in parameter_defaults(node.args):
            yield Draft(piece, "parameter default", text, parameter)
