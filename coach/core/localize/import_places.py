"""What a file runs when it is imported, as places: class bodies, assigned names, heads of functions, and the rest.

A *head* is what ``def`` itself runs: decorators, defaults and annotations. Statements on one name (``X = {}``,
``X["a"] = 1``, ``X.update(…)``) are one place of that name. Each place knows which names it mentions, since what it
made depends on them.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coach.core.loops.analysis.syntax import FUNCTIONS, MODULE, Function

Chain = tuple[str, ...]
"""A dotted name as it is written: ``("shop", "rules", "LIMIT")``; a first part that is empty is any value."""


@dataclass(slots=True)
class ImportPlace:
    """Statements that run at import and belong together."""

    name: str
    kind: Literal["class", "name", "head", "function", "module"]
    """*function*: a body that ran at import, such as a decorator's or one that builds a table."""
    lines: set[int] = field(default_factory=set)
    chains: set[Chain] = field(default_factory=set)
    """Names that it mentions."""
    attributes: dict[str, set[int]] = field(default_factory=dict)
    """Of a class: what its body assigns → the lines."""
    last: int = 0
    """Where its first unbroken part ends: methods between two parts of a class body belong to none."""

    @property
    def first(self) -> int:
        return min(self.lines)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an ``import`` binds: a module (no ``name``), or a name in one. ``level`` counts the leading dots."""

    module: str
    name: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class ImportOutline:
    """What one file runs at import, and what its import statements bind."""

    places: Sequence[ImportPlace]
    bindings: Mapping[str, Imported]
    stars: Sequence[Imported]


def import_outline(tree: ast.Module) -> ImportOutline:
    """Return the places of a parsed file, in the order in which they begin."""
    builder = _Builder()
    builder.block(tree.body, "", None)
    found = sorted((each for each in builder.places if each.lines), key=lambda each: each.first)
    return ImportOutline(found, builder.bindings, builder.stars)


class _Builder:
    def __init__(self) -> None:
        self.places: list[ImportPlace] = []
        self.bindings: dict[str, Imported] = {}
        self.stars: list[Imported] = []
        self._named: dict[str, ImportPlace] = {}

    def block(self, body: Sequence[ast.stmt], prefix: str, owner: ImportPlace | None) -> None:
        """Take the statements of a module (no ``owner``) or of a class body."""
        for node in body:
            if isinstance(node, Function):
                self._head(node, prefix)
                if owner:
                    owner.last = owner.last or node.lineno - 1
            elif isinstance(node, ast.ClassDef):
                self._class(node, prefix)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif blocks := list(blocks_of(node)):
                inside = [each for block in blocks for each in block]
                place = owner or self._place(next(filter(None, map(_assigned, inside)), ""))
                _take(place, _heading_lines(node), _heading(node))
                for block in blocks:
                    self.block(block, prefix, owner)
            elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                self._statement(node, owner)

    def _statement(self, node: ast.stmt, owner: ImportPlace | None) -> None:
        name = _assigned(node)
        place = owner or self._place(name)
        _take(place, _span(node), [node])
        if owner and name:
            owner.attributes.setdefault(name, set()).update(_span(node))

    def _class(self, node: ast.ClassDef, prefix: str) -> None:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        head = range(first, node.body[0].lineno if node.body[0].lineno > node.lineno else node.lineno + 1)
        place = self._named[prefix + node.name] = ImportPlace(prefix + node.name, "class")
        self.places.append(place)
        _take(place, {line for line in head if line <= node.body[0].lineno}, _heading(node))
        self.block(node.body, f"{prefix}{node.name}.", place)
        place.last = place.last or max(place.lines)

    def _head(self, node: Function, prefix: str) -> None:
        parts = _heading(node)
        place = ImportPlace(prefix + node.name, "head")
        for part in parts:
            _take(place, _span(part), [part])
        place.last = node.lineno
        if parts:
            self.places.append(place)

    def _place(self, name: str) -> ImportPlace:
        """Return the place of a name; what no name stands for has a place for each statement."""
        found = self._named.get(name) if name else None
        if found is None:
            found = ImportPlace(name or MODULE, "name" if name else "module")
            self.places.append(found)
            if name:
                self._named[name] = found
        return found

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.bindings[name] = Imported(alias.name if alias.asname else name)
            return
        for alias in node.names:
            found = Imported(node.module or "", alias.name, node.level)
            if alias.name == "*":
                self.stars.append(found)
            else:
                self.bindings[alias.asname or alias.name] = found


def _take(place: ImportPlace, lines: set[int], parts: Sequence[ast.AST]) -> None:
    place.lines |= lines
    for part in parts:
        place.chains |= {chain for _, chain in mentions(part, frozenset())}
    if place.kind != "class":
        place.last = place.last or max(lines)


def _span(node: ast.stmt | ast.expr) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _heading(node: ast.stmt) -> list[ast.expr]:
    """Return the expressions of a compound statement that stand outside of its blocks."""
    if isinstance(node, Function):
        given = node.args
        annotated = (*given.posonlyargs, *given.args, *given.kwonlyargs)
        annotations = [each.annotation for each in annotated if each.annotation]
        defaults = [*given.defaults, *(each for each in given.kw_defaults if each)]
        return [*node.decorator_list, *defaults, *(annotations if node.decorator_list else ())]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(each.value for each in node.keywords)]
    found = [getattr(node, name, None) for name in ("test", "iter", "subject")]
    items = (each.context_expr for each in getattr(node, "items", ()))
    return [each for each in (*found, *items) if isinstance(each, ast.expr)]


def _heading_lines(node: ast.stmt) -> set[int]:
    return {node.lineno}.union(*(_span(each) for each in _heading(node)))


def blocks_of(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Yield the statement lists inside a compound statement: definitions also stand under ``if`` and ``try``."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _assigned(node: ast.stmt) -> str:
    """Return the first name that a statement gives a value to or changes in place; empty: none."""
    if isinstance(node, ast.Assign):
        return _root(node.targets[0])
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return _root(node.target)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        return _root(called.value) if isinstance(called, ast.Attribute) else ""
    return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred | ast.Tuple | ast.List):
        if isinstance(node, ast.Tuple | ast.List):
            if not node.elts:
                return ""
            node = node.elts[0]
        else:
            node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def mentions(node: ast.AST, local: frozenset[str]) -> Iterator[tuple[int, Chain]]:
    """Yield (line, dotted name) of what code mentions. Names in ``local`` are the function's own: any value."""
    todo: list[tuple[ast.AST, frozenset[str]]] = [(node, local)]
    while todo:
        each, known = todo.pop()
        if isinstance(each, ast.Name):
            if each.id not in known:
                yield each.lineno, (each.id,)
        elif isinstance(each, ast.Attribute):
            chain, root = _chain(each)
            name = root.id if isinstance(root, ast.Name) and root.id not in known else ""
            yield each.end_lineno or each.lineno, (name, *chain)
            if not isinstance(root, ast.Name):
                todo.append((root, known))
        else:
            inner = known | bound_in(each) if isinstance(each, Function) else known
            todo += [(child, inner) for child in ast.iter_child_nodes(each)]


def _chain(node: ast.Attribute) -> tuple[Chain, ast.expr]:
    parts, root = [node.attr], node.value
    while isinstance(root, ast.Attribute):
        parts.append(root.attr)
        root = root.value
    return tuple(reversed(parts)), root


def functions_at_import(tree: ast.Module, lines: frozenset[int]) -> Iterator[ImportPlace]:
    """Yield the functions of a file whose bodies ran at import. Inner functions count for the one around them."""
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, prefix = todo.pop()
        for each in ast.iter_child_nodes(node):
            if not isinstance(each, Function):
                todo.append((each, f"{prefix}{each.name}." if isinstance(each, ast.ClassDef) else prefix))
                continue
            ran = set(range(each.body[0].lineno, (each.end_lineno or each.lineno) + 1)) & lines
            if ran and each.body[0].lineno > each.lineno:
                local = bound_in(each)
                chains = {chain for part in each.body for _, chain in mentions(part, local)}
                last = each.end_lineno or each.lineno
                yield ImportPlace(prefix + each.name, "function", ran, chains, last=last)


def bound_in(function: ast.AST) -> frozenset[str]:
    """Return the names that a function binds itself: its parameters, and what it assigns without ``global``."""
    found: set[str] = set()
    outer: set[str] = set()
    todo = list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Global):
            outer.update(node.names)
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
    return frozenset(found - outer)
