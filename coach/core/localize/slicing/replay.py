"""Replays the record of a test over the text of its files: each statement that ran has its effect on shadows of values.

It computes nothing that the test computed, and asks nothing of its objects. What a statement made is known when the next
one of its frame begins; what it called was replayed by then.
"""

import ast
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from coach.core.localize.slicing.arguments import bind_arguments, bind_defaults, expression_of
from coach.core.localize.slicing.def_use import Scope, Source, is_within
from coach.core.localize.slicing.evaluate import Comprehension, value_of
from coach.core.localize.slicing.frames import Child, Frame, World
from coach.core.localize.slicing.record import Called, Left, Names, Raised, Reached, Record, Step, Token
from coach.core.localize.slicing.shadow import UNKNOWN, Shadow, ShadowObject, reachable
from coach.core.localize.slicing.statements import perform

Watch = Callable[[Frame, ast.stmt], None]
"""Called after each statement that ran or raised, while what it read is still known."""
_LITERALS = {"int", "float", "bool", "str", "NoneType"}
_CONDITIONAL = ast.IfExp | ast.BoolOp | ast.Lambda | Comprehension


class Replay:
    """One pass over a record."""

    def __init__(self, record: Record, sources: Mapping[str, Source], watch: Watch) -> None:
        self.world = World(sources)
        self._record, self._sources, self._watch = record, sources, watch
        self._frames: dict[int, Frame] = {}
        self._scopes: dict[int, tuple[Source, Scope] | None] = {}

    def run(self) -> None:
        """Replay all steps."""
        for step in self._record.steps:
            self._take(step)
        for frame in list(self._frames.values()):
            if frame.current and not frame.is_aborted:
                self._abort(frame)

    def _take(self, step: Step) -> None:
        match step:
            case Reached():
                self._reached(step)
            case Called():
                self._called(step)
            case Left():
                self._left(step)
            case Raised():
                if (frame := self._frames.get(step.frame)) is not None:
                    self._abort(frame)

    # ---- lines ------------------------------------------------------------------------------------------------------

    def _reached(self, step: Reached) -> None:
        frame = self._frames.get(step.frame) or self._open(step.frame, step.code, None)
        if frame is None:
            return
        steps = frame.scope.steps.get(step.line, [])
        if not steps or (
            steps == frame.current and not frame.is_aborted and not _is_again(steps[0], step.line)
        ):
            handler = frame.scope.handlers.get(step.line)
            if handler is not None:
                self._complete(frame, None)
                self._caught(frame, handler)
            self._see(frame, step.names)
            return
        self._complete(frame, steps[0])
        frame.current, frame.is_aborted = steps, False
        self._see(frame, step.names)

    def _complete(self, frame: Frame, following: ast.stmt | None) -> None:
        steps, frame.current = frame.current, []
        if not frame.is_aborted:
            for step, after in zip(steps, [*steps[1:], following], strict=False):
                frame.current = [step]
                perform(frame, step, after)
                self._watch(frame, step)
                frame.previous = step
        frame.current, frame.is_aborted = [], False
        frame.children.clear()
        frame.remembered.clear()

    def _abort(self, frame: Frame) -> None:
        """A statement ended by an exception: it bound nothing."""
        if frame.is_aborted:
            return
        for step in frame.current:
            if isinstance(step, ast.Raise):
                perform(frame, step, None)
            self._watch(frame, step)
            frame.previous = step
        frame.is_aborted = True

    def _caught(self, frame: Frame, handler: ast.ExceptHandler) -> None:
        if handler.name:
            made = frame.define(handler, handler.name, "caught", self.world.raised)
            frame.names[handler.name] = Shadow(made.uses, ShadowObject(made=made.uses))

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _open(self, number: int, code: int, caller: Frame | None) -> Frame | None:
        if code not in self._scopes:
            self._scopes[code] = self._scope(code)
        known = self._scopes[code]
        if known is None:
            return None
        frame = Frame(self.world, number, *known, caller)
        self._frames[number] = frame
        self.world.newest[frame.scope.node] = frame
        return frame

    def _scope(self, code: int) -> tuple[Source, Scope] | None:
        known = self._record.codes.get(code)
        source = self._sources.get(known.path) if known else None
        scope = source.scope(known.line, known.name) if known and source else None
        return (source, scope) if source and scope else None

    def _called(self, step: Called) -> None:
        caller, known = self._frames.get(step.caller), self._frames.get(step.frame)
        frame = known or self._open(step.frame, step.code, caller)
        if frame is None:
            return
        if caller is not None:
            node = expression_of(caller, step.position, frame.scope.name)
            child = Child(node, frame, step.is_direct)
            if known is None:
                self._remember(caller, node)
                bind_arguments(caller, child)
            caller.children.append(child)
            frame.link = child
        elif known is None:
            self._fixtures(frame)
        bind_defaults(frame)
        self._see(frame, step.names)

    def _fixtures(self, frame: Frame) -> None:
        """Nobody of the project called it: its arguments are what functions of their names gave before."""
        arguments = frame.scope.arguments
        for each in [*arguments.args, *arguments.kwonlyargs] if arguments else ():
            if each.arg in self.world.returned:
                given = self.world.returned[each.arg]
                frame.names[each.arg] = frame.define(each, each.arg, "argument", given)

    def _remember(self, caller: Frame, node: ast.AST | None) -> None:
        """Keep what the statement read before this call: the call may change it."""
        for step in caller.current:
            for each in _read_before(step, node):
                if each not in caller.remembered:
                    caller.remembered[each] = value_of(caller, each)

    def _left(self, step: Left) -> None:
        frame = self._frames.get(step.frame)
        if frame is None:
            return
        if step.is_yield:
            self._yielded(frame)
        elif step.value is not None:
            self._complete(frame, None)
        elif not frame.is_aborted:
            self._abort(frame)
        self._see(frame, step.names)
        if step.value is not None:
            frame.result = self._identified(frame.result, step.value)
            if frame.caller is None:
                self.world.returned[frame.scope.name] = frame.result
        if frame.link is not None:
            frame.link.result = frame.result if step.value is not None else None
        if not step.is_yield:
            self._frames.pop(step.frame, None)

    def _yielded(self, frame: Frame) -> None:
        for step in frame.current:
            for each in ast.walk(step):
                if isinstance(each, ast.Yield) and each.value is not None:
                    value = value_of(frame, each.value)
                    frame.result = frame.define(each, f"{frame.scope.name}()", "returned", value)
                elif isinstance(each, ast.YieldFrom | ast.Await):
                    inner = [one.result for one in frame.children if one.result is not None]
                    frame.result = inner[-1] if inner else value_of(frame, each.value)
        frame.children = [each for each in frame.children if each.frame.number in self._frames]

    # ---- values that were seen --------------------------------------------------------------------------------------

    def _see(self, frame: Frame, names: Names) -> None:
        """Take in what names hold now: the value itself, or which object it is."""
        frame.seen.update(names)
        unchanged = [
            (name, frame.seen[name])
            for name in frame.bound - {name for name, _ in names}
            if name in frame.seen
        ]
        frame.bound.clear()
        for name, token in (*names, *((name, replace(token, size=None)) for name, token in unchanged)):
            if name in frame.names:
                frame.names[name] = self._identified(frame.names[name], token)
            elif (
                name in frame.scope.stored
                and frame.scope.arguments is not None
                and _is_first(frame.scope, name)
            ):
                frame.names[name] = self._identified(Shadow(), token, is_given=True)

    def _identified(self, shadow: Shadow, token: Token, *, is_given: bool = False) -> Shadow:
        """Return a shadow with what was seen of its value."""
        newest = self.world.definitions[max(shadow.uses)] if shadow.uses else None
        if newest is not None and len(shadow.uses) == 1:
            newest.value = token.text
        if not token.identity:
            return Shadow(shadow.uses, known=_literal(token), opaque=shadow.opaque)
        thing = shadow.object
        if thing is None:
            thing = self._object(shadow, token, is_given=is_given)
        thing.kind = token.kind if not thing.kind or thing.kind == "generator" else thing.kind
        if token.size is not None and token.size != thing.length:
            thing.collapse(frozenset())  # something changed it unseen
            thing.length = token.size
        self.world.objects[token.identity] = thing
        return Shadow(shadow.uses, thing, opaque=shadow.opaque)

    def _object(self, shadow: Shadow, token: Token, *, is_given: bool) -> ShadowObject:
        """Return the known object of an identity, when what gave it could have it; identities are used again."""
        known = self.world.objects.get(token.identity)
        if known is not None and known.kind == token.kind and (is_given or self._is_held(known)):
            return known
        return ShadowObject(kind=token.kind, made=shadow.uses)

    def _is_held(self, wanted: ShadowObject) -> bool:
        held = [
            each
            for frame in self._frames.values()
            for each in frame.names.values()
            if each.object is not None
        ]
        return any(each is wanted for each in reachable(held))


def _is_again(step: ast.stmt, line: int) -> bool:
    """Whether the same line again means that the statement runs again, and not that it goes on."""
    if isinstance(step, ast.For | ast.AsyncFor | ast.While):
        return True
    is_one_line = step.lineno == (step.end_lineno or step.lineno) == line
    return is_one_line and not any(isinstance(each, Comprehension) for each in ast.walk(step))


def _read_before(node: ast.AST, call: ast.AST | None) -> list[ast.expr]:
    """Return the attributes and items that a statement certainly reads before it comes to a call."""
    found: list[ast.expr] = []

    def walk(each: ast.AST) -> bool:
        if each is call:
            return True
        if isinstance(each, ast.stmt) and each is not node:
            return False
        if isinstance(each, _CONDITIONAL):
            return call is not None and is_within(each, call)
        parts = list(ast.iter_child_nodes(each))
        if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
            parts = [each.value]
        for part in parts:
            if walk(part):
                return True
        if isinstance(each, ast.Attribute | ast.Subscript) and isinstance(each.ctx, ast.Load):
            found.append(each)
        return False

    walk(node)
    return found


def _is_first(scope: Scope, name: str) -> bool:
    arguments = scope.arguments
    return arguments is not None and name in {
        each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }


def _literal(token: Token) -> object:
    if token.kind in _LITERALS:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            found = ast.literal_eval(token.text)
            return found if type(found).__name__ == token.kind else UNKNOWN
    return UNKNOWN
