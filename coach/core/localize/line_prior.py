"""Which of equally suspicious lines to look at first: those that compute or decide something.

Spectra rarely tell the lines of one block apart. Defects sit in operators, comparisons, constants and calls far more
often than in plain moves of a value, so lines are ordered by suspicion and then by how much there is on them to be
wrong, and by what the failure itself says of them.
"""

import ast
import re
from collections.abc import Mapping

from coach.core.loops.analysis.syntax import parse
from coach.core.runs.failure import trail
from coach.core.runs.report import Failure

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


_RAISED = 4.0
_PASSED_THROUGH = 2.0
_SAID = 2.0
"""What it adds when the line raised, called what raised, or holds a text that the failure's message holds."""
_LITERAL = re.compile(r"""(["'])(?P<text>[^"'\n]{3,60})\1""")


def line_order(worth: Mapping[int, float], prior: Mapping[int, float]) -> tuple[int, ...]:
    """Order lines by suspicion, then by what speaks for them, then as they stand.

    Args:
        worth: line number → suspiciousness.
        prior: line number → what can be wrong on it, and what the failure says of it.

    """
    return tuple(sorted(worth, key=lambda line: (-round(worth[line], 6), -prior.get(line, 0.0), line)))


def priors(source: str) -> dict[int, float]:
    """Return for every line of a file how much there is on it to be wrong; empty when it cannot be parsed."""
    tree = parse(source)
    found: dict[int, float] = {}
    for node in ast.walk(tree) if tree else ():
        line = getattr(node, "lineno", 0)
        for kinds, value in _WORTH:
            if isinstance(node, kinds) and not _is_guard(node):
                place = _line_of(node)
                found[place] = found.get(place, 0.0) + value
                break
        if isinstance(node, ast.Return | ast.If | ast.While):
            found[line] = found.get(line, 0.0) + _DECIDES
    return found


class Clues:
    """What a failure itself says of lines: where it was raised, through which calls, and which texts its message holds."""

    def __init__(self, failure: Failure | None) -> None:
        frames = trail(failure) if failure else ()
        self._message = failure.message if failure else ""
        self._frames: dict[tuple[str, int], float] = {}
        for depth, frame in enumerate(frames):
            self._frames.setdefault((frame.path, frame.line), _PASSED_THROUGH if depth else _RAISED)

    def on(self, path: str, line: int, text: str) -> float:
        """Return what speaks for a line; ``text`` is its source."""
        found = self._frames.get((path, line), 0.0)
        if any(each["text"] in self._message for each in _LITERAL.finditer(text)):
            found += _SAID
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
