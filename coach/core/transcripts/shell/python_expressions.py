"""Expressions of an edit script: constants, names, operators, items and comprehensions."""

import ast
import re
from collections.abc import Callable, Iterator
from posixpath import basename, dirname, splitext
from typing import Any

from coach.core.transcripts.files.tree import Files
from coach.core.transcripts.shell.budget import Budget
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.python_values import (
    BUILTINS,
    COMPARE,
    PLAIN,
    Module,
    OpenFile,
    PathValue,
    Raised,
    binary,
    checked,
)

RAISED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, UnicodeError)
"""What plain operations raise: the script itself would have ended there."""


class Expressions:
    """Names, files and values of one script while it is evaluated."""

    def __init__(self, files: Files, cwd: str, arguments: list[str], budget: Budget) -> None:
        self.files, self.cwd, self.arguments, self.budget = files, cwd, arguments, budget
        self.names: dict[str, Any] = {"__name__": "__main__", "__file__": arguments[0] if arguments else ""}
        self.written: dict[str, str] = {}
        self.opened: set[str] = set()
        self.files_open: list[OpenFile] = []
        self.depth = 0
        self._kinds: dict[type[ast.expr], Callable[[Any], Any]] = {
            ast.Attribute: self._attribute,
            ast.BinOp: lambda node: self.operate(
                type(node.op), self.value(node.left), self.value(node.right)
            ),
            ast.BoolOp: self._bool,
            ast.Call: self._call,
            ast.Compare: self._compare,
            ast.Constant: lambda node: self._constant(node.value),
            ast.Dict: self._dict,
            ast.GeneratorExp: self._comprehension,
            ast.IfExp: lambda node: self.value(node.body if self.value(node.test) else node.orelse),
            ast.JoinedStr: self._joined,
            ast.List: self._items,
            ast.ListComp: self._comprehension,
            ast.Name: self._name,
            ast.NamedExpr: self._named,
            ast.Set: lambda node: set(self._items(node)),
            ast.Subscript: self._subscript,
            ast.Tuple: lambda node: tuple(self._items(node)),
            ast.UnaryOp: self._unary,
        }

    def value(self, node: ast.expr) -> Any:
        """Return the value of an expression.

        Raises:
            NotInterpretable: it is outside of the small language, or too much work.
            Raised: the script itself raises here.

        """
        handler = self._kinds.get(type(node))
        if handler is None:
            raise NotInterpretable(f"the expression {type(node).__name__}")
        if not self.budget.spend(2):
            raise NotInterpretable("more evaluation than is done for one transcript")
        try:
            return handler(node)
        except RAISED:
            raise Raised from None

    def operate(self, kind: type[ast.operator], left: Any, right: Any) -> Any:
        """Return the result of an operator; long texts cost as much as they are long."""
        result = binary(kind, left, right)
        self.spend(result)
        return result

    def spend(self, value: Any) -> None:
        if isinstance(value, str | list) and not self.budget.spend(len(value) // 100):
            raise NotInterpretable("more evaluation than is done for one transcript")

    def _constant(self, value: Any) -> Any:
        if isinstance(value, bytes):
            raise NotInterpretable("bytes")
        if not isinstance(value, PLAIN):
            raise NotInterpretable("a constant")
        return checked(value)

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in BUILTINS or node.id in {"open", "print", "range"}:
            return Module(node.id)
        if node.id in {"True", "False", "None"}:
            return {"True": True, "False": False}.get(node.id)
        raise Raised

    def _named(self, node: ast.NamedExpr) -> Any:
        value = self.value(node.value)
        self.assign(node.target, value)
        return value

    def _items(self, node: ast.List | ast.Tuple | ast.Set) -> list[Any]:
        items: list[Any] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                items += self.iterated(self.value(each.value))
            else:
                items.append(self.value(each))
        return list(checked(items))

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        if any(key is None for key in node.keys):
            raise NotInterpretable("a dictionary")
        keys = [self.value(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(self.value, node.values), strict=True))

    def _call(self, node: ast.Call) -> Any:
        raise NotImplementedError

    def _bool(self, node: ast.BoolOp) -> Any:
        value: Any = None
        for each in node.values:
            value = self.value(each)
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value

    def _unary(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub) and isinstance(value, int):
            return -value
        raise NotInterpretable("an operator")

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for kind, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            self.spend(right)
            if not COMPARE[type(kind)](left, right):
                return False
            left = right
        return True

    def _joined(self, node: ast.JoinedStr) -> str:
        parts: list[str] = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                value = self.value(each.value)
                if (
                    each.format_spec is not None
                    or each.conversion not in {-1, 114}
                    or not isinstance(value, PLAIN)
                ):
                    raise NotInterpretable("a format")
                parts.append(repr(value) if each.conversion == 114 else str(value))
            else:
                parts.append(str(self.value(each)))
        return str(checked("".join(parts)))

    def _subscript(self, node: ast.Subscript) -> Any:
        holder = self.value(node.value)
        if isinstance(holder, Module) and holder.name == "sys.argv":
            holder = self.arguments
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            bounds = slice(*(None if each is None else self.value(each) for each in parts))
            if isinstance(holder, str | list | tuple):
                result = holder[bounds]
                self.spend(result)
                return result
            raise NotInterpretable("a slice")
        if isinstance(holder, re.Match):
            return holder.group(self.value(node.slice))
        if not isinstance(holder, str | list | tuple | dict):
            raise NotInterpretable("an item")
        return holder[self.value(node.slice)]

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        if len(node.generators) != 1:
            raise NotInterpretable("a comprehension")
        source = node.generators[0]
        found: list[Any] = []
        outer = dict(self.names)
        for each in self.iterated(self.value(source.iter)):
            self.assign(source.target, each)
            if all(self.value(test) for test in source.ifs):
                found.append(self.value(node.elt))
        self.names = outer
        return list(checked(found))

    def iterated(self, value: Any) -> Iterator[Any]:
        """Return what a loop over a value sees."""
        if isinstance(value, OpenFile):
            return iter(value.text[value.position :].splitlines(keepends=True))
        if not isinstance(value, str | list | tuple | dict | set | range):
            raise NotInterpretable("a loop")
        return iter(value)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a name, an item or several of them a value."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = list(self.iterated(value))
            if any(isinstance(each, ast.Starred) for each in target.elts):
                raise NotInterpretable("an assignment")
            if len(values) != len(target.elts):
                raise Raised
            for each, part in zip(target.elts, values, strict=True):
                self.assign(each, part)
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, value)
        else:
            raise NotInterpretable("an assignment")

    def _assign_item(self, target: ast.Subscript, value: Any) -> None:
        holder = self.value(target.value)
        if not isinstance(holder, list | dict):
            raise NotInterpretable("an assignment")
        try:
            if isinstance(target.slice, ast.Slice):
                parts = (target.slice.lower, target.slice.upper, target.slice.step)
                bounds = slice(*(None if each is None else self.value(each) for each in parts))
                holder[bounds] = value
            else:
                holder[self.value(target.slice)] = value
        except RAISED:
            raise Raised from None
        checked(holder)

    def _attribute(self, node: ast.Attribute) -> Any:
        holder = self.value(node.value)
        if isinstance(holder, Module):
            return Module(f"{holder.name}.{node.attr}") if node.attr != "argv" else self.arguments
        if isinstance(holder, PathValue):
            parts = {"name": basename(holder.path), "suffix": splitext(holder.path)[1]}
            if node.attr == "parent":
                return PathValue(dirname(holder.path) or ".")
            if node.attr in parts:
                return parts[node.attr]
        raise NotInterpretable(f"the attribute {node.attr}")
