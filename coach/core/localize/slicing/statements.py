"""What a statement that has run did to names, attributes and items."""

import ast
from collections.abc import Callable
from typing import Any

from coach.core.localize.origins import How
from coach.core.localize.slicing.arguments import in_order
from coach.core.localize.slicing.arithmetic import computed
from coach.core.localize.slicing.evaluate import value_of
from coach.core.localize.slicing.frames import Frame, store
from coach.core.localize.slicing.parts import item_of, place_of
from coach.core.localize.slicing.shadow import (
    UNKNOWN,
    Shadow,
    ShadowObject,
    attribute_key,
    container,
    deep,
    merged,
)


def perform(frame: Frame, step: ast.stmt, following: ast.stmt | None) -> None:
    """Let a statement have its effect.

    Args:
        frame: where it ran.
        step: the statement; of a compound one its head.
        following: what ran after it in the same frame; None: nothing.

    """
    way = _WAYS.get(type(step))
    if isinstance(step, ast.For | ast.AsyncFor):
        _iterate(frame, step, following)
    elif way is not None:
        way(frame, step)


def bind(frame: Frame, target: ast.expr, value: Shadow, at: ast.AST, how: How = "assigned") -> None:
    """Let a target have a value."""
    if isinstance(target, ast.Name):
        made_how: How = "read from outside" if how == "assigned" and value.opaque and not value.uses else how
        store(frame, target.id, frame.define(at, target.id, made_how, value))
    elif isinstance(target, ast.Starred):
        bind(frame, target.value, value, at, how)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(frame, target, value, at, how)
    elif isinstance(target, ast.Attribute):
        base = value_of(frame, target.value)
        if base.object is not None:
            made = frame.define(at, ast.unparse(target), "attribute set", value.plus(base.uses))
            base.object.parts[attribute_key(target.attr)] = made
    elif isinstance(target, ast.Subscript):
        _set_item(frame, target, value, at)


def _set_item(frame: Frame, target: ast.Subscript, value: Shadow, at: ast.AST) -> None:
    base = value_of(frame, target.value)
    is_slice = isinstance(target.slice, ast.Slice)
    key = (
        merged([value_of(frame, each) for each in _bounds(target.slice)])
        if is_slice
        else value_of(frame, target.slice)
    )
    thing = base.object
    if thing is None:
        return
    made = frame.define(at, ast.unparse(target), "item set", value.plus(base.uses | key.uses))
    place = UNKNOWN if is_slice else place_of(thing, key)
    if is_slice:
        thing.collapse(made.uses | deep([value]))
    elif place is UNKNOWN:
        thing.parts["?", len(thing.parts)] = made
        thing.rest |= made.uses
        for where, each in list(thing.parts.items()):  # any of them may have been replaced
            thing.parts[where] = each.plus(made.uses) if not isinstance(where, tuple) else each
    else:
        thing.parts[place] = made


def _bounds(node: ast.AST) -> list[ast.expr]:
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _unpack(frame: Frame, target: ast.Tuple | ast.List, value: Shadow, at: ast.AST, how: How) -> None:
    starred = next((index for index, each in enumerate(target.elts) if isinstance(each, ast.Starred)), None)
    length = value.object.length if value.object is not None else None
    for index, each in enumerate(target.elts):
        if starred is None or index < starred:
            part = _part(value, index)
        elif index > starred and length is not None:
            part = _part(value, length - len(target.elts) + index)
        else:
            part = Shadow(value.uses | deep([value]), ShadowObject(kind="list", rest=deep([value])))
        bind(frame, each, part, at, how)


def _part(value: Shadow, index: int) -> Shadow:
    if value.object is None or (value.object.length is None and index not in value.object.parts):
        return Shadow(value.uses | deep([value]), opaque=value.opaque)
    return item_of(value, Shadow(known=index))


def _assign(frame: Frame, step: ast.Assign) -> None:
    value = value_of(frame, step.value)
    for target in step.targets:
        bind(frame, target, value, step)


def _annotated(frame: Frame, step: ast.AnnAssign) -> None:
    if step.value is not None:
        bind(frame, step.target, value_of(frame, step.value), step)


def _augmented(frame: Frame, step: ast.AugAssign) -> None:
    before = value_of(frame, step.target)
    more = value_of(frame, step.value)
    thing = before.object
    if thing is not None and thing.kind in {"list", "set", "dict"}:
        made = frame.define(step, ast.unparse(step.target), "item set", merged([more]))
        _extend(thing, more, made)
        bind(frame, step.target, Shadow(before.uses, thing), step)
        return
    known = computed(type(step.op), before.known, more.known)
    bind(
        frame,
        step.target,
        Shadow(deep([before, more]), known=known, opaque=before.opaque | more.opaque),
        step,
    )


def _extend(thing: ShadowObject, more: Shadow, made: Shadow) -> None:
    length = more.object.length if more.object is not None else None
    if thing.length is None or length is None:
        thing.collapse(made.uses | deep([more]))
        return
    for index in range(length):
        part = item_of(more, Shadow(known=index))
        thing.parts[thing.length + index] = Shadow(part.uses | made.uses, part.object, part.known)
    thing.length += length


def _returned(frame: Frame, step: ast.Return) -> None:
    value = value_of(frame, step.value) if step.value is not None else Shadow(known=None)
    frame.result = frame.define(step, f"{frame.scope.name}()", "returned", value)


def _evaluated(frame: Frame, step: ast.stmt) -> None:
    """Evaluate what a statement reads, for the effects of calls in it."""
    for each in heads(step):
        value_of(frame, each)


def heads(step: ast.stmt) -> list[ast.expr]:
    """Return the expressions of a statement itself, not those of its body."""
    return [each for each in ast.iter_child_nodes(step) if isinstance(each, ast.expr)]


def lines_of_head(step: ast.stmt) -> range:
    """Return the lines of a statement without those of its body."""
    ends = [each.end_lineno or each.lineno for each in heads(step)]
    return range(step.lineno, max([step.lineno, *ends]) + 1)


def _with(frame: Frame, step: ast.With | ast.AsyncWith) -> None:
    for item in step.items:
        value = value_of(frame, item.context_expr)
        entered = [
            each.result
            for each in frame.children
            if each.frame.scope.name in {"__enter__", "__aenter__"} and each.result is not None
        ]
        if item.optional_vars is not None:
            given = (
                entered[0] if len(entered) == 1 else Shadow(deep([value]), value.object, opaque=value.opaque)
            )
            bind(frame, item.optional_vars, given, step)


def _deleted(frame: Frame, step: ast.Delete) -> None:
    for target in step.targets:
        if isinstance(target, ast.Name):
            frame.names.pop(target.id, None)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            thing = value_of(frame, target.value).object
            if thing is not None and thing.kind != "dict":
                thing.collapse(frozenset())
            elif thing is not None and isinstance(target, ast.Subscript):
                thing.parts.pop(value_of(frame, target.slice).known, None)


def _raised(frame: Frame, step: ast.Raise) -> None:
    if step.exc is not None:
        frame.world.raised = frame.define(
            step, "the exception", "caught", merged([value_of(frame, step.exc)])
        )


def _matched(frame: Frame, step: ast.Match) -> None:
    subject = value_of(frame, step.subject)
    whole = Shadow(deep([subject]), opaque=subject.opaque)
    for case in step.cases:
        for each in ast.walk(case.pattern):
            name = getattr(each, "name", None) or getattr(each, "rest", None)
            if isinstance(name, str):
                store(frame, name, frame.define(step, name, "assigned", whole, is_sure=False))


def _defined(frame: Frame, step: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    for each in (*step.args.defaults, *filter(None, step.args.kw_defaults)):
        frame.world.defaults[each] = value_of(frame, each)
    store(frame, step.name, Shadow())


def _iterate(frame: Frame, step: ast.For | ast.AsyncFor, following: ast.stmt | None) -> None:
    """The head of a loop: bind its target when the body comes next."""
    body = frame.world.bodies.setdefault(
        step, frozenset(id(inner) for each in step.body for inner in ast.walk(each))
    )
    is_first = step not in frame.loops or frame.previous is None or id(frame.previous) not in body
    if is_first:
        frame.loops[step] = (-1, value_of(frame, step.iter))
    if following is None or id(following) not in body:
        if not is_first:
            frame.loops.pop(step, None)
        return
    count, values = frame.loops[step]
    frame.loops[step] = (count + 1, values)
    given = [
        each.result
        for each in frame.children
        if each.result is not None and not _made_before(step, each.node)
    ]
    element = given[-1].plus(values.uses) if given else _element(frame, step.iter, values, count + 1)
    bind(frame, step.target, element, step, "iterated")


def _made_before(step: ast.For | ast.AsyncFor, node: ast.AST | None) -> bool:
    """Whether a call made what is iterated, and is no step of the iteration."""
    return node is not step.iter and node is not None and any(node is each for each in in_order(step.iter))


def _element(frame: Frame, iterated: ast.expr, values: Shadow, index: int) -> Shadow:
    """Return the next item of what is iterated."""
    if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) and not iterated.keywords:
        parts = (
            [value_of(frame, each) for each in iterated.args]
            if iterated.func.id in {"enumerate", "zip"}
            else []
        )
        if iterated.func.id == "enumerate" and len(parts) == 1:
            return container({0: Shadow(known=index), 1: _nth(parts[0], index)}, kind="tuple", length=2)
        if iterated.func.id == "zip" and parts:
            return container(
                {at: _nth(each, index) for at, each in enumerate(parts)}, kind="tuple", length=len(parts)
            )
    if (
        isinstance(iterated, ast.Call)
        and isinstance(iterated.func, ast.Attribute)
        and iterated.func.attr == "items"
    ):
        held = value_of(frame, iterated.func.value)
        keys = (
            list(held.object.parts)
            if held.object is not None and held.object.kind == "dict" and not held.object.rest
            else []
        )
        if index < len(keys) and not isinstance(keys[index], tuple):
            value = item_of(held, Shadow(known=keys[index]))
            return container({0: Shadow(held.uses, known=keys[index]), 1: value}, kind="tuple", length=2)
    return _nth(values, index)


def _nth(values: Shadow, index: int) -> Shadow:
    thing = values.object
    if thing is not None and thing.length is not None and index < thing.length:
        return item_of(values, Shadow(known=index))
    if thing is not None and thing.kind == "dict" and not thing.rest and index < len(thing.parts):
        return Shadow(values.uses | deep([values]), known=list(thing.parts)[index])
    return Shadow(values.uses | deep([values]), opaque=values.opaque)


_WAYS: dict[type, Callable[[Frame, Any], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _returned,
    ast.Expr: _evaluated,
    ast.Assert: _evaluated,
    ast.If: _evaluated,
    ast.While: _evaluated,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Delete: _deleted,
    ast.Raise: _raised,
    ast.Match: _matched,
    ast.FunctionDef: _defined,
    ast.AsyncFunctionDef: _defined,
}
