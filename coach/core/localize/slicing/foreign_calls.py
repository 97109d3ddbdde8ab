"""Calls into code that is not the project's: their arguments are followed, and what containers' own methods do is known."""

import ast
import builtins
from collections.abc import Callable
from typing import Any

from coach.core.localize.slicing.frames import Frame
from coach.core.localize.slicing.parts import either, item_of
from coach.core.localize.slicing.shadow import (
    NOTHING,
    UNKNOWN,
    Shadow,
    ShadowObject,
    attribute_key,
    deep,
    merged,
)

Evaluate = Callable[[Frame, ast.AST], Shadow]
_MOVES = frozenset(
    ("pop", "popitem", "popleft", "insert", "remove", "sort", "reverse", "clear", "discard", "add", "extend", "update",
     "appendleft", "extendleft", "rotate", "push", "put", "write", "writelines", "subtract")
)  # fmt: skip
"""Methods that change what they are called on."""
_KEEPS = frozenset(
    ("get", "items", "keys", "values", "copy", "index", "count", "join", "split", "strip", "format", "replace", "encode",
     "decode", "startswith", "endswith", "union", "intersection", "difference", "issubset", "quantize", "search", "match")
)  # fmt: skip
"""Methods that change nothing."""
CALL_BACK = frozenset(dir(builtins)) | _MOVES | _KEEPS | {"reduce", "partial", "setdefault", "append"}
"""Names of foreign functions that may call what they are given."""
_KINDS = {"list": "list", "dict": "dict", "tuple": "tuple", "set": "set", "sorted": "list"}


def called_foreign(frame: Frame, node: ast.Call, value_of: Evaluate, back: list[Shadow]) -> Shadow:
    """Return what is known of a foreign call's value, and let containers have what their methods did.

    Args:
        frame: the caller.
        node: the call.
        value_of: how its parts are evaluated.
        back: what own functions gave that the call called back.

    """
    values = [value_of(frame, each) for each in node.args]
    named = {each.arg or "**": value_of(frame, each.value) for each in node.keywords}
    given = merged([*values, *named.values(), *back])
    opaque = given.opaque | _opaque(frame, node)
    if isinstance(node.func, ast.Attribute):
        base = value_of(frame, node.func.value)
        if base.object is not None:
            return _method(frame, node, base, values, given)
        return Shadow(deep([base]) | given.uses, opaque=base.opaque | opaque)
    if isinstance(node.func, ast.Name):
        kind = frame.scope.owner if node.func.id == "cls" and frame.scope.owner else node.func.id
        if frame.world.class_named(kind):
            return _instance(frame, kind, values, named, given)
        if node.func.id in _KINDS:
            thing = _copied(_KINDS[node.func.id], values if not named and not back else [], given)
            return Shadow(NOTHING, thing, opaque=given.opaque)
        return Shadow(given.uses | deep([value_of(frame, node.func)]), opaque=opaque)
    return merged([given, value_of(frame, node.func)])


NO_NAMES: frozenset[str] = frozenset()
_OUTSIDE = frozenset(("open", "input", "__import__", "eval", "exec"))
"""Builtins whose value does not come from their arguments alone."""


def _opaque(frame: Frame, node: ast.Call) -> frozenset[str]:
    """Return the name of a function that nobody looks into: no builtin, and no own generator that only begins later."""
    name = ast.unparse(node.func)
    is_plain = isinstance(node.func, ast.Name) and node.func.id in CALL_BACK - _OUTSIDE
    is_method = isinstance(node.func, ast.Attribute) and not _is_module(frame, node.func)
    if is_plain or is_method or frame.world.has_function(name.rpartition(".")[2]):
        return NO_NAMES
    return frozenset({name[:60]})


def _is_module(frame: Frame, function: ast.Attribute) -> bool:
    """Whether a method belongs to what a module imported, not to a value."""
    first: ast.AST = function
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and first.id not in frame.names and first.id not in frame.scope.stored


def _copied(kind: str, values: list[Shadow], given: Shadow) -> ShadowObject:
    """A new container of what another one holds."""
    other = values[0].object if len(values) == 1 else None
    if not values and not given.uses:
        return ShadowObject(kind=kind, length=0)
    if other is not None and kind in {"list", "tuple"} and other.length is not None:
        parts = {index: item_of(values[0], Shadow(known=index)) for index in range(other.length)}
        return ShadowObject(kind=kind, parts=dict(parts), length=other.length)
    if other is not None and kind == other.kind == "dict":
        parts = {key: each.plus(values[0].uses) for key, each in other.parts.items()}
        return ShadowObject(kind=kind, parts=parts, rest=other.rest | other.made)
    return ShadowObject(kind=kind, rest=given.uses)


def _instance(
    frame: Frame, kind: str, values: list[Shadow], named: dict[str, Shadow], given: Shadow
) -> Shadow:
    """An instance whose ``__init__`` is generated: it holds its arguments under the names of its fields."""
    fields = frame.world.fields(kind)
    if frame.world.has_own_init(kind) or len(values) > len(fields) or "**" in named:
        return Shadow(object=ShadowObject(kind=kind, made=given.uses))
    held = {**dict(zip(fields, values, strict=False)), **named}
    is_known = set(held) <= set(fields)
    parts: dict[Any, Shadow] = {attribute_key(name): each for name, each in held.items()}
    return Shadow(
        object=ShadowObject(
            kind=kind, parts=parts if is_known else {}, made=NOTHING if is_known else given.uses
        )
    )


def _method(frame: Frame, node: ast.Call, base: Shadow, values: list[Shadow], given: Shadow) -> Shadow:
    """A foreign method of a known object."""
    assert isinstance(node.func, ast.Attribute)
    thing, name = base.object, node.func.attr
    assert thing is not None
    if name == "append" and len(values) == 1:
        _append(frame, node, base, values[0])
        return Shadow(known=None)
    if name in {"get", "setdefault"} and values and thing.kind == "dict":
        return _looked_up(frame, node, base, values)
    whole = deep([base]) | given.uses
    if name in _MOVES or (name not in _KEEPS and given.uses and thing.kind not in {"str", "int", "float"}):
        text = f"{ast.unparse(node.func)}()"
        made = frame.define(node, text, "item set", given.plus(base.uses), is_sure=name in _MOVES)
        if name == "extend" and _extend(thing, values, made):
            return Shadow(known=None)
        if not (name == "pop" and not values and _pop_last(thing)):
            thing.collapse(made.uses)
    return Shadow(whole, opaque=given.opaque)


def _append(frame: Frame, node: ast.Call, base: Shadow, value: Shadow) -> None:
    assert isinstance(node.func, ast.Attribute)
    thing = base.object
    assert thing is not None
    made = frame.define(node, f"{ast.unparse(node.func.value)}[-1]", "item set", value.plus(base.uses))
    if thing.length is None:
        thing.parts["?", len(thing.parts)] = made
    else:
        thing.parts[thing.length] = made
        thing.length += 1


def _extend(thing: ShadowObject, values: list[Shadow], made: Shadow) -> bool:
    """Put the items of a list behind those of another; returns whether both are known item by item."""
    other = values[0].object if len(values) == 1 else None
    if other is None or other.length is None or thing.length is None:
        return False
    for index in range(other.length):
        part = item_of(values[0], Shadow(known=index))
        thing.parts[thing.length + index] = Shadow(part.uses | made.uses, part.object, part.known)
    thing.length += other.length
    return True


def _pop_last(thing: ShadowObject) -> bool:
    if not thing.length:
        return False
    thing.length -= 1
    thing.parts.pop(thing.length, None)
    return True


def _looked_up(frame: Frame, node: ast.Call, base: Shadow, values: list[Shadow]) -> Shadow:
    """``get`` or ``setdefault`` of a dict: the item, else the default."""
    assert isinstance(node.func, ast.Attribute)
    thing, key = base.object, values[0]
    assert thing is not None
    default = values[1] if len(values) > 1 else Shadow(known=None)
    is_whole = (
        not thing.rest
        and not thing.made
        and not any(isinstance(each, tuple) and each[:1] == ("?",) for each in thing.parts)
    )
    if key.known is not UNKNOWN and key.known in thing.parts:
        return item_of(base, key)
    absent = key.known is not UNKNOWN and is_whole
    if node.func.attr == "setdefault":
        made = frame.define(node, f"{ast.unparse(node.func.value)}[…]", "item set", default.plus(key.uses))
        if key.known is UNKNOWN:
            thing.parts["?", len(thing.parts)] = made
        else:
            thing.parts[key.known] = made
        return made.plus(base.uses) if absent else either([item_of(base, key), made])
    return default.plus(base.uses | key.uses) if absent else either([item_of(base, key), default])
