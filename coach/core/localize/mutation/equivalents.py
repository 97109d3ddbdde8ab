"""Mutants that no test can notice: they compile to the same code, or change what only people read or what never runs.

They are no reason against a fix. Whether ``x < 1`` and ``x <= 0`` are the same depends on values, so both stay.
"""

import ast
import dis
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.mutation.operators import name_of
from coach.core.loops.analysis.syntax import parse

_COMMUTATIVE = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor)
_SYMMETRICAL = frozenset({"min", "max", "gcd", "lcm", "hypot", "isclose"})
_SAYING = frozenset({"print", "pprint", "debug", "info", "warning", "exception", "critical", "log"})
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"})
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_Span = tuple[tuple[int, int], tuple[int, int]]


def informative(mutants: Iterable[Mutant], sources: dict[str, str]) -> tuple[Mutant, ...]:
    """Return the mutants that a test could notice, as far as their text tells; those that people read are marked."""
    files = {path: _File(source) for path, source in sources.items()}
    kept = (each for each in mutants if not (_is_swap(each) or files[each.path].hides(each)))
    return tuple(replace(each, is_told=files[each.path].tells(each)) for each in kept)


def _is_swap(mutant: Mutant) -> bool:
    """Whether it changes nothing by its own text: equal, or swapped where the order means nothing to numbers."""
    if mutant.before == mutant.after:
        return True
    if mutant.kind not in {"operands", "arguments"}:
        return False
    try:
        node = ast.parse(mutant.before, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return mutant.kind == "operands"  # shortened for display: which operands were swapped cannot be told
    if isinstance(node, ast.Call):
        name = name_of(node.func)
        return name in _SYMMETRICAL and not node.keywords
    return isinstance(node, ast.BinOp) and isinstance(node.op, _COMMUTATIVE)


class _File:
    """What of one file nobody notices, and its top-level statements, of which only the changed one is compiled."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        tree = parse(source)
        self._body = tree.body if tree else []
        self._silent = list(_silent(tree)) if tree else []
        self._dead = list(_dead(tree)) if tree else []
        self._known: dict[int, list[object] | None] = {}

    def hides(self, mutant: Mutant) -> bool:
        """Whether a mutant stands where nothing ever runs, or compiles to what is there already."""
        if _is_in(mutant, self._dead):
            return True
        top = next(
            (each for each in self._body if _first(each) <= mutant.line <= (each.end_lineno or 0)), None
        )
        if top is None:
            return False
        if top.lineno not in self._known:
            self._known[top.lineno] = _code(self._lines[_first(top) - 1 : top.end_lineno])
        before = self._known[top.lineno]
        return before is not None and before == _code(self._changed(mutant, top))

    def tells(self, mutant: Mutant) -> bool:
        """Whether a mutant changes only what people read."""
        return _is_in(mutant, self._silent)

    def _changed(self, mutant: Mutant, top: ast.stmt) -> list[str]:
        (first, left), (last, right) = mutant.start, mutant.end
        lines = self._lines
        before = lines[first - 1].encode()[:left].decode()
        after = lines[last - 1].encode()[right:].decode()
        changed = f"{before}{mutant.text}{after}"
        return [*lines[_first(top) - 1 : first - 1], changed, *lines[last : top.end_lineno]]


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _code(lines: Sequence[str]) -> list[object] | None:
    """Return what a statement compiles to, without lines and docstrings; None when it does not."""
    try:
        code = compile("\n".join(lines) + "\n", "<mutant>", "exec", dont_inherit=True, optimize=2)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return list(_instructions(code))


def _instructions(code: types.CodeType) -> Iterator[object]:
    yield code.co_name, code.co_argcount, code.co_kwonlyargcount, code.co_flags, code.co_varnames
    for each in dis.get_instructions(code):
        value = each.argval
        if isinstance(value, types.CodeType):
            yield each.opname
            yield from _instructions(value)
        else:
            yield each.opname, type(value).__name__, repr(value)


def _is_in(mutant: Mutant, spans: Iterable[_Span]) -> bool:
    return any(start <= mutant.start and mutant.end <= end for start, end in spans)


def _dead(tree: ast.Module) -> Iterator[_Span]:
    """Yield what never runs: after a ``return`` or ``raise``, and what only type checkers read."""
    for node in ast.walk(tree):
        for body in _bodies(node):
            yield from _after_leaving(body)
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            yield from map(_span, node.body)


def _silent(tree: ast.Module) -> Iterator[_Span]:
    """Yield what only people read: annotations, docstrings, what is printed or logged, how a value is shown."""
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(annotation=note) | ast.arg(annotation=ast.expr() as note):
                yield _span(note)
            case (
                ast.FunctionDef(returns=ast.expr() as note) | ast.AsyncFunctionDef(returns=ast.expr() as note)
            ):
                yield _span(note)
            case ast.Expr(value=ast.Constant() | ast.Call() as value) if _is_for_readers(value):
                yield _span(node)
            case _:
                pass
        if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
            yield from map(_span, node.body)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _after_leaving(body: list[ast.stmt]) -> Iterator[_Span]:
    left = next((index for index, node in enumerate(body) if isinstance(node, _LEAVING)), len(body))
    yield from map(_span, body[left + 1 :])


def _is_for_readers(node: ast.expr) -> bool:
    """Whether an expression that stands alone only tells people something."""
    if isinstance(node, ast.Constant):
        return True
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Name):
        return called.id in {"print", "pprint"}
    owner = called.value if isinstance(called, ast.Attribute) else None
    name = name_of(owner)
    return isinstance(called, ast.Attribute) and called.attr in _SAYING | {"error"} and name in _LOGGERS


def _is_type_checking(test: ast.expr) -> bool:
    name = name_of(test)
    return bool(name == "TYPE_CHECKING")


def _span(node: ast.AST) -> _Span:
    assert isinstance(node, ast.expr | ast.stmt)
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)
