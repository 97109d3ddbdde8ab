"""Which expressions only look: what an assistant may have evaluated in the running program without asking the engineer.

Free are names, attributes, subscripts, comparisons, boolean and other arithmetic, literals, f-strings, comprehensions, and
calls of builtins that neither change nor reach anything. Whatever else is called could do anything a program can.
What is free may still run code of the target itself (a property, ``__eq__``, ``__repr__``), as its own run does.
``engine/probe/coach_free.py`` evaluates it: with these builtins only, bounded, and without consuming the program's iterators.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "callable",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "float",
        "frozenset",
        "hash",
        "hex",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "list",
        "max",
        "min",
        "oct",
        "ord",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
"""What may be called: by its name only, and only where the program has not put something else under that name."""
LONGEST = 1_000
"""Characters of an expression. Longer ones cannot be judged at a glance, and cost time to read."""
_MEMBERS = frozenset(
    {"__class__", "__dict__", "__doc__", "__file__", "__len__", "__module__", "__name__", "__qualname__"}
)
"""Names with two underscores that only say what a thing is."""
_KEYED = frozenset({"max", "min", "sorted"})
_KEYWORDS = {
    "max": {"key", "default"},
    "min": {"key", "default"},
    "sorted": {"key", "reverse"},
    "enumerate": {"start"},
    "sum": {"start"},
    "round": {"ndigits"},
    "zip": {"strict"},
    "int": {"base"},
}
_PLAIN = (
    ast.Expression,
    ast.Constant,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.JoinedStr,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.expr_context,
)
_REFUSED: dict[type[ast.AST], str] = {
    ast.NamedExpr: "it assigns a name",
    ast.Lambda: "it makes a function",
    ast.Starred: "it unpacks something",
}


def why_asked(text: str) -> str:
    """Say why the engineer is asked before this is evaluated for somebody else; empty when it only looks."""
    if not text.strip():
        return ""
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST:,} characters"
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _why(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return "it is no expression that can be judged"


def _why(tree: ast.AST) -> str:
    for node in ast.iter_child_nodes(tree):
        if why := _why_node(node):
            return why
    return ""


def _why_node(node: ast.AST) -> str:
    judge = _JUDGES.get(type(node))
    if judge is not None:
        return judge(node)
    if isinstance(node, _PLAIN):
        return _why(node)
    return _REFUSED.get(type(node)) or f"it holds {type(node).__name__.lower()}"


def _why_name(node: Any) -> str:
    if node.id in BUILTINS and isinstance(node.ctx, ast.Store):
        return f"it gives {node.id} another meaning"
    return _why_inner(node.id)


def _why_attribute(node: Any) -> str:
    return _why_inner(node.attr) or _why_node(node.value)


def _why_inner(name: str) -> str:
    is_inner = name.startswith("__") and name not in _MEMBERS
    return f"{name} reaches into the machinery of Python" if is_inner else ""


def _why_formatted(node: Any) -> str:
    return _why_format(node.format_spec) or _why_node(node.value)


def _why_comprehension(node: Any) -> str:
    return "it awaits something" if node.is_async else _why(node)


def _why_dictionary(node: Any) -> str:
    return _REFUSED[ast.Starred] if None in node.keys else _why(node)


def _why_format(spec: ast.expr | None) -> str:
    """A width of ten digits makes a text of ten digits' length; a width that is computed could be one."""
    if spec is None:
        return ""
    parts = spec.values if isinstance(spec, ast.JoinedStr) else [spec]
    if all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in parts):
        text = "".join(str(each.value) for each in parts if isinstance(each, ast.Constant))
        if not re.search(r"\d{4}", text):
            return ""
    return "it formats to a width that is not known to be small"


def _why_call(call: Any) -> str:
    if not isinstance(call.func, ast.Name) or call.func.id not in BUILTINS:
        return f"it calls {ast.unparse(call.func)[:80]}"
    name = call.func.id
    if name == "type" and len(call.args) != 1:
        return "it makes a class"
    for given in call.args:
        if why := _why_node(given):
            return why
    return next(filter(None, (_why_keyword(name, each) for each in call.keywords)), "")


def _why_keyword(called: str, keyword: ast.keyword) -> str:
    if keyword.arg is None:
        return _REFUSED[ast.Starred]
    if called != "dict" and keyword.arg not in _KEYWORDS.get(called, ()):
        return f"it passes {keyword.arg} to {called}"
    return _why_key(keyword.value) if keyword.arg == "key" and called in _KEYED else _why_node(keyword.value)


def _why_key(value: ast.expr) -> str:
    """A key is called for every item: a builtin's name, or a lambda that only looks."""
    if isinstance(value, ast.Name):
        return "" if value.id in BUILTINS - _KEYED else f"it calls {value.id}"
    if isinstance(value, ast.Constant) and value.value is None:
        return ""
    if not isinstance(value, ast.Lambda):
        return f"it calls {ast.unparse(value)[:80]}"
    arguments = value.args
    has_more = (
        arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.defaults
        or arguments.posonlyargs
    )
    if has_more or any(each.arg in BUILTINS for each in arguments.args):
        return "its key is no plain function of one item"
    return _why_node(value.body)


_JUDGES: dict[type[ast.AST], Callable[[Any], str]] = {
    ast.Call: _why_call,
    ast.Name: _why_name,
    ast.Attribute: _why_attribute,
    ast.FormattedValue: _why_formatted,
    ast.comprehension: _why_comprehension,
    ast.Dict: _why_dictionary,
}
