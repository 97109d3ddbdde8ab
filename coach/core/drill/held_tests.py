"""Take tests out of the text of a file, the rest byte for byte as it was."""

import ast
from collections.abc import Collection

from coach.core.loops.analysis.syntax import FUNCTIONS


def without_tests(source: str, tests: Collection[tuple[str, ...]]) -> str:
    """Return a Python file without some of its tests.

    Args:
        source: the file.
        tests: each as its names from the outside inwards: ``("TestCart", "test_vat")``; a name alone is a function or class.

    Raises:
        ValueError: the file is no Python, or a test is not written in it (it is inherited or generated).

    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, RecursionError) as error:
        raise ValueError(f"it is no Python: {error}") from error
    lines = source.splitlines(keepends=True)
    cut: dict[int, str] = {}
    found: set[tuple[str, ...]] = set()
    _mark(tree, (), frozenset(tests), cut, found)
    if missing := set(tests) - found:
        raise ValueError(f"{'.'.join(min(missing)) or 'the file as a whole'} is not written there")
    return "".join(cut.get(number, line) for number, line in enumerate(lines, 1))


def _mark(
    block: ast.Module | ast.ClassDef,
    outside: tuple[str, ...],
    tests: frozenset[tuple[str, ...]],
    cut: dict[int, str],
    found: set[tuple[str, ...]],
) -> None:
    """Note what stands in the place of each line that goes: nothing, or a ``pass`` where a class would be empty."""
    named = [(each, _names(each, outside)) for each in block.body]
    gone = [each for each, names in named if names and names in tests]
    found.update(_names(each, outside) for each in gone)
    for each in block.body:
        if isinstance(each, ast.ClassDef) and each not in gone:
            _mark(each, (*outside, each.name), tests, cut, found)
    for each in gone:
        first, last = _reach(each)
        cut.update(dict.fromkeys(range(first, last + 1), ""))
    if gone and len(gone) == len(block.body) and isinstance(block, ast.ClassDef):
        cut[_reach(gone[0])[0]] = " " * gone[0].col_offset + "pass\n"


def _names(node: ast.stmt, outside: tuple[str, ...]) -> tuple[str, ...]:
    return (*outside, node.name) if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else ()


def _reach(node: ast.stmt) -> tuple[int, int]:
    """Return the first and last line of a definition, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno
