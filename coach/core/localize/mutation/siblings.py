"""What another line of the same file has and this one lacks, or has of another object; and the same words grouped otherwise.

``self.width`` where others say ``self.width * level``, ``schema.opts`` where others say ``self.root.opts``, ``text % a or b`` where
``text % (a or b)`` is meant. Only tried to find a place, as in ``insertions``.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice

from coach.core.localize.mutation.habits import Habits
from coach.core.localize.mutation.operators import Change, replaced

MAX_TERMS = 2
MAX_OWNERS = 2
_VALUES = frozenset({"returned", "assigned", "argument", "element", "compared"})
_EMPTY: dict[str, int] = {}


def as_siblings(node: ast.expr, role: str | None, names: Sequence[str], habits: Habits) -> Iterator[Change]:
    """Yield what an expression may be replaced by.

    Args:
        node: the expression.
        role: what its value is for, as ``insertions`` names it.
        names: what the function binds.
        habits: what the file does elsewhere.

    """
    match node:
        case ast.Name() | ast.Attribute() if role in _VALUES and isinstance(node.ctx, ast.Load):
            terms = habits.terms.get(ast.unparse(node), _EMPTY)
            for each in islice(
                habits.fitting(sorted(terms, key=lambda text: -terms[text]), names), MAX_TERMS
            ):
                yield "sibling term", each
        case _:
            pass
    match node:
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner, attr=name, ctx=ast.Load()):
            owners, own = habits.owners.get(name, _EMPTY), ast.unparse(owner)
            others = [each for each in sorted(owners, key=lambda text: -owners[text]) if each != own]
            for each in islice(habits.fitting(others, names), MAX_OWNERS):
                yield "owner", replaced(node, value=each)
            if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name):
                yield "owner", replaced(node, value=owner.value)
        case _:
            pass


def regrouped(node: ast.expr) -> Iterator[Change]:
    """Yield the same operands grouped otherwise: what binds stronger takes less, or more, than was meant; calls in the other order."""
    match node:
        case ast.BoolOp(op=operator, values=[ast.BinOp() as first, *rest]):
            yield "grouping", replaced(first, right=ast.BoolOp(operator, [first.right, *rest]))
        case ast.BoolOp(
            op=ast.Or(), values=[*before, ast.BoolOp(op=ast.And(), values=[*those, last]), other]
        ):
            joined = ast.BoolOp(ast.And(), [*those, ast.BoolOp(ast.Or(), [last, other])])
            yield "grouping", joined if not before else ast.BoolOp(ast.Or(), [*before, joined])
        case ast.BoolOp(op=ast.Or(), values=[first, ast.BoolOp(op=ast.And(), values=[begin, *those])]):
            yield "grouping", ast.BoolOp(ast.And(), [ast.BoolOp(ast.Or(), [first, begin]), *those])
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Attribute() as first) as inner) as second):
            begins = replaced(node, func=replaced(second, value=first.value))
            yield "grouping", replaced(inner, func=replaced(first, value=begins))
        case ast.IfExp(body=ast.BinOp() as body):
            yield "grouping", replaced(body, right=replaced(node, body=body.right))
        case ast.UnaryOp(op=ast.Not(), operand=ast.BoolOp(values=[first, *rest]) as joined):
            yield "grouping", replaced(joined, values=[ast.UnaryOp(ast.Not(), first), *rest])
        case ast.BinOp(left=ast.BinOp(op=inner) as left, op=outer) if type(inner) is not type(outer):
            yield "grouping", replaced(left, right=ast.BinOp(left.right, outer, node.right))
        case ast.BinOp(right=ast.BinOp(op=inner) as right, op=outer) if type(inner) is not type(outer):
            yield "grouping", replaced(right, left=ast.BinOp(node.left, outer, right.left))
        case _:
            return
