"""A text that stands in a file of Python, such as a failing test's own input: found by its line, replaced in memory."""

import ast
from dataclasses import dataclass

from coach.core.loops.analysis.syntax import parse
from coach.errors import UsageError


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or bytes literal: ``start`` and ``end`` are offsets in the file's bytes."""

    source: bytes
    start: int
    end: int
    value: bytes
    is_text: bool

    def replaced(self, content: bytes) -> bytes:
        """Return the file with other content in the literal; what lies behind it moves."""
        written = repr(content.decode()) if self.is_text else repr(content)
        return self.source[: self.start] + written.encode() + self.source[self.end :]


def literal_at(source: bytes, line: int) -> Literal:
    """Return the longest literal that begins on a line.

    Raises:
        UsageError: there is none, or the file is no Python.

    """
    try:
        tree = parse(source.decode())
    except UnicodeDecodeError:
        tree = None
    found = [
        node
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and node.lineno == line
    ]
    if not found:
        raise UsageError(
            f"no text begins on line {line}",
            why="only a string or bytes literal of a Python file can be reduced by its line",
            do="name the line on which it begins",
        )
    node = max(found, key=lambda each: len(each.value))  # type: ignore[arg-type]
    starts = [0]
    for each in source.split(b"\n"):
        starts.append(starts[-1] + len(each) + 1)
    value, last = node.value, (node.end_lineno or line, node.end_col_offset or 0)
    assert isinstance(value, str | bytes)
    return Literal(
        source,
        starts[line - 1] + node.col_offset,
        starts[last[0] - 1] + last[1],
        value.encode() if isinstance(value, str) else value,
        isinstance(value, str),
    )
