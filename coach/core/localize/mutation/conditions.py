"""A condition that holds in too many cases or too few: narrowed or widened by what the file asks elsewhere.

Beside missing checks of ``None`` these are the commonest conditions that fixes add (Widyasari et al., BugsInPy 2020): a type that is
treated apart, a setting that another line asks too. Only tried to find a place, as in ``insertions``.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice

from coach.core.localize.mutation.habits import Habits
from coach.core.localize.mutation.operators import Change, joined_by, negated

MAX_CONDITIONS = 4
MAX_NAMES = 2
MAX_TYPES = 4
MAX_PREDICATES = 3
_TYPES = ("str", "dict", "list", "bytes")
_PREDICATES = frozenset({"isinstance", "issubclass", "hasattr", "callable", "any", "all"})


def narrowed(node: ast.expr, role: str | None, names: Sequence[str], habits: Habits) -> Iterator[Change]:
    """Yield a whole condition, or a truth that is returned, joined with another.

    Args:
        node: the condition.
        role: what its value is for, as ``insertions`` names it.
        names: what the function binds, in its order.
        habits: what the file asks elsewhere.

    """
    if role != "tested" and not (role in {"returned", "assigned"} and _is_truth(node)):
        return
    asked = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in names]
    near = list(dict.fromkeys(asked))[:MAX_NAMES]
    for each in _by_nearness(node, asked, names, habits):
        yield "borrowed condition", _joined(node, ast.And(), each)
        yield "borrowed condition", _joined(node, ast.And(), negated(each))
        yield "borrowed condition", _joined(node, ast.Or(), each)
    for name in near:
        value = ast.Name(name, ast.Load())
        given = ast.Compare(value, [ast.IsNot()], [ast.Constant(None)])
        yield "not none", ast.BoolOp(ast.And(), [given, *joined_by(node, ast.And)])
        for kind in _types(habits):
            is_kind = ast.Call(ast.Name("isinstance", ast.Load()), [value, kind], [])
            yield "narrowed type", _joined(node, ast.And(), negated(is_kind))
            yield "narrowed type", _joined(node, ast.And(), is_kind)
        for asks in islice(habits.predicates.most_common(), MAX_PREDICATES):
            is_so = ast.Call(ast.parse(asks[0], mode="eval").body, [value], [])
            yield "predicate", _joined(node, ast.And(), negated(is_so))
            yield "predicate", _joined(node, ast.And(), is_so)
    for name in islice((each for each in names if each not in asked), MAX_NAMES):
        given = ast.Compare(ast.Name(name, ast.Load()), [ast.IsNot()], [ast.Constant(None)])
        yield "not none", _joined(node, ast.And(), given)


def only_if(node: ast.expr, role: str | None, names: Sequence[str]) -> Iterator[Change]:
    """Yield ``index if index_errors else None`` for an argument ``index``: by a name that shares a word with it."""
    if role != "argument" or not isinstance(node, ast.Name):
        return
    words = {*node.id.split("_")}
    for each in names:
        if each != node.id and words & {*each.split("_")}:
            yield "guard", ast.IfExp(ast.Name(each, ast.Load()), node, ast.Constant(None))


def identities(node: ast.expr, role: str | None) -> Iterator[Change]:
    """Yield ``x is False`` for ``not x``: what is empty or nothing is meant to pass."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute() | ast.Call() as operand) if (
            role in {"tested", "condition"}
        ):
            yield "identity", ast.Compare(operand, [ast.Is()], [ast.Constant(value=False)])
        case ast.Name() | ast.Attribute() if role in {"tested", "condition"}:
            yield "identity", ast.Compare(node, [ast.Is()], [ast.Constant(value=True)])
        case _:
            return


def _by_nearness(
    node: ast.expr, asked: Sequence[str], names: Sequence[str], habits: Habits
) -> Iterator[ast.expr]:
    """Yield conditions of the file that can be asked here: first those that ask about the same name, then the commonest."""
    own = ast.unparse(node)
    order = sorted(
        (each for each in habits.conditions if each not in own),
        key=lambda each: (not habits.borrowed[each].needs & {*asked}, -habits.conditions[each]),
    )
    yield from islice(habits.fitting(order, names), MAX_CONDITIONS)


def _types(habits: Habits) -> Iterator[ast.expr]:
    kinds = dict.fromkeys([*(kind for kind, _ in habits.types.most_common(MAX_TYPES - 1)), *_TYPES])
    for kind in islice(kinds, MAX_TYPES):
        yield ast.parse(kind, mode="eval").body


def _is_truth(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _PREDICATES or name.startswith(("is_", "has_"))
        case ast.Call(func=ast.Attribute(attr=name)):
            return name.startswith(("is", "has")) or name in {"startswith", "endswith"}
        case _:
            return False


def _joined(node: ast.expr, operator: ast.boolop, other: ast.expr) -> ast.expr:
    return ast.BoolOp(operator, [*joined_by(node, type(operator)), other])
