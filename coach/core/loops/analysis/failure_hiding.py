"""Edits that hide a failure where it shows: swallow it, try again, wait, or make one case special.

A finding is *weak* when ordinary code may look like it (a guard for an empty list, one named exception handled), or
when the edit does more than hide: then it may be a part of a real fix.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.core.loops.analysis.edit_kind import blind
from coach.core.loops.analysis.syntax import Edited, call_name, dotted, enclosing, opens_with, shape
from coach.core.loops.attempt import Finding, FindingKind

_BROAD = {"", "Exception", "BaseException"}
_AGAIN = {"retry", "retrying", "flaky", "backoff", "on_exception"}
_SENTENCES: dict[FindingKind, str] = {
    "swallowed": "an exception is swallowed",
    "retried": "it is tried again",
    "slept": "it waits",
    "special-case": "one case is made special",
}
_Literal = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp)


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: FindingKind
    node: ast.AST
    is_weak: bool = False


def symptoms_in(files: Sequence[Edited]) -> tuple[Finding, ...]:
    """Return the signs of hiding that an edit brought in."""
    found: list[Finding] = []
    for file in files:
        if not file.is_python or file.is_broken or file.after is None or file.new is None:
            continue  # beside a text that does not parse, nothing shows what is new
        signs = list(_new_signs(file))
        if file.is_test:
            signs = [each for each in signs if each.kind in {"slept", "retried"}]
        hides_only = bool(signs) and file.old is not None and _bare(file.old) == _bare(file.new)
        found += [_finding(file.path, file.after, each, hides_only=hides_only) for each in signs]
    return tuple(found)


def _finding(path: str, tree: ast.Module, sign: _Sign, *, hides_only: bool) -> Finding:
    line = getattr(sign.node, "lineno", 0)
    return Finding(
        kind=sign.kind,
        path=path,
        line=line,
        function=enclosing(tree, line),
        text="None is let through" if _guards_none(sign.node) else _SENTENCES[sign.kind],
        answer=_answer(sign.node),
        is_weak=sign.is_weak or not (hides_only or sign.kind == "retried"),
    )


def _new_signs(file: Edited) -> Iterator[_Sign]:
    """Yield what the new tree shows and the old did not. Signs inside a new retry loop are part of it."""
    assert file.new is not None
    was = Counter(_key(each) for each in _signs(file.old)) if file.old else Counter()
    inside: set[int] = set()
    for sign in _signs(file.new):
        key = _key(sign)
        if was[key]:
            was[key] -= 1
            continue
        if id(sign.node) in inside:
            continue
        if sign.kind == "retried":
            inside.update(id(each) for each in ast.walk(sign.node))
        yield sign


def _key(sign: _Sign) -> str:
    return f"{sign.kind} {shape(sign.node)}"


def _signs(tree: ast.Module) -> Iterator[_Sign]:
    """Yield every sign of a tree, outer nodes first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While | ast.AsyncFor) and _tries_again(node):
            yield _Sign("retried", node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (
                _Sign("retried", mark) for mark in node.decorator_list if _AGAIN & set(dotted_words(mark))
            )
        elif isinstance(node, ast.ExceptHandler) and _swallows(node):
            yield _Sign("swallowed", node, is_weak=not _is_broad(node) and not _is_idle(node))
        elif suppressed := opens_with(node, "suppress"):
            broad = any(dotted(each) in _BROAD for each in suppressed.args)
            yield _Sign("swallowed", node, is_weak=not broad)
        elif isinstance(node, ast.Call) and call_name(node) == "sleep":
            yield _Sign("slept", node)
        elif isinstance(node, ast.If) and (special := _special_case(node)):
            yield _Sign("special-case", node, is_weak=special == "weak")
        elif isinstance(node, ast.IfExp) and _about_none(node.test):
            yield _Sign("special-case", node, is_weak=True)


def dotted_words(mark: ast.expr) -> list[str]:
    target = mark.func if isinstance(mark, ast.Call) else mark
    return dotted(target).split(".")


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler says nothing and goes on: with nothing, or with a value out of thin air."""
    body = blind(handler.body)
    return all(isinstance(each, ast.Continue | ast.Break) or _is_thin_air(each) for each in body)


def _is_thin_air(node: ast.stmt) -> bool:
    """Whether a statement returns or assigns a literal: a value that comes from nowhere."""
    value = node.value if isinstance(node, ast.Return | ast.Assign) else None
    if isinstance(node, ast.Return) and value is None:
        return True
    return isinstance(value, _Literal) and not any(
        isinstance(each, ast.Call | ast.Name) for each in ast.walk(value)
    )


def _is_broad(handler: ast.ExceptHandler) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(each is None or dotted(each).rpartition(".")[2] in _BROAD for each in types)


def _is_idle(handler: ast.ExceptHandler) -> bool:
    return not blind(handler.body)


def _tries_again(loop: ast.For | ast.While | ast.AsyncFor) -> bool:
    """Tell whether a loop holds a ``try``, leaves when it worked and goes round when it did not."""
    for node in loop.body:
        if not isinstance(node, ast.Try):
            continue
        leaves = any(
            isinstance(each, ast.Return | ast.Break)
            for inner in [*node.body, *node.orelse]
            for each in ast.walk(inner)
        )
        goes_on = any(
            not isinstance(handler.body[-1], ast.Raise | ast.Return | ast.Break) for handler in node.handlers
        )
        if leaves and goes_on:
            return True
    return False


def _special_case(node: ast.If) -> str:
    """Say how special a branch is: ``strong`` for one case answered by a telling literal, or None let through, else ``weak``.

    Borders (0, empty) and plain answers (0, 1, True) are how recursions end and edge cases are met.
    """
    if (
        node.orelse
        or len(node.body) != 1
        or not isinstance(node.body[0], ast.Return | ast.Assign | ast.Continue)
    ):
        return ""
    answer = node.body[0]
    if _about_none(node.test):
        return "strong" if isinstance(answer, ast.Continue) or _is_thin_air(answer) else "weak"
    if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
        return "weak" if isinstance(node.test.operand, ast.Name | ast.Attribute) else ""
    tests = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
    equals = [each for each in tests if _equals_literal(each)]
    if not equals or not _is_thin_air(answer):
        return ""
    plain = all(_is_empty(each) for each in equals) or _is_plain(answer)
    return "weak" if plain else "strong"


def _is_plain(answer: ast.stmt) -> bool:
    value = answer.value if isinstance(answer, ast.Return | ast.Assign) else None
    if value is None or isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set):
        return not list(ast.iter_child_nodes(value))[1:] if value else True
    return isinstance(value, ast.Constant) and value.value in {None, 0, 1, ""}


def _about_none(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ops=[ast.Is() | ast.Eq() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True
        case _:
            return False


def _answer(node: ast.AST) -> str:
    """Return the literal a special case answers with; empty for None."""
    body = node.body if isinstance(node, ast.If) else []
    value = body[0].value if body and isinstance(body[0], ast.Return | ast.Assign) else None
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return ""
    return ast.unparse(value)


def _guards_none(node: ast.AST) -> bool:
    return isinstance(node, ast.If | ast.IfExp) and _about_none(node.test)


def _equals_literal(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ops=[ast.Eq()], comparators=[right]):
            return isinstance(right, _Literal) and not any(
                isinstance(each, ast.Name | ast.Call) for each in ast.walk(right)
            )
        case _:
            return False


def _is_empty(test: ast.expr) -> bool:
    """Whether a comparison is with 0, an empty text or an empty container: a border that many functions have."""
    match test:
        case ast.Compare(comparators=[ast.Constant(value=value)]):
            return not value
        case ast.Compare(comparators=[ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[])]):
            return True
        case _:
            return False


# --- does the edit do anything else? ----------------------------------------------------------------------------------


def _bare(tree: ast.Module) -> str:
    """Return the shape of a module without everything that hides: equal before and after, the edit only hides."""
    return shape(_Bare().visit(copy.deepcopy(tree)))


class _Bare(ast.NodeTransformer):
    """Takes swallowing ``try``s off what they hold, drops waits, special cases, prints and imports."""

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        if all(_swallows(handler) for handler in node.handlers):
            return [*node.body, *node.orelse, *node.finalbody]
        return node

    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.body if opens_with(node, "suppress") else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        waits = isinstance(node.value, ast.Call) and call_name(node.value) == "sleep"
        return None if waits or not blind([node]) else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        self.generic_visit(node)
        return None if node.body and _special_case(node) else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.test, ast.Compare) and _about_none(node.test)):
            return node
        return node.body if isinstance(node.test.ops[0], ast.IsNot) else node.orelse

    def visit_Import(self, _node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, _node: ast.ImportFrom) -> None:
        return None
