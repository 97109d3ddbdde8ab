"""What an expression's value was made of, with the names as they are in a frame; calls of own code have been replayed.

Nothing is computed but plain numbers, texts and comparisons of values that were recorded: keys of items and which
branch of ``a if c else b`` was taken are found by them. What stays unknown counts as a whole: all that it may be.
"""

import ast
from collections.abc import Callable
from typing import Any

from coach.core.localize.slicing.arithmetic import computed
from coach.core.localize.slicing.foreign_calls import CALL_BACK, called_foreign
from coach.core.localize.slicing.frames import Child, Frame, lookup, store
from coach.core.localize.slicing.parts import attribute_of, either, item_of, truth
from coach.core.localize.slicing.shadow import (
    NOTHING,
    UNKNOWN,
    Shadow,
    ShadowObject,
    container,
    deep,
    merged,
)


def value_of(frame: Frame, node: ast.AST) -> Shadow:
    """Return what is known of an expression's value."""
    if node in frame.remembered:
        return frame.remembered[node]
    way = _WAYS.get(type(node), _whole)
    return way(frame, node)


def _whole(frame: Frame, node: ast.AST) -> Shadow:
    """Any other expression: it depends on all of its parts."""
    parts = [value_of(frame, each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    return merged([*parts, *_results(frame, node)])


def _results(frame: Frame, node: ast.AST) -> list[Shadow]:
    return [each.result for each in frame.results_of(node) if each.result is not None]


def _constant(_frame: Frame, node: ast.Constant) -> Shadow:
    is_plain = node.value is None or type(node.value) in {int, float, str, bool}
    return Shadow(known=node.value) if is_plain else Shadow()


def _name(frame: Frame, node: ast.Name) -> Shadow:
    return lookup(frame, node.id)


def _attribute(frame: Frame, node: ast.Attribute) -> Shadow:
    if results := _results(frame, node):
        return _one_of(results)
    if isinstance(node.value, ast.Name) and node.value.id not in frame.names:
        found = frame.world.module_attribute(frame.source, node.value.id, node.attr)
        if found is None:
            found = frame.world.class_attribute(node.value.id, node.attr)
        if found is not None:
            return found
    return attribute_of(frame, value_of(frame, node.value), node.attr)


def _subscript(frame: Frame, node: ast.Subscript) -> Shadow:
    if results := _results(frame, node):
        return _one_of(results)
    base = value_of(frame, node.value)
    if isinstance(node.slice, ast.Slice):
        uses = deep([base, _whole(frame, node.slice)])
        return Shadow(base.uses | uses, ShadowObject(rest=uses))
    return item_of(base, value_of(frame, node.slice))


def _one_of(results: list[Shadow]) -> Shadow:
    return results[0] if len(results) == 1 else merged(results)


def _binary(frame: Frame, node: ast.BinOp) -> Shadow:
    left, right = value_of(frame, node.left), value_of(frame, node.right)
    if results := _results(frame, node):
        return _one_of(results)
    return _with_known(merged([left, right]), type(node.op), left.known, right.known)


def _compare(frame: Frame, node: ast.Compare) -> Shadow:
    sides = [value_of(frame, each) for each in (node.left, *node.comparators)]
    if results := _results(frame, node):
        return _one_of(results)
    both = merged(sides)
    return _with_known(both, type(node.ops[0]), sides[0].known, sides[1].known) if len(sides) == 2 else both


def _with_known(shadow: Shadow, kind: type, left: Any, right: Any) -> Shadow:
    return Shadow(shadow.uses, known=computed(kind, left, right), opaque=shadow.opaque)


def _unary(frame: Frame, node: ast.UnaryOp) -> Shadow:
    value = _whole(frame, node)
    known = value_of(frame, node.operand).known
    if isinstance(node.op, ast.USub) and type(known) in {int, float}:
        return Shadow(value.uses, known=-known)
    if isinstance(node.op, ast.Not) and known is not UNKNOWN:
        return Shadow(value.uses, known=not known)
    return value


def _choice(frame: Frame, node: ast.IfExp) -> Shadow:
    test = truth(value_of(frame, node.test))
    if test is not None:
        return value_of(frame, node.body if test else node.orelse)
    return either([value_of(frame, node.body), value_of(frame, node.orelse)])


def _boolean(frame: Frame, node: ast.BoolOp) -> Shadow:
    stops = isinstance(node.op, ast.Or)
    seen = []
    for each in node.values:
        value = value_of(frame, each)
        test = truth(value)
        if each is node.values[-1] or test is None or test is stops:
            seen.append(value)
        if test is stops:
            break
    return seen[0] if len(seen) == 1 else either(seen)


def _sequence(frame: Frame, node: ast.List | ast.Tuple) -> Shadow:
    items: dict[Any, Shadow] = {}
    rest = NOTHING
    length: int | None = 0
    for each in node.elts:
        if not isinstance(each, ast.Starred):
            items[len(items) if length is not None else ("?", len(items))] = value_of(frame, each)
            length = None if length is None else length + 1
            continue
        inner = value_of(frame, each.value)
        if inner.object is not None and inner.object.length is not None and length is not None:
            for index in range(inner.object.length):
                items[length] = item_of(inner, Shadow(known=index))
                length += 1
        else:
            rest, length = rest | deep([inner]), None
    return container(items, kind="list" if isinstance(node, ast.List) else "tuple", rest=rest, length=length)


def _set(frame: Frame, node: ast.Set) -> Shadow:
    return container({}, kind="set", rest=merged(value_of(frame, each) for each in node.elts).uses)


def _dict(frame: Frame, node: ast.Dict) -> Shadow:
    items: dict[Any, Shadow] = {}
    rest = NOTHING
    for name, each in zip(node.keys, node.values, strict=True):
        value = value_of(frame, each)
        key = Shadow() if name is None else value_of(frame, name)
        if name is not None and key.known is not UNKNOWN:
            items[key.known] = value.plus(key.uses)
        else:
            rest |= deep([value, key])
    return container(items, kind="dict", rest=rest)


_MAX_TURNS = 100
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_KINDS = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator"}


def _comprehension(frame: Frame, node: Comprehension) -> Shadow:
    """Each item depends on what its own turn read; where the turns are not known, on all that any of them read."""
    parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    values = value_of(frame, node.generators[0].iter)
    known = turns(frame, node)
    made: list[list[Shadow]] = []
    before, kept = frame.names, frame.remembered
    for index, element in enumerate([merged([values])] if known is None else known):
        frame.names, frame.remembered = dict(before), dict(kept)
        frame.turn = (index, len(known)) if known is not None else None
        read = [] if known is not None else _bind_all(frame, node)
        if known is not None:
            assign_turn(frame, node.generators[0].target, element)
        made.append([*(value_of(frame, each) for each in parts), *read])
    frame.names, frame.remembered, frame.turn = before, kept, None
    return _collected(node, values, made, is_known=known is not None)


def _collected(node: Comprehension, values: Shadow, made: list[list[Shadow]], *, is_known: bool) -> Shadow:
    """Return the container that a comprehension makes of its turns."""
    kind = _KINDS[type(node)]
    every = merged(each for turn in made for each in turn)
    if not is_known or kind == "set":
        return Shadow(NOTHING, ShadowObject(kind=kind, rest=every.uses | values.uses), opaque=every.opaque)
    if kind != "dict":
        items = {index: turn[0].plus(values.uses) for index, turn in enumerate(made)}
        return Shadow(
            NOTHING, ShadowObject(kind=kind, parts=dict(items), length=len(made)), opaque=every.opaque
        )
    if any(key.known is UNKNOWN for key, _ in made):
        return Shadow(NOTHING, ShadowObject(kind=kind, rest=every.uses | values.uses), opaque=every.opaque)
    held = {key.known: value.plus(key.uses | values.uses) for key, value in made}
    return Shadow(NOTHING, ShadowObject(kind=kind, parts=held), opaque=every.opaque)


def turns(frame: Frame, node: Comprehension) -> list[Shadow] | None:
    """Return the items for which a comprehension made one; None: it is not known which passed its conditions."""
    [one, *more] = node.generators
    values = value_of(frame, one.iter)
    thing = values.object
    if (
        more
        or _results(frame, one.iter)
        or thing is None
        or thing.length is None
        or thing.length > _MAX_TURNS
    ):
        return None
    passed: list[Shadow] = []
    before, kept = frame.names, frame.remembered
    tests: list[bool | None] = []
    for index in range(thing.length):
        element = item_of(values, Shadow(known=index))
        frame.names, frame.remembered = dict(before), dict(kept)
        assign_turn(frame, one.target, element)
        tests = [truth(value_of(frame, test)) for test in one.ifs]
        passed += [element] if all(tests) else []
        if None in tests:
            break
    frame.names, frame.remembered = before, kept
    return None if None in tests else passed


def assign_turn(frame: Frame, target: ast.expr, element: Shadow) -> None:
    """Let the names of a comprehension have one item, without a place of their own."""
    if isinstance(target, ast.Name):
        frame.names[target.id] = element
    elif isinstance(target, ast.Tuple | ast.List) and not any(
        isinstance(each, ast.Starred) for each in target.elts
    ):
        for index, each in enumerate(target.elts):
            part = item_of(element, Shadow(known=index)) if element.object is not None else element
            assign_turn(frame, each, part)
    else:
        bind_whole(frame, target, merged([element]))


def _bind_all(frame: Frame, node: Comprehension) -> list[Shadow]:
    """Let the names of a comprehension depend on all items; returns what its conditions and iterables depend on."""
    read = []
    for each in node.generators:
        read.append(merged([value_of(frame, each.iter), *_results(frame, each.iter)]))
        bind_whole(frame, each.target, read[-1])
        read += [value_of(frame, test) for test in each.ifs]
    return read


def bind_whole(frame: Frame, target: ast.AST, shadow: Shadow) -> None:
    """Let every name of a target depend on the same."""
    for each in ast.walk(target):
        if isinstance(each, ast.Name):
            frame.names[each.id] = Shadow(shadow.uses)


def _named(frame: Frame, node: ast.NamedExpr) -> Shadow:
    made = frame.define(node, node.target.id, "assigned", value_of(frame, node.value))
    store(frame, node.target.id, made)
    frame.remembered[node] = made  # what has an effect is not evaluated twice
    return made


def _call(frame: Frame, node: ast.Call) -> Shadow:
    frame.remembered[node] = value = _result_of(frame, node)
    return value


def _result_of(frame: Frame, node: ast.Call) -> Shadow:
    called = frame.results_of(node)
    own = [each for each in called if is_own_call(node, each)]
    if own:
        return _one_of([_returned(each) for each in own])
    if any(each.frame.scope.name == "__post_init__" for each in called):
        return Shadow(object=called[-1].frame.names.get("self", Shadow()).object)
    return called_foreign(frame, node, value_of, [each.result for each in called if each.result])


def is_own_call(node: ast.AST, child: Child) -> bool:
    """Whether a call ran this function itself, and not foreign code that called it back."""
    scope = child.frame.scope
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if scope.name == name:
        return True
    if scope.name in {"__init__", "__new__"}:
        return child.is_direct
    return child.is_direct and name not in CALL_BACK and scope.name != "__post_init__"


def _returned(child: Child) -> Shadow:
    """Return what a call gave: a new instance where it made one."""
    if child.frame.scope.name == "__init__" and child.frame.scope.arguments is not None:
        own = child.frame.scope.arguments
        first = next(iter([*own.posonlyargs, *own.args]), None)
        return (
            Shadow(object=child.frame.names[first.arg].object)
            if first and first.arg in child.frame.names
            else Shadow()
        )
    return child.result or Shadow()


def _passed_on(frame: Frame, node: ast.Await | ast.Starred) -> Shadow:
    results = _results(frame, node)
    return results[-1] if results else value_of(frame, node.value)


def _nothing(_frame: Frame, _node: ast.AST) -> Shadow:
    return Shadow()


_WAYS: dict[type, Callable[..., Shadow]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.IfExp: _choice,
    ast.BoolOp: _boolean,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.NamedExpr: _named,
    ast.Call: _call,
    ast.Await: _passed_on,
    ast.Starred: _passed_on,
    ast.YieldFrom: _passed_on,
    ast.Yield: _nothing,
    ast.Lambda: _nothing,
}
