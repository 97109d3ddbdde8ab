"""Plant bugs of several lines: statements that change places, leave a loop or a branch, get into one, or are gone.

These are slips of people who edit: an indentation, a line too high, a special case that was forgotten.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from coach.core.drill.text_edits import (
    Block,
    Edit,
    moved,
    span,
    stands_alone,
    without_docstring,
    without_lines,
)
from coach.core.loops.analysis.syntax import Function

_SIMPLE = ast.Assign | ast.AugAssign | ast.Expr
_LOOPS = ast.For | ast.AsyncFor | ast.While
_LEAVES = ast.Return | ast.Raise | ast.Continue | ast.Break


def block_edits(path: str, function: str, node: Function, lines: Sequence[str]) -> Iterator[Edit]:
    """Yield the edits of several lines that may plant a bug in a function."""
    yield from _shared_default(path, function, node, lines)
    for owner in ast.walk(node):
        for statements in _bodies(owner, node):
            if all(stands_alone(each, lines) for each in statements):
                block = Block(path, function, lines, owner, statements)
                for operator in _OPERATORS:
                    yield from operator(block)


def _bodies(owner: ast.AST, function: Function) -> Iterator[list[ast.stmt]]:
    if owner is function:
        yield without_docstring(function)
        return
    for name in ("body", "orelse", "finalbody"):
        found = getattr(owner, name, None)
        is_elif = name == "orelse" and isinstance(owner, ast.If) and _is_elif(found)
        if isinstance(found, list) and found and isinstance(found[0], ast.stmt) and not is_elif:
            yield found


def _is_elif(statements: object) -> bool:
    return isinstance(statements, list) and len(statements) == 1 and isinstance(statements[0], ast.If)


def _edit(block: Block, kind: str, lines: tuple[int, int], new: Sequence[str], blamed: Sequence[int]) -> Edit:
    is_small = lines[0] == lines[1] and len(new) == 1
    return Edit(block.path, block.function, kind, *lines, tuple(new), tuple(blamed), is_small=is_small)


def _swapped(block: Block) -> Iterator[Edit]:
    """Two statements in the other order, where the second needs no name that only the first makes."""
    for first, second in pairwise(block.statements):
        if not all(isinstance(each, _SIMPLE | ast.If | ast.For) for each in (first, second)):
            continue
        if _is_text(first) or _is_text(second) or _makes_for(first, second, block):
            continue
        (one, one_end), (two, two_end) = span(first), span(second)
        lines = block.lines
        new = [*lines[two - 1 : two_end], *lines[one_end : two - 1], *lines[one - 1 : one_end]]
        yield _edit(block, "swapped statements", (one, two_end), new, range(one, two_end + 1))


def _makes_for(first: ast.stmt, second: ast.stmt, block: Block) -> bool:
    """Whether the second statement reads a name that nothing before the first one binds."""
    made = {each.id for each in _names(first, ast.Store)}
    if not made:
        return False
    read = {each.id for each in _names(second, ast.Load)}
    before = {
        each.id
        for other in block.statements
        if other.lineno < first.lineno
        for each in _names(other, ast.Store)
    }
    return bool((made & read) - before)


def _names(node: ast.AST, context: type[ast.expr_context]) -> Iterator[ast.Name]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, context):
            yield each


def _lost_else(block: Block) -> Iterator[Edit]:
    owner = block.owner
    if not isinstance(owner, ast.If) or block.statements is not owner.orelse:
        return
    start = next(
        (
            number
            for number in range((owner.body[-1].end_lineno or 0) + 1, owner.orelse[0].lineno)
            if block.lines[number - 1].strip().startswith("else:")
        ),
        0,
    )
    if start:
        first, last = without_lines(block.lines, start, owner.orelse[-1].end_lineno or start)
        yield _edit(block, "lost else branch", (first, last), (), (owner.lineno, first - 1))


def _lost_special_case(block: Block) -> Iterator[Edit]:
    for node in block.statements:
        if isinstance(node, ast.If) and not node.orelse and len(block.statements) > 1:
            first, last = without_lines(block.lines, *span(node))
            yield _edit(block, "lost special case", (first, last), (), (first - 1, first))


def _lost_update(block: Block) -> Iterator[Edit]:
    """A statement is gone that changes something which others read."""
    for node in block.statements:
        is_kept = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript)
        if (is_kept or isinstance(node, ast.AugAssign)) and len(block.statements) > 1:
            first, last = without_lines(block.lines, *span(node))
            yield _edit(block, "lost update", (first, last), (), (first - 1, first))


def _returns_in_loop(block: Block) -> Iterator[Edit]:
    """What follows a loop happens in its first round."""
    for loop, node in pairwise(block.statements):
        if isinstance(loop, _LOOPS) and not loop.orelse and isinstance(node, ast.Return):
            yield from _taken_into(block, "returns in the loop", loop, node)


def _only_then(block: Block) -> Iterator[Edit]:
    """What follows a condition happens only where it holds."""
    for branch, node in pairwise(block.statements):
        if not isinstance(branch, ast.If) or branch.orelse or isinstance(branch.body[-1], _LEAVES):
            continue
        if isinstance(node, _SIMPLE) and not _is_text(node):
            yield from _taken_into(block, "only then", branch, node)


def _taken_into(
    block: Block, kind: str, owner: ast.For | ast.AsyncFor | ast.While | ast.If, node: ast.stmt
) -> Iterator[Edit]:
    if not stands_alone(owner.body[0], block.lines):
        return
    new = moved(node, block.lines, owner.body[0].col_offset)
    end = owner.end_lineno or owner.lineno
    first, last = span(node)
    if new:
        between = block.lines[end : first - 1]
        lines = [*between, *new] if any(each.strip() for each in between) else list(new)
        blamed = range(end + len(lines) - len(new) + 1, end + len(lines) + 1)
        yield _edit(block, kind, (end + 1, last), lines, blamed)


def _leaves_owner(block: Block) -> Iterator[Edit]:
    """The last statement of a loop or a branch happens once, or always."""
    owner = block.owner
    if not isinstance(owner, _LOOPS | ast.If) or owner.orelse or block.statements is not owner.body:
        return
    node = block.statements[-1]
    if len(block.statements) < 2 or not isinstance(node, _SIMPLE) or _is_text(node):
        return
    new = moved(node, block.lines, owner.col_offset)
    first, last = span(node)
    if new and not block.lines[owner.lineno - 1].strip().startswith("elif"):
        kind = "always, not only then" if isinstance(owner, ast.If) else "once, not each time"
        yield _edit(block, kind, (first, last), new, range(first, last + 1))


def _reset_in_loop(block: Block) -> Iterator[Edit]:
    """What a loop begins with is begun anew in each round."""
    for node, loop in pairwise(block.statements):
        if not isinstance(loop, _LOOPS) or not isinstance(node, ast.Assign) or not _is_empty(node.value):
            continue
        new = moved(node, block.lines, loop.body[0].col_offset)
        (first, last), at = span(node), loop.body[0].lineno
        if new and last + 1 == loop.lineno and stands_alone(loop.body[0], block.lines):
            head = block.lines[last : at - 1]
            blamed = range(first + len(head), first + len(head) + len(new))
            yield _edit(block, "reset in the loop", (first, at - 1), [*head, *new], blamed)


def _is_empty(node: ast.expr) -> bool:
    match node:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="set" | "dict" | "list"), args=[], keywords=[]):
            return True
        case _:
            return False


def _shared_default(path: str, function: str, node: Function, lines: Sequence[str]) -> Iterator[Edit]:
    """A default that is made once and shared by all calls, instead of one for each."""
    body = without_docstring(node)
    known = {each.arg: default for each, default in _defaults(node)}
    for index, each in enumerate(body[:-1]):
        match each:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                ),
                body=[ast.Assign(targets=[ast.Name(id=target)], value=ast.expr() as value)],
                orelse=[],
            ) if name == target and name in known and _is_made(value) and index < 3:
                yield from _with_default(path, function, lines, (known[name], value), each)


def _defaults(node: Function) -> Iterator[tuple[ast.arg, ast.expr]]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    named = list(
        zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    )
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    for each, default in [*named, *((each, default) for each, default in keywords if default is not None)]:
        if isinstance(default, ast.Constant) and default.value is None:
            yield each, default


def _is_made(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.Call) and _is_empty(node)


def _with_default(
    path: str, function: str, lines: Sequence[str], values: tuple[ast.expr, ast.expr], gone: ast.If
) -> Iterator[Edit]:
    old, new = values
    if old.end_col_offset is None or new.lineno != new.end_lineno:
        return
    text = lines[new.lineno - 1].encode()[new.col_offset : new.end_col_offset]
    line = lines[old.lineno - 1].encode()
    head = (line[: old.col_offset] + text + line[old.end_col_offset :]).decode()
    first, last = without_lines(lines, *span(gone))
    kept = [head, *lines[old.lineno : first - 1]]
    yield Edit(path, function, "shared default", old.lineno, last, tuple(kept), (old.lineno,))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


_OPERATORS: tuple[Callable[[Block], Iterator[Edit]], ...] = (
    _swapped,
    _lost_else,
    _lost_special_case,
    _lost_update,
    _returns_in_loop,
    _only_then,
    _leaves_owner,
    _reset_in_loop,
)
