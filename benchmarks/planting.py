"""Plant defects in a package: operators other than those of coach's own causal probe, each an edit of one function.

One-line operators change one statement; multi-line ones reorder, drop or duplicate statements. Every planted edit keeps
the file parsable and says which lines of the *changed* file are to blame.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Planted:
    path: str
    function: str
    kind: str
    lines: tuple[int, ...]
    text: str
    """The whole changed file."""
    is_small: bool
    """Whether one line holds it all."""


_KINDS = {"list": "tuple", "tuple": "list", "str": "bytes", "dict": "list", "int": "str", "set": "dict"}


def plantings(path: str, source: str) -> Iterator[Planted]:
    """Yield every defect that can be planted in a file."""
    tree = ast.parse(source)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function, node in _functions(tree.body, ""):
        attributes = sorted({each.attr for each in ast.walk(node) if _is_own_attribute(each)})
        seen: set[str] = set()
        for kind, old, text in _one_line(node, attributes, functions):
            changed = _replaced(source, old, text)
            if changed and changed not in seen:
                seen.add(changed)
                yield Planted(path, function, kind, (old.lineno,), changed, is_small=True)
        for kind, lines, changed in _many_lines(node, source):
            yield Planted(path, function, kind, lines, changed, is_small=False)


def _functions(body, prefix):
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def _is_own_attribute(node):
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _one_line(function, attributes, functions):  # noqa: C901, PLR0912 - one table of operators
    for node in _inside(function):
        match node:
            case ast.Call(keywords=[_, *_]):
                for index in range(len(node.keywords)):
                    if node.keywords[index].arg:
                        rest = [*node.keywords[:index], *node.keywords[index + 1 :]]
                        yield "dropped keyword", node, ast.unparse(ast.Call(node.func, node.args, rest))
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, ast.Name(id=kind)]) if (
                kind in _KINDS
            ):
                yield "wrong type", node, f"isinstance({ast.unparse(subject)}, {_KINDS[kind]})"
            case ast.Call(func=ast.Name(id=name)) if name in functions:
                for other in sorted(functions - {name}, key=lambda each: _alike(each, name))[-1:]:
                    yield "wrong function", node.func, other
            case ast.Constant(value=str() as text) if 0 < len(text) < 20 and "\n" not in text:
                yield "wrong text", node, repr(text[:-1] if len(text) > 1 else text + text)
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() as number) if number > 1:
                yield "scaled constant", node, str(number * 10)
            case ast.AugAssign():
                yield "assigned, not added", node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
            case ast.IfExp():
                yield "one branch only", node, ast.unparse(node.orelse)
            case ast.YieldFrom():
                yield "yields the whole", node, f"(yield {ast.unparse(node.value)})"
            case ast.Return(value=ast.Tuple(elts=[first, second])):
                yield "swapped pair", node, f"return {ast.unparse(second)}, {ast.unparse(first)}"
            case ast.Attribute(value=ast.Name(id="self")) if isinstance(node.ctx, ast.Load):
                for other in [each for each in attributes if each != node.attr][:1]:
                    yield "wrong attribute", node, f"self.{other}"
            case ast.ExceptHandler(type=ast.Name() as raised):
                yield "wrong exception", raised, "ZeroDivisionError"
            case _:
                continue


def _inside(function):
    """Walk the body, without its docstring, its decorators and defaults, and nested definitions' own lines."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if not isinstance(node, ast.Assert | ast.Raise):
                yield node


def _many_lines(function, source):
    lines = source.split("\n")
    for node in ast.walk(function):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        statements = [
            each
            for each in body
            if isinstance(each, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For)
        ]
        for first, second in pairwise(statements):
            if body.index(second) == body.index(first) + 1 and not _is_text(first):
                one, two = (first.lineno - 1, first.end_lineno), (second.lineno - 1, second.end_lineno)
                changed = [
                    *lines[: one[0]],
                    *lines[two[0] : two[1]],
                    *lines[one[1] : two[0]],
                    *lines[one[0] : one[1]],
                ]
                yield (
                    "swapped statements",
                    tuple(range(first.lineno, second.end_lineno + 1)),
                    "\n".join(changed + lines[two[1] :]),
                )
        if isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If):
            start, end = node.orelse[0].lineno - 1, node.orelse[-1].end_lineno
            indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
            changed = [*lines[:start], f"{indent}pass", *lines[end:]]
            yield "lost else branch", (node.lineno, start + 1), "\n".join(changed)
        if (
            isinstance(node, ast.If)
            and not node.orelse
            and node.lineno != node.end_lineno
            and node is not function
        ):
            start, end = node.lineno - 1, node.end_lineno
            indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
            if end < len(lines) and lines[end].strip():
                yield (
                    "lost special case",
                    (start, start + 1, start + 2),
                    "\n".join([*lines[:start], f"{indent}pass", *lines[end:]]),
                )


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _alike(one, other):
    return len(set(one.split("_")) & set(other.split("_"))), -abs(len(one) - len(other))


def _replaced(source, node, text):
    if node.lineno != node.end_lineno:
        return ""
    lines = source.split("\n")
    line = lines[node.lineno - 1].encode()
    made = line[: node.col_offset] + text.encode() + line[node.end_col_offset :]
    lines[node.lineno - 1] = made.decode()
    changed = "\n".join(lines)
    try:
        ast.parse(changed)
    except SyntaxError:
        return ""
    return changed if changed != source else ""
