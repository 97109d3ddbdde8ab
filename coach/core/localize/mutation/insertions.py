"""What a place may lack, or have in another form: a call, a slice, a guard, a return, another literal, another exception.

Kinds of one-line fixes that no change of what is there can make (Kamienski et al., MSR 2021; Widyasari et al., BugsInPy
2020: conditions that are widened or narrowed, missing calls and returns). What is put in is what the file uses elsewhere,
the commonest first. Only tried to find a place: whether such a change is another behaviour at all, nobody knows.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Literal

from coach.core.localize.mutation.habits import Habits
from coach.core.localize.mutation.operators import Change, StatementChange, joined_by, name_of, replaced

Role = Literal[
    "returned",
    "assigned",
    "argument",
    "iterated",
    "compared",
    "tested",
    "condition",
    "element",
    "receiver",
    "operand",
    "default",
    "base",
]
"""What a value is for."""
MAX_METHODS = 3
MAX_GUARDS = 3
MAX_EXCEPTIONS = 3
MAX_HANDLED = 9
MAX_RETURNED = 2
_METHODS = ("strip", "lower", "copy", "items")
"""Tried where the file calls none without arguments."""
_LITERALS: dict[type, tuple[str, ...]] = {
    ast.List: ("[[]]", "()", "None"),
    ast.Dict: ("[]", "None"),
    ast.Tuple: ("[]", "None"),
}
_ALIKE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.Eq,
    ast.IsNot: ast.NotEq,
    ast.Eq: ast.Is,
    ast.NotEq: ast.IsNot,
    ast.In: ast.Eq,
    ast.NotIn: ast.NotEq,
}
_NONE, _TEXT = ("[]", "''", "0", "{}"), ("None", "' '")
_ERRORS = ("ValueError", "TypeError", "KeyError", "AttributeError", "IndexError", "OverflowError")


def roles_of(tree: ast.Module) -> dict[int, Role]:  # noqa: C901, PLR0912 - one table of node kinds
    """Return what the values of a file are for, by the identity of their nodes."""
    found: dict[int, Role] = {}
    for node in ast.walk(tree):
        values: Sequence[ast.expr | None]
        match node:
            case ast.Return() | ast.Yield():
                role, values = "returned", [node.value]
            case ast.Lambda():
                role, values = "returned", [node.body]
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                role, values = "assigned", [node.value]
            case ast.Call():
                given = (each.value if isinstance(each, ast.Starred) else each for each in node.args)
                role, values = "argument", [*given, *(each.value for each in node.keywords)]
                if isinstance(node.func, ast.Attribute):
                    found[id(node.func.value)] = "receiver"
            case ast.For() | ast.comprehension():
                role, values = "iterated", [node.iter]
                found.update((id(each), "tested") for each in getattr(node, "ifs", ()))
            case ast.Compare():
                role, values = "compared", [node.left, *node.comparators]
            case ast.If() | ast.While() | ast.IfExp():
                role, values = "tested", [node.test]
                if isinstance(node, ast.IfExp):
                    found[id(node.body)] = found[id(node.orelse)] = "element"
            case ast.BoolOp() if found.get(id(node)) in {"tested", "condition"}:
                role, values = "condition", node.values
            case ast.Tuple() | ast.List():
                role, values = "element", node.elts
            case _:
                role, values = _part_of(node)
        found.update((id(each), role) for each in values if each is not None)  # type: ignore[misc]
    return found


def _part_of(node: ast.AST) -> tuple[Role, Sequence[ast.expr | None]]:
    match node:
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
            return "element", [node.elt]
        case ast.DictComp() | ast.Dict():
            return "element", [node.value] if isinstance(node, ast.DictComp) else node.values
        case ast.arguments():
            return "default", [*node.defaults, *node.kw_defaults]
        case ast.ClassDef():
            return "base", node.bases
        case ast.BinOp():
            return "operand", [node.left, node.right]
    return "operand", ()


def missing_from(node: ast.expr, role: Role | None, names: Sequence[str], habits: Habits) -> Iterator[Change]:
    """Yield what an expression may be replaced by; ``names`` are those the function binds."""
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    yield from _literals(node)
    yield from _other_form(node)
    if role == "tested":
        yield from _guarded_condition(node, names)
        return
    if role in {None, "condition", "element", "receiver", "operand", "default", "base"}:
        return
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp):
        return
    assert role is not None
    is_plain = isinstance(node, ast.Name | ast.Attribute)
    if is_plain and role in {"iterated", "argument", "returned", "assigned"}:
        yield from (("slice", _parsed("x[{}]", node, part)) for part in ("1:", ":-1"))
    if role == "returned":
        yield from _guarded_value(node, names)
        yield "negation", ast.UnaryOp(ast.Not(), node)
    yield from _calls(node, habits)
    if role in {"returned", "argument", "assigned"} and not isinstance(node, ast.Subscript):
        yield from (("off by one", ast.BinOp(node, each(), ast.Constant(1))) for each in (ast.Add, ast.Sub))


def _parsed(form: str, node: ast.expr, part: str = "") -> ast.expr:
    """Return a form of text with a node in the place of ``x``."""
    made = ast.parse(form.format(part), mode="eval").body
    match made:
        case ast.Subscript() | ast.Attribute():
            return replaced(made, value=node)
        case ast.Call(func=ast.Attribute() as method):
            return replaced(made, func=replaced(method, value=node))
        case _:
            return replaced(made, args=[node])


def _literals(node: ast.expr) -> Iterator[Change]:
    others: tuple[str, ...] = ()
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            others = _LITERALS[type(node)]
        case ast.Constant(value=None):
            others = _NONE
        case ast.Constant(value=""):
            others = _TEXT
        case ast.List(elts=[_, *_]) if not any(isinstance(each, ast.Starred) for each in node.elts):
            yield "literal", ast.Tuple(node.elts, node.ctx)
        case _:
            return
    yield from (("literal", ast.parse(each, mode="eval").body) for each in others)


def _other_form(node: ast.expr) -> Iterator[Change]:
    """Identity for equality, a key that may be missing, a range that begins later: what is nearly the same."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _ALIKE:
            yield "comparison", ast.Compare(node.left, [_ALIKE[type(operator)]()], node.comparators)
        case ast.Subscript(slice=ast.Name() | ast.Constant(value=str()) as key) if isinstance(
            node.ctx, ast.Load
        ):
            yield "missing call", ast.Call(ast.Attribute(node.value, "get", ast.Load()), [key], [])
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_], keywords=[]):
            yield "missing call", ast.Subscript(owner, key, ast.Load())
        case ast.Call(func=ast.Name(id="range"), args=[stop], keywords=[]):
            yield "boundary", replaced(node, args=[ast.Constant(1), stop])
        case ast.Call(func=ast.Name(id="range"), args=[start, stop], keywords=[]):
            yield "boundary", replaced(node, args=[stop])
            yield "boundary", replaced(node, args=[ast.BinOp(start, ast.Add(), ast.Constant(1)), stop])
        case _:
            return


def _guarded_condition(node: ast.expr, names: Sequence[str]) -> Iterator[Change]:
    """A condition that holds in too few or too many cases, by a name that it does not ask about yet."""
    asked = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    near = [name for name in names if name in asked][:MAX_GUARDS] + _like(names, asked)[:MAX_GUARDS]
    for name in near:
        value = ast.Name(name, ast.Load())
        negated = ast.UnaryOp(ast.Not(), value)
        yield "guard", ast.BoolOp(ast.Or(), [*joined_by(node, ast.Or), negated])
        yield "guard", ast.BoolOp(ast.And(), [value, *joined_by(node, ast.And)])
        if name not in asked:
            yield "guard", ast.BoolOp(ast.Or(), [*joined_by(node, ast.Or), value])
            yield "guard", ast.BoolOp(ast.And(), [*joined_by(node, ast.And), negated])


def _like(names: Sequence[str], asked: Collection[str]) -> list[str]:
    """Return the names that are not asked about, those first that share a word with one that is; else as they stand."""
    words = {word for each in asked for word in each.split("_")}
    others = [name for name in names if name not in asked]
    return sorted(others, key=lambda name: not words & set(name.split("_")))


def _guarded_value(node: ast.expr, names: Sequence[str]) -> Iterator[Change]:
    """A value that is computed even where there is nothing to compute it from: then what it is computed from stands for it."""
    used = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in names]
    for name in list(dict.fromkeys(used))[:MAX_RETURNED]:
        value = ast.Name(name, ast.Load())
        if not isinstance(node, ast.Name):
            yield "guard", ast.IfExp(value, node, value)
        yield "guard", ast.IfExp(value, node, ast.Constant(None))


def _calls(node: ast.expr, habits: Habits) -> Iterator[Change]:
    called = node.func if isinstance(node, ast.Call) else None
    own = name_of(called)
    is_computed = isinstance(node, ast.BinOp)  # a number, mostly: it has hardly any methods
    methods = (
        [] if is_computed else [name for name, _ in habits.methods.most_common(MAX_METHODS)] or list(_METHODS)
    )
    yield from (
        ("missing call", _parsed("x.{}()", node, name))
        for name in dict.fromkeys(
            [*(each for each in methods if each != own), *([] if is_computed else ["copy"])]
        )
    )


def missing_statements(node: ast.stmt, names: Sequence[str], habits: Habits) -> Iterator[StatementChange]:
    """Yield what a simple statement may be replaced by, on one line."""
    match node:
        case ast.Expr(value=ast.Call() as value):
            yield StatementChange("missing return", f"return {ast.unparse(value)}")
        case ast.Assign(targets=[ast.Name()], value=value):
            yield StatementChange("missing return", f"return {ast.unparse(value)}")
        case ast.Return(value=None) | ast.Return(value=ast.Constant(value=None)):
            yield from (StatementChange("returned value", f"return {name}") for name in names[:MAX_RETURNED])
        case ast.Pass():
            yield from (StatementChange("missing return", f"return {name}") for name in names[:MAX_RETURNED])
        case ast.Continue():
            yield StatementChange("jump", "break")
        case ast.Break():
            yield StatementChange("jump", "continue")
        case (
            ast.Raise(exc=ast.Call(func=ast.Name(id=name)) as made) | ast.Raise(exc=ast.Name(id=name) as made)
        ):
            for other in _other_errors([name], habits)[:MAX_EXCEPTIONS]:
                new = (
                    replaced(made, func=ast.Name(other, ast.Load()))
                    if isinstance(made, ast.Call)
                    else ast.Name(other)
                )
                yield StatementChange("exception", ast.unparse(replaced(node, exc=new)))
        case _:
            return


def other_handled(handled: ast.expr, habits: Habits) -> Iterator[str]:
    """Yield exceptions that a handler may catch instead, as source text: more kinds first, then fewer, then what the file raises, then all."""
    name = ast.unparse(handled)
    inner = name[1:-1].rstrip(",") if isinstance(handled, ast.Tuple) else name
    kinds = [ast.unparse(each) for each in handled.elts] if isinstance(handled, ast.Tuple) else [name]
    likely = [habits.died_of] if habits.died_of.isidentifier() and habits.died_of not in kinds else []
    for other in dict.fromkeys([*likely, *_other_errors(kinds, habits)[:MAX_HANDLED]]):
        yield f"({inner}, {other})"
    if len(kinds) > 1:
        for kind in kinds[:MAX_EXCEPTIONS]:
            rest = [each for each in kinds if each != kind]
            yield f"({', '.join(rest)})" if len(rest) > 1 else rest[0]
    raised = (each for each, _ in habits.raised.most_common() if each not in kinds)
    yield from islice(raised, MAX_EXCEPTIONS - 1)
    yield "Exception"


def other_bases(base: ast.expr, habits: Habits) -> Iterator[Change]:
    """Yield other exceptions for one that a class is derived from."""
    name = ast.unparse(base)
    if name.endswith(("Error", "Exception")):
        for other in _other_errors([name], habits)[:MAX_EXCEPTIONS]:
            yield "exception", ast.Name(other, ast.Load())


def too_lenient(tree: ast.Module) -> frozenset[int]:
    """Return the first statements of handlers that do not raise, by identity: perhaps they should let the exception through."""
    return frozenset(
        id(node.body[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and not any(isinstance(each, ast.Raise) for each in node.body)
    )


def _other_errors(names: Collection[str], habits: Habits) -> list[str]:
    """Return exceptions that are not among these: the file's commonest, the language's, then the rest of the file's."""
    known = [each for each, _ in habits.errors.most_common() if each not in names]
    usual = [each for each in _ERRORS if each not in names]
    return list(dict.fromkeys((*known[:2], *usual[:4], *known[2:4], *usual[4:])))
