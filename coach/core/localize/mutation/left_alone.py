"""What of a file is not mutated, or only with a mark: what has no effect, what stands inside f-strings, what asserts, what would ask nothing."""

import ast


def in_f_strings(tree: ast.Module) -> frozenset[int]:
    outer = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return frozenset(id(node) for each in outer for node in ast.walk(each) if node is not each)


def in_asserts(tree: ast.Module) -> frozenset[int]:
    """Return what ``assert`` asks: a change of it takes a check away, and the test may pass without the place being to blame."""
    outer = (node for node in ast.walk(tree) if isinstance(node, ast.Assert))
    return frozenset(id(node) for each in outer for node in ast.walk(each.test))


def without_effect(tree: ast.Module) -> frozenset[int]:
    """Return what is left alone: annotations, docstrings, names such as ``__all__``, and what stands inside f-strings.

    Older interpreters do not say where that stands: an f-string is changed as a whole.
    """
    found: set[int] = set()
    for node in ast.walk(tree):
        silent: list[ast.AST | None] = []
        if isinstance(node, ast.AnnAssign | ast.arg):
            silent.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            silent.append(node.returns)
        elif _is_told(node):
            silent.append(node)
        elif isinstance(node, ast.JoinedStr):
            silent += node.values
        found.update(id(each) for whole in silent if whole is not None for each in ast.walk(whole))
    return frozenset(found)


def _is_told(node: ast.AST) -> bool:
    """Whether a statement is for readers: a docstring, or a name such as ``__all__``."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.Assign) or isinstance(node.value, ast.Name):  # ``__add__ = _add`` is a method
        return False
    return any(_is_dunder(each) for each in node.targets)


def _is_dunder(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("__") and node.id.endswith("__")


def other_sides(tree: ast.Module) -> dict[int, str]:
    """Return for each side of a comparison or difference what stands on the other one: made alike, they ask nothing."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Compare(left=left, comparators=[right]) | ast.BinOp(left=left, op=ast.Sub(), right=right)
            ):
                found[id(left)], found[id(right)] = ast.unparse(right), ast.unparse(left)
            case _:
                pass
    return found
