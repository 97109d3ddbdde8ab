"""Edits of source text by lines: all that is not edited keeps its form, so no formatter notices."""

import ast
import functools
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.core.loops.analysis.syntax import FUNCTIONS, Function

MAX_WIDTH = 79
"""Characters that a line may always have; more where the file has longer ones already."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Some lines of a function, and what stands in their place. Lines count from 1."""

    path: str
    function: str
    """Qualified name inside the file."""
    kind: str
    """The operator that made it."""
    first: int
    """The first line that is replaced."""
    last: int
    """The last one; ``first - 1``: nothing is replaced, lines are added before ``first``."""
    new: tuple[str, ...]
    blamed: tuple[int, ...]
    """Lines of the *changed* file that are wrong: where something is gone, those beside it."""
    is_small: bool = False
    """Whether one line is another one, and nothing else."""

    def applied(self, source: str) -> str:
        """Return the changed file."""
        lines = source.split("\n")
        return "\n".join([*lines[: self.first - 1], *self.new, *lines[self.last :]])


@dataclass(frozen=True, slots=True)
class Block:
    """Statements that follow each other in a function, and the lines of the file they stand in."""

    path: str
    function: str
    lines: Sequence[str]
    owner: ast.AST
    """The statement whose body they are."""
    statements: Sequence[ast.stmt]


def functions_of(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield every function of a file that is not nested in another one, by its qualified name."""
    yield from _functions(tree.body, "")


def _functions(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def without_docstring(function: Function) -> list[ast.stmt]:
    """Return the statements of a function that do something."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def stands_alone(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Whether nothing else stands on the lines of a statement: neither another statement, nor the ``if`` it belongs to."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    after = lines[node.end_lineno - 1].encode()[node.end_col_offset :].strip()
    return not before.strip() and (not after or after.startswith(b"#"))


def span(node: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement; decorators count."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return first, node.end_lineno or node.lineno


def moved(node: ast.stmt, lines: Sequence[str], column: int) -> tuple[str, ...] | None:
    """Return the lines of a statement at another indentation; None where that would change a text in it, or its form."""
    first, last = span(node)
    for each in ast.walk(node):
        if isinstance(each, ast.Constant | ast.JoinedStr) and each.lineno != each.end_lineno:
            return None
    shift = column - node.col_offset
    if shift < 0 and first != last:
        return None  # with more room a formatter may join its lines
    found = []
    for line in lines[first - 1 : last]:
        text = line.lstrip(" ")
        indent = len(line) - len(text) + shift
        if indent < 0 or text.startswith("\t"):
            return None
        found.append(" " * indent + text if text else "")
    return tuple(found)


def without_lines(lines: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Return the lines to take out with a statement: a blank line that would be one too many goes as well."""
    above = lines[first - 2].strip() if first > 1 else ""
    below = lines[last].strip() if last < len(lines) else ""
    if not below and last < len(lines) and (not above or above.endswith(":")):
        return first, last + 1
    return first, last


def why_not(edit: Edit, source: str) -> str:
    """Say why an edit is no bug that anybody could have written: it does not compile, or does nothing; empty: it may be."""
    changed = edit.applied(source)
    if changed == source:
        return "it changes nothing"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            before, after = _parsed(source), ast.parse(changed)
            compile(after, edit.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, SyntaxWarning):
        return "the compiler would tell"
    if _dumped(before, edit.function) == _dumped(after, edit.function):
        return "it changes nothing"
    return "" if keeps_form(edit, source) else "a formatter would tell"


@functools.lru_cache(4)
def _parsed(source: str) -> ast.Module:
    """Parse a file into which many edits are tried."""
    return ast.parse(source)


def _dumped(tree: ast.Module, function: str) -> list[str]:
    """Return what a function does, in every place that defines it: the whole file takes too long for each of its edits."""
    return [ast.dump(node) for name, node in functions_of(tree) if name == function] or [ast.dump(tree)]


def keeps_form(edit: Edit, source: str) -> bool:
    """Whether the new lines look as the others do: no blank at an end, none longer than the longest before."""
    widest = max(MAX_WIDTH, *(len(line) for line in source.split("\n")))
    return all(line == line.rstrip() and len(line) <= widest for line in edit.new)
