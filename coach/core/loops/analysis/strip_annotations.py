"""Code without its type hints, where hints change nothing at run time.

A decorator may read the hints of its function (command lines, web routes, injected fixtures), and a class may read
those of its fields (dataclasses, pydantic): both are left alone.
"""

import ast
import copy


def without_hints(tree: ast.Module) -> ast.Module:
    """Return a copy of a module whose undecorated functions carry no hints, on arguments, results and local names."""
    plain: ast.Module = _Plain().visit(copy.deepcopy(tree))
    return plain


class _Plain(ast.NodeTransformer):
    def __init__(self) -> None:
        self._is_in_function = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self._is_in_function = self._is_in_function, False
        self.generic_visit(node)
        self._is_in_function = outer
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if not self._is_in_function:
            return node
        return ast.Assign(targets=[node.target], value=node.value, type_comment=None) if node.value else None

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if node.decorator_list:
            return node
        outer, self._is_in_function = self._is_in_function, True
        self.generic_visit(node)
        self._is_in_function = outer
        node.returns = None
        rest = [each for each in (node.args.vararg, node.args.kwarg) if each]
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, *rest):
            argument.annotation = None
        return node
