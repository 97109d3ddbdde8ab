"""The mutation operators: what one expression or statement may be replaced by.

Chosen after Offutt et al. 1996 (five sufficient operators) and the defects small Python fixes are made of: a
comparison, a boundary, a constant, swapped operands, arguments or names, a condition, a statement too many, a value
returned, rounding.
"""

import ast
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TypeVar

Change = tuple[str, ast.expr]
_Node = TypeVar("_Node", bound=ast.AST)

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.LtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv, ast.Div, ast.Add),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div, ast.Mod, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr, ast.Sub),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
}
_NAMES = (
    ("min", "max"),
    ("any", "all"),
    ("append", "extend"),
    ("lower", "upper"),
    ("lstrip", "rstrip"),
    ("startswith", "endswith"),
    ("find", "rfind"),
    ("index", "rindex"),
    ("partition", "rpartition"),
    ("split", "rsplit"),
    ("keys", "values"),
    ("ceil", "floor"),
    ("update", "setdefault"),
    ("add", "discard"),
    ("left", "right"),
    ("first", "last"),
)
_TWINS = {name: twin for pair in _NAMES for name, twin in (pair, pair[::-1])}
_MAX_NAMES = 3


def changes_of(node: ast.expr, names: Sequence[str]) -> Iterator[Change]:  # noqa: C901 - one table of node kinds
    """Yield what an expression may be replaced by; ``names`` are those the function binds."""
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BoolOp():
            yield from _joined(node)
        case ast.BinOp():
            yield from _computed(node)
        case ast.UnaryOp():
            yield ("negation" if isinstance(node.op, ast.Not) else "sign", node.operand)
        case ast.Constant():
            yield from _constant(node)
        case ast.IfExp():
            yield "branches", ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call():
            yield from _called(node)
        case ast.Subscript(slice=ast.Slice() as part):
            yield from _sliced(node, part)
        case ast.Subscript() if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Constant):
            yield from (("boundary", replaced(node, slice=each)) for each in _nudged(node.slice))
        case ast.Name() if isinstance(node.ctx, ast.Load) and node.id in names:
            others = [name for name in names if name != node.id]
            yield from (("name", ast.Name(name, ast.Load())) for name in others[:_MAX_NAMES])
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _filtered(node)
        case _:
            return


def replaced(node: _Node, **fields: object) -> _Node:
    """Return a copy of a node with some fields replaced."""
    made = copy(node)  # its parts are shared: they are read, never changed
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def joined_by(node: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    """Return what is joined already: one more is one of them, not a pair around them."""
    is_joined = isinstance(node, ast.BoolOp) and isinstance(node.op, operator)
    return node.values if is_joined else [node]  # type: ignore[attr-defined]


def negated(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def name_of(node: ast.AST | None) -> str:
    """Return the last name of what is read or called: ``d`` for ``d``, ``a.d`` and ``f().d``; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _compared(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield "comparison", ast.Compare(node.left, ops, node.comparators)
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        for each in _nudged(node.comparators[0]):
            yield "boundary", ast.Compare(node.left, node.ops, [each])


def _joined(node: ast.BoolOp) -> Iterator[Change]:
    yield "condition", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index, value in enumerate(node.values):
        rest = [each for each in node.values if each is not value]
        yield "operand", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        turned = [*node.values[:index], negated(value), *node.values[index + 1 :]]
        yield "condition", ast.BoolOp(node.op, turned)


def _computed(node: ast.BinOp) -> Iterator[Change]:
    for other in _ARITHMETIC.get(type(node.op), ()):
        yield "operator", ast.BinOp(node.left, other(), node.right)
    if not isinstance(node.op, ast.Mult):
        yield "operands", ast.BinOp(node.right, node.op, node.left)
    yield "operand", node.left
    yield "operand", node.right


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "constant", ast.Constant(value + 1)
        yield "constant", ast.UnaryOp(ast.USub(), ast.Constant(1)) if value == 0 else ast.Constant(value - 1)


def _nudged(node: ast.expr) -> tuple[ast.expr, ...]:
    """An index or bound that is no constant, one off to either side."""
    if isinstance(node, ast.Constant | ast.Slice | ast.Tuple):
        return ()
    return (ast.BinOp(node, ast.Add(), ast.Constant(1)), ast.BinOp(node, ast.Sub(), ast.Constant(1)))


def _sliced(node: ast.Subscript, part: ast.Slice) -> Iterator[Change]:
    for name in ("lower", "upper"):
        bound = getattr(part, name)
        if bound is None:
            continue
        for each in _nudged(bound):
            yield "boundary", replaced(node, slice=replaced(part, **{name: each}))
        yield "boundary", replaced(node, slice=replaced(part, **{name: None}))


def _names(node: ast.Call, argument: str) -> bool:
    """Whether a call gives an argument by name, or may: ``**options``."""
    return any(each.arg in {argument, None} for each in node.keywords)


def _called(node: ast.Call) -> Iterator[Change]:
    function, arguments = node.func, node.args
    if isinstance(function, ast.Name) and function.id in {"int", "round"} and len(arguments) == 1:
        floored = ast.BinOp(arguments[0], ast.FloorDiv(), ast.Constant(1))
        yield "rounding", ast.Call(ast.Name("int", ast.Load()), [floored], [])
        other = "round" if function.id == "int" else "int"
        yield "rounding", ast.Call(ast.Name(other, ast.Load()), arguments, [])
    if isinstance(function, ast.Name) and function.id in {"len", "range"} and arguments:
        yield from (
            ("boundary", ast.Call(function, [*arguments[:-1], each], [])) for each in _nudged(arguments[-1])
        )
        if function.id == "len":
            yield from (("boundary", each) for each in _nudged(node))
    twin = _TWINS.get(name_of(function))
    is_same = twin in {"split", "rsplit"} and len(arguments) < 2 and not _names(node, "maxsplit")
    if twin and not is_same:  # without a limit both give the same parts
        called = (
            replaced(function, attr=twin)
            if isinstance(function, ast.Attribute)
            else ast.Name(twin, ast.Load())
        )
        yield "name", replaced(node, func=called)
    for index in range(len(arguments) - 1):
        swapped = [*arguments]
        swapped[index], swapped[index + 1] = swapped[index + 1], swapped[index]
        if not any(isinstance(each, ast.Starred) for each in swapped):
            yield "arguments", replaced(node, args=swapped)
    if isinstance(function, ast.Name) and len(arguments) == 1 and not node.keywords:
        if not isinstance(arguments[0], ast.Starred):
            yield "operand", arguments[0]
    elif isinstance(function, ast.Attribute):
        yield "operand", function.value


def _filtered(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator[Change]:
    for index, part in enumerate(node.generators):
        for position, condition in enumerate(part.ifs):
            for ifs in (
                [*part.ifs[:position], *part.ifs[position + 1 :]],
                [*part.ifs[:position], negated(condition)],
            ):
                made = ast.comprehension(part.target, part.iter, ifs, part.is_async)
                generators = [*node.generators[:index], made, *node.generators[index + 1 :]]
                yield "condition", replaced(node, generators=generators)


@dataclass(frozen=True, slots=True)
class StatementChange:
    kind: str
    text: str
    """The statement that stands there instead, on one line."""
    silences: bool = False


def statement_changes(node: ast.stmt) -> Iterator[StatementChange]:
    """Yield what a simple statement may be replaced by. Conditions of compound ones are expressions: see ``conditions``."""
    match node:
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield StatementChange("returned value", "return None")
            if isinstance(value, ast.Compare | ast.BoolOp):
                yield StatementChange("returned value", f"return not ({ast.unparse(value)})")
        case ast.Raise() | ast.Assert():
            yield StatementChange("deleted statement", "pass", silences=True)
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield StatementChange("deleted statement", "pass", silences=True)
        case ast.Assign() | ast.Continue() | ast.Break():
            yield StatementChange("deleted statement", "pass")
        case ast.AugAssign():
            yield StatementChange("deleted statement", "pass")
            for other in _ARITHMETIC.get(type(node.op), ()):
                made = ast.AugAssign(node.target, other(), node.value)
                yield StatementChange("operator", ast.unparse(made))
        case _:
            return


def swapped_assignment(node: ast.stmt) -> str:
    """Return ``a += b`` for ``a = b`` and the other way round, on one line; empty for other statements."""
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target]):
            return ast.unparse(ast.AugAssign(target, ast.Add(), node.value))
        case ast.AugAssign():
            return f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
        case _:
            return ""


def condition_changes(test: ast.expr, *, loops: bool, guards: bool) -> Iterator[tuple[str, ast.expr, bool]]:
    """Yield a condition negated, and forced either way (a loop is never forced on); the last says whether it silences."""
    is_compared = isinstance(test, ast.Compare) and len(test.ops) == 1  # its comparison is inverted already
    if not is_compared:
        yield "condition", negated(test), guards
    yield "condition", ast.Constant(value=False), guards
    if not loops:
        yield "condition", ast.Constant(value=True), False
