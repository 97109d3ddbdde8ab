"""Whether a mutant of a wrong file gives the right one: compared as syntax trees, docstrings and imports left out."""

import ast

from coach.core.localize.mutation.mutants import Mutant

_PLACE = {"lineno": 1, "end_lineno": 1, "col_offset": 0}
_Body = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Undone:
    """One wrong file and the right one, of which the smallest part that differs is compared."""

    def __init__(self, wrong: str, right: str) -> None:
        """Raises SyntaxError where one of them is no Python."""
        self._lines = wrong.split("\n")
        self._part, self._right = _differing(_tree(wrong), _tree(right))

    def is_by(self, mutant: Mutant) -> bool:
        part, (first, left), (last, end) = self._part, mutant.start, mutant.end
        begin, stop = _span(part, len(self._lines))
        if not begin <= first <= last <= stop:
            return False
        lines = self._lines
        before = lines[first - 1].encode()[:left].decode()
        after = lines[last - 1].encode()[end:].decode()
        made = [*lines[begin - 1 : first - 1], before + mutant.text + after, *lines[last:stop]]
        try:
            return ast.dump(_parsed(made, part)) == self._right
        except SyntaxError:
            return False


def _parsed(lines: list[str], part: ast.AST) -> ast.AST:
    """Parse what stands where a part stood: alone, below a condition where it is indented."""
    if isinstance(part, ast.Module):
        return _tree("\n".join(lines))
    column = getattr(part, "col_offset", 0)
    inner = _tree("\n".join([*(["if 1:"] if column else []), *lines])).body
    outer = inner[0]
    if column and isinstance(outer, ast.If):
        inner = outer.body
    return inner[0] if len(inner) == 1 else ast.Module(inner, [])


def _differing(wrong: _Body, right: _Body) -> tuple[_Body | ast.stmt, str]:
    """Return the smallest part of a class, function or module that differs, and what it should be."""
    parts = [
        pair for pair in zip(wrong.body, right.body, strict=False) if ast.dump(pair[0]) != ast.dump(pair[1])
    ]
    is_head_alike = _head(wrong) == _head(right)
    if len(parts) != 1 or len(wrong.body) != len(right.body) or not is_head_alike:
        return wrong, ast.dump(right)
    one, other = parts[0]
    if isinstance(one, _Body) and isinstance(other, _Body):
        return _differing(one, other)
    return one, ast.dump(other)


def _head(node: _Body) -> str:
    fields = [(name, value) for name, value in ast.iter_fields(node) if name != "body"]
    return repr(
        [
            (
                type(node).__name__,
                name,
                [ast.dump(each) if isinstance(each, ast.AST) else each for each in many],
            )
            for name, value in fields
            for many in [value if isinstance(value, list) else [value]]
        ]
    )


def _span(part: ast.AST, most: int) -> tuple[int, int]:
    if isinstance(part, ast.Module):
        return 1, most
    assert isinstance(part, ast.stmt)
    decorators: list[ast.expr] = getattr(part, "decorator_list", [])
    return min([part.lineno, *(each.lineno for each in decorators)]), part.end_lineno or part.lineno


def _tree(source: str) -> ast.Module:
    """Parse without docstrings and imports; the order of conditions, keywords, of caught exceptions and of names for one value says nothing."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, _Body):
            node.body = [each for each in node.body if not _says_nothing(each)] or [ast.Pass(**_PLACE)]
        elif isinstance(node, ast.Call):
            node.keywords.sort(key=lambda each: each.arg or "~")
        elif isinstance(node, ast.BoolOp):
            node.values.sort(key=ast.dump)
        elif isinstance(node, ast.Assign):
            node.targets.sort(key=ast.dump)
        elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
            node.type.elts.sort(key=ast.dump)
    return tree


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
