"""The names that a piece of Python takes from around it, and those it binds or may change, read from its syntax tree."""

import ast
from collections.abc import Iterable, Iterator

from coach.engine.source.excerpts import Function

Scope = Function | ast.Lambda
_Compound = ast.If | ast.Try | ast.TryStar | ast.With | ast.AsyncWith
_ATTRIBUTE_SETTERS = frozenset(("setattr", "delattr"))


def free_names(node: ast.AST) -> set[str]:
    """Return names that are read and not bound inside."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if not isinstance(node, Scope):
        return _union(ast.iter_child_nodes(node))
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    outside: list[ast.AST] = [node.args]
    if not isinstance(node, ast.Lambda):
        outside += [*node.decorator_list, *([node.returns] if node.returns else [])]
    return _union(outside) | (_union(body) - _locals(node, body))


def _union(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for each in nodes:
        found |= free_names(each)
    return found


def arguments(node: ast.AST) -> set[str]:
    """Return the names of a function's parameters: pytest gives fixtures by them."""
    if not isinstance(node, Scope):
        return set()
    every = node.args
    found = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    return {each.arg for each in found if each}


def _locals(node: Scope, body: Iterable[ast.AST]) -> set[str]:
    shared = {
        name for each in ast.walk(node) if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names
    }
    return (arguments(node) | bound(body)) - shared


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return names that statements bind in their own scope; variables of comprehensions are none."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Function | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, ast.Name):
            found |= {node.id} if isinstance(node.ctx, ast.Store) else set()
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            if isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
            found |= bound(ast.iter_child_nodes(node))
    return found


def changed(node: ast.stmt) -> set[str]:
    """Return names whose values a statement may change without binding them: ``CASES.append(1)``, ``setattr(T, …)``."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript | ast.Attribute) and not isinstance(each.ctx, ast.Load):
            found.add(_root(each))
        elif isinstance(each, ast.Call):
            if isinstance(each.func, ast.Attribute):
                found.add(_root(each.func))
            given = each.args[:1] if getattr(each.func, "id", "") in _ATTRIBUTE_SETTERS else each.args
            found |= {_root(value) for value in given}
    return found - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def statements(body: Iterable[ast.stmt], around: str = "") -> Iterator[tuple[ast.stmt, str]]:
    """Yield the statements of a scope, each with the conditions it stands under as text."""
    for node in body:
        if not isinstance(node, _Compound):
            yield node, around
            continue
        if isinstance(node, ast.If):
            yield from statements(node.body, f"{around}if {ast.unparse(node.test)}:\n")
            yield from statements(node.orelse, f"{around}if not {ast.unparse(node.test)}:\n")
        elif isinstance(node, ast.With | ast.AsyncWith):
            items = ", ".join(map(ast.unparse, node.items))
            yield from statements(node.body, f"{around}with {items}:\n")
        else:
            yield from statements([*node.body, *node.orelse, *node.finalbody], f"{around}try:\n")
            for handler in node.handlers:
                kind = ast.unparse(handler.type) if handler.type else ""
                yield from statements(handler.body, f"{around}except {kind}:\n")
