"""Cut two syntax trees down to what an edit reached.

Comparing the shapes of two trees costs a hundred times what parsing them costs, and most of a file is not reached by an
edit. A node is left out only when its like stands at the same lines of the other side, within the lines that both texts
begin with or both end with: then it is the same code.
"""

import ast
from collections.abc import Sequence

_Key = tuple[bool, int, int]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Trimmer:
    """Knows which lines two texts share at their beginnings and ends."""

    def __init__(self, before: str, after: str) -> None:
        old, new = before.split("\n"), after.split("\n")
        self._old_lines, self._new_lines = len(old), len(new)
        most = min(len(old), len(new))
        self._head = next((index for index in range(most) if old[index] != new[index]), most)
        rest = range(most - self._head)
        self._tail = next((index for index in rest if old[-1 - index] != new[-1 - index]), len(rest))

    def trim(self, before: ast.Module, after: ast.Module) -> tuple[ast.Module, ast.Module]:
        """Return both modules without what they share; classes are cut down when only their methods were reached."""
        old, new = self._bodies(before.body, after.body)
        return ast.Module(body=old, type_ignores=[]), ast.Module(body=new, type_ignores=[])

    def _bodies(
        self, before: Sequence[ast.stmt], after: Sequence[ast.stmt]
    ) -> tuple[list[ast.stmt], list[ast.stmt]]:
        shared = self._keys(before, self._old_lines) & self._keys(after, self._new_lines)
        old = [node for node in before if self._key(node, self._old_lines) not in shared]
        new = [node for node in after if self._key(node, self._new_lines) not in shared]
        if (
            len(old) == len(new) == 1
            and isinstance(old[0], ast.ClassDef)
            and isinstance(new[0], ast.ClassDef)
        ):
            return self._classes(old[0], new[0])
        return old, new

    def _classes(self, before: ast.ClassDef, after: ast.ClassDef) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """Cut down a class both sides have; what is said about the class itself concerns all of its methods."""
        old, new = self._bodies(before.body, after.body)
        if _header(before) != _header(after) or not all(
            isinstance(node, _FUNCTIONS) for node in (*old, *new)
        ):
            return [before], [after]
        return [_with_body(before, old)], [_with_body(after, new)]

    def _keys(self, body: Sequence[ast.stmt], lines: int) -> set[_Key]:
        return {key for node in body if (key := self._key(node, lines))}

    def _key(self, node: ast.stmt, lines: int) -> _Key | None:
        """Return where a node stands, counted from the end it is shared at; None when it has to stay.

        It stays when the edit reached it, or when what is beside it cannot be judged without it.
        """
        if _concerns_all(node):
            return None
        marks = node.decorator_list if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else []
        first = min([node.lineno, *(each.lineno for each in marks)])
        last = node.end_lineno or node.lineno
        if last <= self._head:
            return True, first, last
        if first > lines - self._tail:
            return False, lines - first, lines - last
        return None


def _concerns_all(node: ast.stmt) -> bool:
    """Whether a statement says something about every test beside it, such as ``pytestmark = …`` or ``pytest.skip()``."""
    if isinstance(node, ast.Assign):
        return any(isinstance(each, ast.Name) and each.id == "pytestmark" for each in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _header(node: ast.ClassDef) -> str:
    return ast.dump(_with_body(node, []))


def _with_body(node: ast.ClassDef, body: list[ast.stmt]) -> ast.ClassDef:
    fields = {**dict(ast.iter_fields(node)), "body": body}
    return ast.copy_location(ast.ClassDef(**fields), node)
