"""A value that should be put through a function first: ``escape(target)``, ``list(src)``, ``texts.to_string(x)``, ``Markup(rv)``.

Which function is taken from the file: first what it puts values of the same name through, then what it calls most with one
argument. Only tried to find a place, as in ``insertions``.
"""

import ast
from collections.abc import Iterator
from itertools import islice

from coach.core.localize.mutation.habits import Habits
from coach.core.localize.mutation.operators import Change, name_of, replaced

MAX_WRAPPERS = 5
MAX_ELSEWHERE = 3
"""Of parts of a larger value: there are many of them."""
_WHOLE = frozenset({"returned", "argument", "assigned", "iterated"})
_PARTS = frozenset({"element", "operand", "compared"})
_PLAIN = ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp
_MADE = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.List | ast.Tuple
_OF_MADE = ("sorted", "list", "tuple", "set")
_LAZY = frozenset({"zip", "map", "filter", "reversed"})
_ORDERED = frozenset({"items", "keys", "values"})


def wrapped(node: ast.expr, role: str | None, habits: Habits) -> Iterator[Change]:
    """Yield calls of a function with an expression as their argument, and other functions for the one that is called.

    Args:
        node: the expression.
        role: what its value is for, as ``insertions`` names it.
        habits: what the file calls elsewhere.

    """
    match node:
        case ast.Call(func=ast.Name() as function, args=[_], keywords=[]):
            others = [each for each in _common(habits) if each != function.id]
            yield from (("function", replaced(node, func=_read(each))) for each in others[:MAX_ELSEWHERE])
        case ast.Call(func=ast.Attribute(attr=name), args=[]) if name in _ORDERED and role in _WHOLE:
            yield "wrapped", ast.Call(_read("sorted"), [node], [])
            yield "wrapped", ast.Call(_read("list"), [node], [])
        case ast.Call(func=ast.Name(id=name)) if name in _LAZY:
            yield "wrapped", ast.Call(_read("list"), [node], [])
        case ast.List(elts=[ast.Name() | ast.Attribute() as one]):
            yield "literal", ast.Call(_read("list"), [one], [])
        case _:
            pass
    if role in _WHOLE and isinstance(node, _MADE) and not isinstance(getattr(node, "ctx", None), ast.Store):
        yield from (("wrapped", ast.Call(_read(each), [node], [])) for each in _OF_MADE)
    if role in _WHOLE | _PARTS and isinstance(node, _PLAIN) and not isinstance(node, ast.Call | ast.BinOp):
        most = MAX_WRAPPERS if role in _WHOLE else MAX_ELSEWHERE
        yield from (("wrapped", ast.Call(_read(each), [node], [])) for each in _nearest(node, habits, most))
    elif role in _WHOLE and isinstance(node, _PLAIN):
        yield from (
            ("wrapped", ast.Call(_read(each), [node], [])) for each in _nearest(node, habits, MAX_ELSEWHERE)
        )


def _nearest(node: ast.expr, habits: Habits, most: int) -> list[str]:
    """Return functions: what the same name is put through elsewhere, what is called nearest, what is called most."""
    name = name_of(node)
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    same = [each for each, _ in habits.applied[name].most_common(2)] if name in habits.applied else []
    near = sorted(habits.wrappers, key=lambda each: _distance(node.lineno, habits.places[each]))[:2]
    found = dict.fromkeys(
        [*same[:1], *near[:1], *same[1:], *_common(habits)[:2], *near[1:], *_common(habits)]
    )
    return list(islice((each for each in found if each != called), most))


def _distance(line: int, places: list[int]) -> int:
    return min((abs(line - each) for each in places if each != line), default=line)


def _common(habits: Habits) -> list[str]:
    return [name for name, _ in habits.wrappers.most_common(MAX_WRAPPERS + 2)]


def _read(name: str) -> ast.expr:
    owner, _, last = name.rpartition(".")
    return (
        ast.Attribute(ast.Name(owner, ast.Load()), last, ast.Load()) if owner else ast.Name(last, ast.Load())
    )
