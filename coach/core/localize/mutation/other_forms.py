"""What is nearly the same and often meant: another truth, sign, end of a slice, method of the same kind, owner, type, default.

One table of rows; each is a kind of one-line fix that the operators and the words of the file do not make. Only tried to
find a place, as in ``insertions``.
"""

import ast
from collections.abc import Iterator, Sequence

from coach.core.localize.mutation.operators import Change, StatementChange, name_of, replaced
from coach.core.localize.mutation.patterns import other_patterns

MAX_OPERANDS = 3
_GROUPS = (
    ("strip", "lstrip", "rstrip"),
    ("lower", "upper", "casefold", "title", "capitalize"),
    ("keys", "values", "items"),
    ("append", "extend", "insert", "appendleft", "add"),
    ("pop", "popleft", "popitem"),
    ("add", "discard", "remove"),
    ("min", "max", "sum"),
    ("floor", "ceil", "round", "trunc"),
    ("match", "search", "fullmatch"),
    ("isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum"),
    ("ljust", "rjust", "center"),
    ("union", "intersection", "difference", "symmetric_difference"),
    ("issubset", "issuperset", "isdisjoint"),
    ("sorted", "reversed", "list"),
    ("tuple", "list", "set", "frozenset"),
    ("int", "float", "str"),
    ("get", "pop", "setdefault"),
    ("encode", "decode"),
    ("read", "readline", "readlines"),
)
"""Of one kind each; what stands in a pair of the operators has that one tried besides."""
_WIDER = {
    "list": ("tuple",),
    "tuple": ("list",),
    "int": ("float",),
    "float": ("int",),
    "str": ("bytes",),
    "bytes": ("str",),
    "set": ("frozenset",),
}
_OPERATORS = (
    *("contains", "getitem", "setitem", "delitem", "iter", "len", "eq", "ne", "lt", "le", "gt", "ge", "hash"),
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "or", "and", "neg", "int", "float", "bool"),
    *("radd", "rsub", "rmul", "iadd", "isub", "ior", "ror", "call"),
)
"""Operator methods that a class may lack."""
_FINDING = frozenset({"get", "match", "fullmatch", "search", "pop"})
_DEFAULTS = ("[]", "''", "0")
_VALUES = ("returned", "assigned", "argument", "element")


def other_forms(
    node: ast.expr, role: str | None, names: Sequence[str], own: Sequence[str]
) -> Iterator[Change]:
    """Yield what an expression may be replaced by.

    Args:
        node: the expression.
        role: what its value is for, as ``insertions`` names it.
        names: what the function binds, in its order.
        own: attributes of ``self`` that the file uses, the commonest first.

    """
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    if role in {"tested", "condition"}:
        yield from _truth(node)
    yield from _owner(node, names, own)
    yield from _nearly(node)
    yield from _of_conditional(node)
    if (
        role == "default"
        and isinstance(node, ast.Constant)
        and (node.value is None or isinstance(node.value, bool))
    ):
        others = [each for each in (None, False, True) if each is not node.value]
        yield from (("constant", ast.Constant(each)) for each in others)
    if role in {*_VALUES, "compared"} and isinstance(node, ast.Name | ast.Attribute):
        yield "sign", ast.UnaryOp(ast.USub(), node)
    if role in _VALUES and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        yield from _longer(node, names, own)


def _nearly(node: ast.expr) -> Iterator[Change]:
    """Yield what is written nearly the same."""
    match node:
        case ast.Subscript(slice=ast.Slice() as part):
            yield from (("slice", replaced(node, slice=each)) for each in _other_end(part))
        case ast.Subscript(slice=ast.Constant(value=0)):
            yield "slice", replaced(node, slice=ast.Slice(None, ast.Constant(1), None))
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) as last):
            yield "slice", replaced(node, slice=ast.Slice(last, None, None))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            yield "constant", ast.Constant(0)
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right) if not isinstance(
            right, ast.Tuple
        ):
            yield "arguments", replaced(node, right=ast.Tuple([right], ast.Load()))
        case ast.Constant(value=str() as text):
            yield from (("pattern", ast.Constant(each)) for each in other_patterns(text))
            yield from (("text", ast.Constant(each)) for each in _spelled(text))
        case ast.Call():
            yield from _called(node)
        case _:
            pass


def _of_conditional(node: ast.expr) -> Iterator[Change]:
    """True or not None, of a type or made as it: what differs for what is empty, or derived."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[ast.Name() | ast.Attribute() as first, other]):
            given = ast.Compare(first, [ast.IsNot()], [ast.Constant(None)])
            yield "truth", ast.IfExp(given, first, other)
        case ast.IfExp(test=test, body=body, orelse=other) if (
            ast.unparse(test) == f"{ast.unparse(body)} is not None"
        ):
            yield "truth", ast.BoolOp(ast.Or(), [body, other])
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="type"), args=[subject]),
            ops=[ast.Eq() | ast.Is()],
            comparators=[kind],
        ):
            yield "type", ast.Call(ast.Name("isinstance", ast.Load()), [subject, kind], [])
        case _:
            return


def _truth(node: ast.expr) -> Iterator[Change]:
    """True as a whole, or not None: what is meant differs for what is empty."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand) if _may_be_none(operand):
            yield "truth", ast.Compare(operand, [ast.Is()], [ast.Constant(None)])
        case _ if _may_be_none(node):
            yield "truth", ast.Compare(node, [ast.IsNot()], [ast.Constant(None)])
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            yield "truth", left
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            yield "truth", ast.UnaryOp(ast.Not(), left)
        case _:
            return


def _may_be_none(node: ast.expr) -> bool:
    """Whether ``None`` is a likely value: what a predicate returns is never, and asking for it would only force the condition."""
    called = node.func if isinstance(node, ast.Call) else None
    if called is None:
        return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
    return isinstance(called, ast.Attribute) and called.attr in _FINDING


def _owner(node: ast.expr, names: Sequence[str], own: Sequence[str]) -> Iterator[Change]:
    """A local name for the attribute of the same name, and the other way round; the attribute of another object."""
    match node:
        case ast.Name(id=name) if name in own:
            yield "receiver", ast.Attribute(ast.Name("self", ast.Load()), name, ast.Load())
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            if name in names:
                yield "receiver", ast.Name(name, ast.Load())
            if "other" in names:
                yield "receiver", replaced(node, value=ast.Name("other", ast.Load()))
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if name in own and owner in names:
            yield "receiver", replaced(node, value=ast.Name("self", ast.Load()))
        case _:
            return


def _other_end(part: ast.Slice) -> Iterator[ast.Slice]:
    """The first ones instead of the last ones, or all but these; backwards, or not."""
    lower, upper, step = part.lower, part.upper, part.step
    if step is not None:
        yield ast.Slice(lower, upper, None)
    elif lower is not None and upper is None:
        yield ast.Slice(None, _opposite(lower), None)
        yield ast.Slice(None, lower, None)
    elif upper is not None and lower is None:
        yield ast.Slice(_opposite(upper), None, None)
        yield ast.Slice(upper, None, None)


def _opposite(bound: ast.expr) -> ast.expr:
    is_negative = isinstance(bound, ast.UnaryOp) and isinstance(bound.op, ast.USub)
    return bound.operand if is_negative else ast.UnaryOp(ast.USub(), bound)  # type: ignore[attr-defined]


def _spelled(text: str) -> Iterator[str]:
    """The same text with other blanks around it, or in other letters; of one line."""
    seen = {text}
    if not text or "\n" in text:
        return
    for each in (text.strip(), f"{text} ", f" {text}", text.lower(), text.upper()):
        if each and each not in seen:
            seen.add(each)
            yield each


def _called(node: ast.Call) -> Iterator[Change]:
    function, arguments = node.func, node.args
    name = name_of(function)
    for other in dict.fromkeys(each for group in _GROUPS if name in group for each in group if each != name):
        made = (
            replaced(function, attr=other)
            if isinstance(function, ast.Attribute)
            else ast.Name(other, ast.Load())
        )
        yield "function", replaced(node, func=made)
    given = {each.arg for each in node.keywords}
    if name in {"sorted", "sort"} and "reverse" not in given:
        yield (
            "keyword",
            replaced(node, keywords=[*node.keywords, ast.keyword("reverse", ast.Constant(value=True))]),
        )
    match name, arguments:
        case "isinstance", [subject, ast.Name(id=kind)] if kind in _WIDER:
            kinds: list[ast.expr] = [ast.Name(each, ast.Load()) for each in (kind, *_WIDER[kind])]
            yield "type", replaced(node, args=[subject, ast.Tuple(kinds, ast.Load())])
        case "get", [key]:
            yield from (("default", replaced(node, args=[key, _parsed(each)])) for each in _DEFAULTS)
        case _:
            return


def _longer(node: ast.expr, names: Sequence[str], own: Sequence[str]) -> Iterator[Change]:
    """A value that lacks a term or a default."""
    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    used |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    bound = [each for each in names if each not in used][:MAX_OPERANDS]
    attributes = [each for each in own if each not in used][:MAX_OPERANDS]
    for term in map(_parsed, (*bound, *(f"self.{each}" for each in attributes))):
        yield "missing operand", ast.BinOp(node, ast.Add(), term)
        yield "missing operand", ast.BinOp(node, ast.Sub(), term)
    yield from (("default", ast.BoolOp(ast.Or(), [node, _parsed(each)])) for each in _DEFAULTS)


def other_statements(node: ast.stmt) -> Iterator[StatementChange]:
    """Yield what a simple statement may be replaced by, on one line: what it computes is kept, or kept within bounds."""
    match node:
        case ast.Expr(value=ast.Call(func=function, args=arguments) as value):
            owner = [function.value] if isinstance(function, ast.Attribute) else []
            kept = [each for each in (*owner, *arguments) if isinstance(each, ast.Name | ast.Attribute)]
            yield from (
                StatementChange("missing assignment", f"{ast.unparse(each)} = {ast.unparse(value)}")
                for each in kept[:MAX_OPERANDS]
            )
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target], value=value):
            kept_target, text = ast.unparse(target), ast.unparse(value)
            for name in ("max", "min"):
                yield StatementChange("bounded", f"{kept_target} = {name}({kept_target}, {text})")
            if isinstance(target, ast.Subscript):
                yield StatementChange("appended", f"{ast.unparse(target.value)}.append({text})")
        case ast.AugAssign(target=target, op=ast.Add(), value=value):
            for name in ("append", "extend"):
                yield StatementChange("appended", f"{ast.unparse(target)}.{name}({ast.unparse(value)})")
        case _:
            return


def more_operators(node: ast.stmt) -> Iterator[StatementChange]:
    """Yield ``__a__ = __b__ = f`` with one operator method more, those that the chain does not have."""
    match node:
        case ast.Assign(targets=[ast.Name() as first, *_] as targets) if first.id.startswith("__"):
            known = {each.id for each in targets if isinstance(each, ast.Name)}
            for name in (f"__{each}__" for each in _OPERATORS):
                if name not in known:
                    made = ast.Assign([ast.Name(name, ast.Store()), *targets], node.value, lineno=1)
                    yield StatementChange("operator method", ast.unparse(made))
        case _:
            return


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
