"""A local name where something else stands: a number, a name of the module, an attribute. Which parameter was forgotten?

Of the small fixes in the histories of the tuning projects these are the commonest that no other operator makes: ``getframe(1)``
for ``getframe(level)``, ``map(len, cells)`` for ``map(width_fn, cells)``, ``self.wrapped`` for ``spec``. A name that the function
binds and hardly reads comes first. Only tried to find a place, as in ``insertions``.
"""

import ast
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from coach.core.localize.mutation.operators import Change

MAX_NAMES = 3
_VALUES = frozenset({"returned", "assigned", "argument", "element", "compared"})
_ANY = _VALUES | {"iterated", "tested", "condition", "receiver"}


def local_names(node: ast.expr, role: str | None, least_read: Sequence[str]) -> Iterator[Change]:
    """Yield the local names that an expression may be replaced by.

    Args:
        node: the expression.
        role: what its value is for, as ``insertions`` names it.
        least_read: what the function binds, those first that it reads least.

    """
    match node:
        case ast.Constant(value=None | bool() | int() | float()) if role in _VALUES:
            others = [*least_read]
        case ast.Name(id=name, ctx=ast.Load()) if role in _ANY and name not in least_read:
            others = _likely(name, least_read)
        case ast.Attribute(attr=name, ctx=ast.Load()) if role in _ANY:
            owner = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            others = _likely(name, [each for each in least_read if each != name and each not in owner])
        case _:
            return
    yield from (("local name", ast.Name(each, ast.Load())) for each in others[:MAX_NAMES])


def _likely(name: str, least_read: Sequence[str]) -> list[str]:
    """Order names: the one that is read least, then those that are most like the one that stands there."""
    return [*least_read[:1], *sorted(least_read[1:], key=lambda each: -_alike(name, each))]


@lru_cache(maxsize=20_000)
def _alike(one: str, other: str) -> float:
    return round(SequenceMatcher(None, one, other, autojunk=False).ratio(), 2)
