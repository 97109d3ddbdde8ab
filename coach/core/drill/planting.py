"""Plant bugs in a file: operators other than those of coach's causal probe, each an edit of one function.

One-line operators change one expression or statement (here); multi-line ones move, drop or join statements
(``planted_blocks``). An edit is made on the text, so all that it does not touch keeps its form.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.core.drill.planted_blocks import block_edits
from coach.core.drill.text_edits import Edit, functions_of, why_not, without_docstring
from coach.core.loops.analysis.syntax import Function

KINDS_OF_TYPE = {
    "list": "tuple",
    "tuple": "list",
    "str": "bytes",
    "dict": "list",
    "int": "str",
    "set": "dict",
}
CONTRIVED = frozenset({"wrong exception", "yields the whole"})
"""Kinds that a reader sees to be made up; no drill has them, the benchmark of the ranking keeps them."""
_MAX_TEXT = 20
_COPIES = frozenset({"list", "dict", "set"})
_PLAIN_NUMBER = re.compile(r"[1-9]\d*")
_PLAIN_TEXT = re.compile(r"(['\"])([^'\"\\]+)\1")


@dataclass(frozen=True)
class Planted:
    """A file with a bug."""

    path: str
    function: str
    kind: str
    lines: tuple[int, ...]
    text: str
    """The whole changed file."""
    is_small: bool
    """Whether one line holds it all."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A piece of one line, and what stands there instead. Columns count bytes."""

    kind: str
    line: int
    start: int
    end: int
    text: str


def plantings(path: str, source: str) -> Iterator[Planted]:
    """Yield every bug that can be planted in a file, as whole files. Raises SyntaxError for one that is no Python."""
    seen: set[str] = set()
    for edit in edits(path, source):
        changed = edit.applied(source)
        if changed not in seen and not why_not(edit, source):
            seen.add(changed)
            yield Planted(path, edit.function, edit.kind, edit.blamed, changed, edit.is_small)


def edits(path: str, source: str) -> Iterator[Edit]:
    """Yield every edit that may plant a bug in a file; whether one compiles is not known yet. Raises SyntaxError."""
    tree, lines = ast.parse(source), source.split("\n")
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function, node in functions_of(tree):
        attributes = sorted(set(_own_attributes(node)))
        broken = _lines_of_long_statements(node)
        for change in _changes(node, lines, attributes, names):
            line = lines[change.line - 1].encode()
            new = (line[: change.start] + change.text.encode() + line[change.end :]).decode()
            if change.line in broken and len(new) < len(line.decode()):
                continue  # a formatter may join the lines of a statement that became shorter
            at = change.line
            yield Edit(path, function, change.kind, at, at, (new,), (at,), is_small=True)
        yield from block_edits(path, function, node, lines)


def _own_attributes(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr


def _lines_of_long_statements(function: Function) -> set[int]:
    """Return the lines of statements, or of heads of compound ones, that need several lines."""
    found: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.stmt):
            body: list[ast.stmt] = getattr(node, "body", [])
            last = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
            if last > node.lineno:
                found.update(range(node.lineno, last + 1))
    return found


def _changes(
    function: Function, lines: Sequence[str], attributes: Sequence[str], functions: set[str]
) -> Iterator[_Change]:
    for node in _inside(function):
        yield from _of_calls(node, lines, functions)
        yield from _of_values(node, lines)
        yield from _of_statements(node, lines)
        match node:
            case ast.Attribute(value=ast.Name(id="self") as owner) if isinstance(node.ctx, ast.Load):
                for other in [each for each in attributes if each != node.attr][:1]:
                    yield from _between("wrong attribute", owner, node, f".{other}", lines)


def _inside(function: Function) -> Iterator[ast.AST]:
    """Walk the body, without its docstring, its decorators and defaults, and what it asserts or raises."""
    for statement in without_docstring(function):
        for node in ast.walk(statement):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if not isinstance(node, ast.Assert | ast.Raise):
                yield node


def _of_calls(node: ast.AST, lines: Sequence[str], functions: set[str]) -> Iterator[_Change]:
    match node:
        case ast.Call(keywords=[_, *_]):
            for keyword in node.keywords:
                if keyword.arg:
                    yield from _without_argument("dropped keyword", node, keyword, lines)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, given]):
            yield from _of_types(given, lines)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default], keywords=[]):
            yield from _without_argument("lost default", node, default, lines)
        case ast.Call(func=ast.Name(id=name), args=[ast.Name() | ast.Attribute() as value], keywords=[]) if (
            name in _COPIES
        ):
            yield from _replaced("lost copy", node, _text(value, lines), lines)
        case ast.Call(func=ast.Name(id=name)) if name in functions:
            for other in sorted(functions - {name}, key=lambda each: _alike(each, name))[-1:]:
                yield from _replaced("wrong function", node.func, other, lines)


def _of_types(given: ast.expr, lines: Sequence[str]) -> Iterator[_Change]:
    match given:
        case ast.Name(id=kind) if kind in KINDS_OF_TYPE:
            yield from _replaced("wrong type", given, KINDS_OF_TYPE[kind], lines)
        case ast.Tuple(elts=[first, _, *_]):
            yield from _replaced("fewer types", given, _text(first, lines), lines)
        case _:
            return


def _of_values(node: ast.AST, lines: Sequence[str]) -> Iterator[_Change]:
    match node:
        case ast.Constant(value=str() as text) if 0 < len(text) < _MAX_TEXT:
            if written := _PLAIN_TEXT.fullmatch(_text(node, lines)):
                mark, inner = written.groups()
                other = inner[:-1] if len(inner) > 1 else inner + inner
                yield from _replaced("wrong text", node, mark + other + mark, lines)
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() as number) if number > 1 and _PLAIN_NUMBER.fullmatch(
            _text(node, lines)
        ):
            yield from _replaced("scaled constant", node, str(number * 10), lines)
        case ast.IfExp():
            yield from _replaced("one branch only", node, _text(node.orelse, lines), lines)
        case ast.YieldFrom():
            yield from _replaced("yields the whole", node, f"(yield {_text(node.value, lines)})", lines)


def _of_statements(node: ast.AST, lines: Sequence[str]) -> Iterator[_Change]:
    match node:
        case ast.AugAssign():
            yield from _gap("assigned, not added", node.target, node.value, " = ", lines)
        case ast.Return(value=ast.Tuple(elts=[first, second])):
            one, two = _text(first, lines), _text(second, lines)
            if one and two:
                yield from _replaced("swapped pair", first, two, lines, upto=second, between=one)
        case ast.If(orelse=[ast.If() as other]):
            line = lines[other.lineno - 1].encode()[other.col_offset :]
            if line.startswith(b"elif "):
                yield _Change("no else if", other.lineno, other.col_offset, other.col_offset + 4, "if")
        case ast.ExceptHandler(type=ast.Name() as raised):
            yield from _replaced("wrong exception", raised, "ZeroDivisionError", lines)


def _text(node: ast.expr, lines: Sequence[str]) -> str:
    """Return the text of an expression; empty where it needs several lines."""
    if node.lineno != node.end_lineno:
        return ""
    return lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()


def _replaced(  # noqa: PLR0913 - a place and its new text
    kind: str,
    node: ast.expr,
    text: str,
    lines: Sequence[str],
    *,
    upto: ast.expr | None = None,
    between: str = "",
) -> Iterator[_Change]:
    """Yield a node as another text; with ``upto`` two that exchange their places, ``between`` being the first one's text."""
    end = upto or node
    if not text or node.lineno != end.end_lineno or end.end_col_offset is None:
        return
    if upto is not None:
        line = lines[node.lineno - 1].encode()
        text = f"{text}{line[node.end_col_offset : upto.col_offset].decode()}{between}"
    yield _Change(kind, node.lineno, node.col_offset, end.end_col_offset, text)


def _between(
    kind: str, first: ast.expr, whole: ast.expr, text: str, lines: Sequence[str]
) -> Iterator[_Change]:
    """Yield what follows the first part of an expression as another text."""
    if _text(whole, lines) and first.end_col_offset is not None and whole.end_col_offset is not None:
        yield _Change(kind, whole.lineno, first.end_col_offset, whole.end_col_offset, text)


def _gap(kind: str, first: ast.expr, second: ast.expr, text: str, lines: Sequence[str]) -> Iterator[_Change]:
    """Yield what stands between two expressions as another text."""
    if first.end_lineno != second.lineno or first.end_col_offset is None:
        return
    between = lines[second.lineno - 1].encode()[first.end_col_offset : second.col_offset]
    if re.fullmatch(rb"\s*\S{1,3}=\s*", between):
        yield _Change(kind, second.lineno, first.end_col_offset, second.col_offset, text)


def _without_argument(
    kind: str, call: ast.Call, argument: ast.expr | ast.keyword, lines: Sequence[str]
) -> Iterator[_Change]:
    """Yield a call without one of its arguments, and without the comma that goes with it."""
    if call.lineno != call.end_lineno:
        return
    given: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=_column)
    spans = [(_column(each), each.end_col_offset or 0) for each in given]
    at, line = given.index(argument), lines[call.lineno - 1].encode()
    (start, end), comma = spans[at], b","
    if at:
        comma, start = line[spans[at - 1][1] : start], spans[at - 1][1]
    elif len(spans) > 1:
        comma, end = line[end : spans[1][0]], spans[1][0]
    if comma.strip() == b",":
        yield _Change(kind, call.lineno, start, end, "")


def _column(node: ast.expr | ast.keyword) -> int:
    return node.col_offset


def _alike(one: str, other: str) -> tuple[int, int]:
    return len(set(one.split("_")) & set(other.split("_"))), -abs(len(one) - len(other))
