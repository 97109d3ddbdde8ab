"""Results of plain numbers and short texts that were seen: nothing else is ever computed."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from coach.core.localize.slicing.shadow import UNKNOWN

_MAX_LENGTH = 200
_MAX_NUMBER = 1e15
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_NUMBERS = (int, float, bool)


def computed(kind: type, left: Any, right: Any) -> Any:
    """Return the result of plain numbers or short texts; ``UNKNOWN`` of all else."""
    compute = _BINARY.get(kind)
    is_number = isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS)
    is_text = isinstance(left, str) and isinstance(right, str) and kind not in {ast.Mult, ast.Mod}
    if compute is None or not (is_number or is_text):
        return UNKNOWN
    if is_number and max(abs(left), abs(right)) > _MAX_NUMBER:
        return UNKNOWN
    try:
        result = compute(left, right)
    except (ArithmeticError, TypeError, ValueError):
        return UNKNOWN
    return UNKNOWN if isinstance(result, str) and len(result) > _MAX_LENGTH else result
