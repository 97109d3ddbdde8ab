"""Which of equally suspicious lines to look at first: those that compute or decide something.

Spectra rarely tell the lines of one block apart. Defects sit in operators, comparisons, constants and calls far more often
than in plain moves of a value, so lines are ordered by suspicion and then by how much there is on them to be wrong.
"""

import ast
import textwrap
from collections.abc import Mapping

from coach.core.loops.syntax import parse

_WORTH: tuple[tuple[tuple[type[ast.AST], ...], float], ...] = (
    ((ast.Compare, ast.BoolOp), 2.5),
    ((ast.BinOp, ast.AugAssign, ast.Slice), 2.5),
    ((ast.IfExp, ast.comprehension, ast.Call, ast.Subscript), 1.5),
    ((ast.JoinedStr, ast.keyword), 1.0),
    ((ast.Constant, ast.UnaryOp), 0.5),
    ((ast.Name, ast.Attribute), 0.2),
)
"""Chosen on the tuning half of benchmarks/localise.py."""
_DECIDES = 1.0
"""What a returned value or a condition adds: it leaves the function or steers it."""


def line_order(worth: Mapping[int, float], code: str, first: int) -> tuple[int, ...]:
    """Order lines by suspicion, then by what can be wrong on them, then as they stand.

    Args:
        worth: line number → suspiciousness.
        code: the function's source, possibly shortened; may be empty.
        first: the line number of the code's first line.

    """
    prior = _prior(code, first)
    return tuple(sorted(worth, key=lambda line: (-round(worth[line], 6), -prior.get(line, 0.0), line)))


def _prior(code: str, first: int) -> dict[int, float]:
    tree = parse(textwrap.dedent(code)) if code else None
    found: dict[int, float] = {}
    for node in ast.walk(tree) if tree else ():
        line = getattr(node, "lineno", 0) + first - 1
        for kinds, value in _WORTH:
            if isinstance(node, kinds) and not _is_guard(node):
                place = _line_of(node) + first - 1
                found[place] = found.get(place, 0.0) + value
                break
        if isinstance(node, ast.Return | ast.If | ast.While):
            found[line] = found.get(line, 0.0) + _DECIDES
    return found


def _line_of(node: ast.AST) -> int:
    """Line of a node within the code; a comprehension has none of its own."""
    found = node.target if isinstance(node, ast.comprehension) else node
    return int(getattr(found, "lineno", 0))


def _is_guard(node: ast.AST) -> bool:
    """``x is None`` and the like: idiom, rarely wrong."""
    return isinstance(node, ast.Compare) and any(
        isinstance(each, ast.Constant) and each.value is None for each in node.comparators
    )
