"""Tests that an edit left standing with nothing in them: a body of ``pass``, a docstring, ``assert True``, an early return."""

import ast
from collections.abc import Iterator, Sequence

from coach.core.base.test_id import TestId
from coach.core.loops.analysis.syntax import FUNCTIONS, Edited, Function
from coach.core.loops.attempt import Finding


def emptied_in(files: Sequence[Edited]) -> tuple[Finding, ...]:
    """Return the tests that did something before an edit and do nothing after it."""
    return tuple(found for file in files if file.is_test and not file.is_broken for found in _in_file(file))


def _in_file(file: Edited) -> Iterator[Finding]:
    before, after = _tests(file.before), _tests(file.after)
    for name, test in after.items():
        old = before.get(name)
        if old is not None and does_nothing(test) and not does_nothing(old):
            text = f"{name} does nothing any more"
            yield Finding(
                kind="trivial-assertion", path=file.path, line=test.lineno, function=name, text=text
            )


def _tests(tree: ast.Module | None) -> dict[str, Function]:
    """Return the functions that are tests by their name, under the names they have in ids."""
    found: dict[str, Function] = {}
    waiting: list[tuple[tuple[str, ...], ast.stmt]] = [((), node) for node in (tree.body if tree else ())]
    for classes, node in waiting:
        if isinstance(node, ast.ClassDef):
            waiting += [((*classes, node.name), each) for each in node.body]
        elif isinstance(node, FUNCTIONS) and node.name.startswith("test"):
            found[TestId.of(*classes, node.name)] = node
    return found


def does_nothing(test: Function) -> bool:
    """Whether a body only says that it is there, or leaves before it does anything."""
    for node in test.body:
        if isinstance(node, ast.Return):
            return True
        if not _is_idle(node):
            return False
    return True


def _is_idle(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and bool(node.test.value)
