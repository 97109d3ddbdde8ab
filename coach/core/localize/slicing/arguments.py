"""Calls of own functions: which expression made one, and which argument became which parameter."""

import ast
from collections.abc import Iterator

from coach.core.localize.slicing.def_use import Position, is_within
from coach.core.localize.slicing.evaluate import (
    Comprehension,
    assign_turn,
    bind_whole,
    is_own_call,
    turns,
    value_of,
)
from coach.core.localize.slicing.frames import Child, Frame
from coach.core.localize.slicing.parts import item_of
from coach.core.localize.slicing.shadow import Shadow, ShadowObject, container, deep, merged

_CONSTRUCTORS = {"__init__", "__new__", "__post_init__"}
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "matmul")
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge", "contains")
_OPERATORS: dict[str, type[ast.expr]] = {
    "__getitem__": ast.Subscript,
    **{f"__{name}__": ast.BinOp for name in _ARITHMETIC},
    **{f"__{name}__": ast.Compare for name in _COMPARISONS},
}
"""Special method → the expression that calls it."""
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def expression_of(caller: Frame, position: Position | None, name: str) -> ast.AST | None:
    """Return the expression that called a function.

    ``position`` is exact, where the interpreter tells it (3.11); else calls of a statement are told apart by name and order.
    """
    found = caller.scope.at(position)
    if found is not None:
        return _call_within(found, name)
    if position is not None:
        return None
    every = [each for step in caller.current for each in in_order(step)]
    called = {id(each.func) for each in every if isinstance(each, ast.Call)}
    named = [each for each in every if _may_call(each, name) and id(each) not in called]
    taken = [each.node for each in caller.children]
    free = [each for each in named if not any(each is one for one in taken)]
    return next(iter((*free, *named[-1:])), None)


def _call_within(found: ast.AST, name: str) -> ast.AST:
    """A generator or a coroutine begins where it is asked for its first value: its arguments stand in the call within."""
    if isinstance(found, ast.Call) and _may_call(found, name):
        return found
    inner = [each for each in ast.walk(found) if isinstance(each, ast.Call) and _called_name(each) == name]
    return inner[0] if len(inner) == 1 and not isinstance(found, ast.Call) else found


def in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield expressions in the order in which they are evaluated, as far as it matters for calls."""
    if isinstance(node, _FUNCTIONS | ast.ClassDef):
        return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
        children = [node.value, *(each for each in children if each is not node.value)]
    for each in children:
        if not isinstance(each, ast.stmt):
            yield from in_order(each)
    if isinstance(node, ast.expr):
        yield node


def _called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _may_call(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Call):
        called = _called_name(node)
        return called == name or (name in _CONSTRUCTORS and called[:1].isupper())
    if isinstance(node, ast.Attribute):
        return node.attr == name
    kind = _OPERATORS.get(name.replace("__r", "__", 1)) or _OPERATORS.get(name)
    return kind is not None and isinstance(node, kind)


def bind_arguments(caller: Frame, child: Child) -> None:
    """Let the parameters of a function that begins hold what its caller gave."""
    frame, node = child.frame, child.node
    arguments = frame.scope.arguments
    if arguments is None:
        return
    within = list(_comprehensions_around(caller, node))
    before, remembered = dict(caller.names), dict(caller.remembered)
    for comprehension in within:
        _bind_turn(caller, comprehension, node, is_inner=len(within) > 1)
    try:
        _bind(caller, child, arguments)
    finally:
        if within:
            caller.names, caller.remembered = before, remembered  # it runs again, with the next item


def _bind_turn(caller: Frame, node: Comprehension, call: ast.AST | None, *, is_inner: bool) -> None:
    """Let the names of a comprehension have the item of the turn in which a call begins."""
    known = (
        None if is_inner or call is None or is_within(node.generators[0].iter, call) else turns(caller, node)
    )
    index = len([each for each in caller.children if each.node is call])
    if known is not None and index < len(known):
        assign_turn(caller, node.generators[0].target, known[index])
        return
    for each in node.generators:
        if call is not None and is_within(each.iter, call):
            break
        bind_whole(caller, each.target, merged([value_of(caller, each.iter)]))


def _comprehensions_around(caller: Frame, node: ast.AST | None) -> Iterator[Comprehension]:
    for step in caller.current:
        for each in ast.walk(step):
            if (
                isinstance(each, Comprehension)
                and node is not None
                and each is not node
                and is_within(each, node)
            ):
                yield each


def _bind(caller: Frame, child: Child, arguments: ast.arguments) -> None:
    node, frame = child.node, child.frame
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(node, ast.Call) and is_own_call(node, child):
        given, named, rest = _of_call(
            caller, node, child, len(positional), has_rest=arguments.vararg is not None
        )
    else:
        operands = _operands(caller, node, frame.scope.name)
        given, named = list(operands or ()), {}
        rest = None if operands else merged(_parts(caller, node))
    at = (
        node if node is not None and hasattr(node, "lineno") else next(iter(caller.current), frame.scope.node)
    )
    for index, parameter in enumerate(positional):
        if index < len(given):
            _argument(frame, at, parameter.arg, given[index])
        elif parameter.arg in named:
            _argument(frame, at, parameter.arg, named.pop(parameter.arg))
        elif rest is not None:
            _argument(frame, at, parameter.arg, rest, is_sure=False)
    for parameter in arguments.kwonlyargs:
        if parameter.arg in named or rest is not None:
            value = named.pop(parameter.arg, rest or Shadow())
            _argument(frame, at, parameter.arg, value)
    _collected(frame, at, arguments, (given[len(positional) :], named, rest))
    bind_defaults(frame)


def _collected(
    frame: Frame,
    at: ast.AST,
    arguments: ast.arguments,
    left: tuple[list[Shadow], dict[str, Shadow], Shadow | None],
) -> None:
    """What ``*args`` and ``**kwargs`` hold."""
    more, named, rest = left
    unknown = deep([rest]) if rest is not None else frozenset()
    if arguments.vararg is not None:
        items = container(
            dict(enumerate(more)), kind="tuple", rest=unknown, length=None if unknown else len(more)
        )
        _argument(frame, at, arguments.vararg.arg, items)
    if arguments.kwarg is not None:
        items = container(dict(named), kind="dict", rest=unknown)
        _argument(frame, at, arguments.kwarg.arg, items)


def _argument(frame: Frame, at: ast.AST, name: str, value: Shadow, *, is_sure: bool = True) -> None:
    frame.names[name] = (frame.caller or frame).define(at, name, "argument", value, is_sure=is_sure)


def bind_defaults(frame: Frame) -> None:
    """Let parameters that nobody gave hold their defaults."""
    arguments = frame.scope.arguments
    if arguments is None:
        return
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[tuple[ast.arg, ast.expr | None]] = list(
        zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    )
    defaults += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    for parameter, default in defaults:
        if parameter.arg not in frame.names and default is not None:
            value = value_of(Frame(frame.world, -1, frame.source, frame.source.module), default)
            kept = frame.world.defaults.setdefault(default, value)
            frame.names[parameter.arg] = frame.define(default, parameter.arg, "default", kept)


def _of_call(
    caller: Frame, node: ast.Call, child: Child, expected: int, *, has_rest: bool
) -> tuple[list[Shadow], dict[str, Shadow], Shadow | None]:
    """Return the values given by position and by name, and what else may be any of them."""
    given: list[Shadow] = []
    rest: list[Shadow] = []
    for each in node.args:
        value = value_of(caller, each.value if isinstance(each, ast.Starred) else each)
        if not isinstance(each, ast.Starred):
            given.append(value)
        elif value.object is not None and value.object.length is not None:
            given += [item_of(value, Shadow(known=index)) for index in range(value.object.length)]
        else:
            rest.append(value)
    named: dict[str, Shadow] = {}
    for keyword in node.keywords:
        value = value_of(caller, keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif value.object is not None and value.object.kind == "dict" and not value.object.rest:
            named |= {
                key: part.plus(value.uses) for key, part in value.object.parts.items() if isinstance(key, str)
            }
        else:
            rest.append(value)
    own = _receiver(caller, node, child)
    is_short = len(given) + len(named) < expected or has_rest
    if own is not None and (is_short or child.frame.scope.name in _CONSTRUCTORS):
        given.insert(0, own)
    return given, named, merged(rest) if rest else None


def _receiver(caller: Frame, node: ast.Call, child: Child) -> Shadow | None:
    """Return what a method is called on; None: the function is no method."""
    scope = child.frame.scope
    if not scope.is_method:
        return None
    is_super = (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and _called_name(node.func.value) == "super"
    )
    if is_super:
        first = next(iter(caller.scope.arguments.args), None) if caller.scope.arguments else None
        return caller.names.get(first.arg) if first else None
    if scope.name in _CONSTRUCTORS:
        earlier = [
            each.frame.names
            for each in caller.results_of(node)
            if each is not child and each.frame.scope.name in _CONSTRUCTORS
        ]
        known = next((names["self"] for names in earlier if "self" in names), None)
        kind = _called_name(node)
        return known or Shadow(
            object=ShadowObject(kind=kind if caller.world.class_named(kind) else scope.owner)
        )
    return (
        value_of(caller, node.func.value)
        if isinstance(node.func, ast.Attribute)
        else value_of(caller, node.func)
    )


def _operands(caller: Frame, node: ast.AST | None, name: str) -> list[Shadow] | None:
    """Return what a special method was given by the expression that stands for it."""
    parts: list[ast.AST] = []
    if isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
        parts = [node.left, node.comparators[0]]
    elif isinstance(node, ast.Subscript):
        parts = [node.value, node.slice]
    elif isinstance(node, ast.Attribute):
        parts = [node.value]
    if not parts:
        return None
    if name.startswith("__r") or name == "__contains__":
        parts.reverse()
    return [value_of(caller, each) for each in parts]


def _parts(caller: Frame, node: ast.AST | None) -> list[Shadow]:
    """Return what a call may have been given, of which only the place is known, or not even that."""
    if node is None:
        named = (each for step in caller.current for each in in_order(step) if isinstance(each, ast.Name))
        return [value_of(caller, each) for each in named]
    if isinstance(node, ast.Name):
        return [value_of(caller, node)]
    return [value_of(caller, each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
