"""The backward slice: which definitions a value depends on, nearest first, and the answer made of them."""

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.localize.origins import MAX_ORIGINS, Condition, Origin, Origins, OriginsRequest
from coach.core.localize.slicing.def_use import Source, Steering
from coach.core.localize.slicing.evaluate import value_of
from coach.core.localize.slicing.frames import Frame
from coach.core.localize.slicing.record import Record
from coach.core.localize.slicing.replay import Replay
from coach.core.localize.slicing.shadow import Definition, Shadow, deep
from coach.core.localize.slicing.statements import heads, lines_of_head
from coach.core.loops.analysis.syntax import is_test_path

MAX_CONSTANTS = 12
"""Of the places that are kept so many may be constants that lie further away."""
_CONSTANT = frozenset({"module constant", "class attribute", "default"})
_MAX_CONDITIONS = 12
_MAX_OPAQUE = 12


_Slice = list[tuple[Definition, int]]
"""Definitions, nearest first, each with its distance."""


@dataclass(slots=True)
class _Asked:
    """Looks for the value that is asked about, each time that its line has run: the last time counts."""

    request: OriginsRequest
    wanted: ast.expr | None
    found: Shadow | None = None
    uses: frozenset[int] = frozenset()
    expression: str = ""
    value: str = ""
    function: str = ""
    condition: tuple[list[Shadow], str] | None = None
    """What the condition around a ``raise`` compared: that is what was wrong."""
    opaque: set[str] = field(default_factory=set)

    def __call__(self, frame: Frame, step: ast.stmt) -> None:
        if frame.source.path != self.request.path:
            return
        if self.request.line in lines_of_head(step):
            self.look(frame, step)
        elif self.wanted is None and isinstance(step, Steering) and self._steers(frame, step):
            self.condition = [value_of(frame, step.test)], ast.unparse(step.test)

    def _steers(self, frame: Frame, step: Steering) -> bool:
        """Whether a condition decided that the line ran that is asked about."""
        return any(
            frame.scope.steered.get(each) is step for each in frame.scope.steps.get(self.request.line, ())
        )

    def look(self, frame: Frame, step: ast.stmt) -> None:
        """Take the value as it is when a statement has run."""
        shadows, text = self._asked(frame, step)
        if not shadows:
            return
        self.found, self.expression, self.function = shadows[0], text, frame.scope.qualified
        self.uses = deep(shadows)
        newest = [
            frame.world.definitions[each].value for each in shadows[0].uses if len(shadows[0].uses) == 1
        ]
        self.value = newest[0] if newest else ""
        self.opaque = {name for each in shadows for name in each.opaque}

    def _asked(self, frame: Frame, step: ast.stmt) -> tuple[list[Shadow], str]:
        if self.wanted is None and isinstance(step, ast.Raise) and self.condition:
            return self.condition
        if self.wanted is None:
            return [value_of(frame, each) for each in heads(step)], ast.unparse(step).split("\n", 1)[0]
        parts = _parts_of(step)
        text = ast.unparse(self.wanted)
        own = _AsWritten(parts).visit(deepcopy(self.wanted))
        if _has_foreign_call(own, step):
            return [], text
        whole = value_of(frame, own)
        part = _joined(text, self.request.part) if self.request.compared else None
        if part is not None:
            within = value_of(frame, _AsWritten(parts).visit(part))
            if deep([within]) - whole.uses:
                return [within], ast.unparse(part)
        return [whole], text


class _AsWritten(ast.NodeTransformer):
    """Puts a statement's own expressions where another one says the same: what they called is known."""

    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self._parts = parts

    def visit(self, node: ast.AST) -> ast.AST:
        own = self._parts.get(ast.unparse(node)) if isinstance(node, ast.expr) else None
        return own or self.generic_visit(node)


def _parts_of(step: ast.stmt) -> dict[str, ast.expr]:
    """Return a statement's expressions by their text; what it sets before what it reads."""
    own = [each for head in heads(step) for each in ast.walk(head) if isinstance(each, ast.expr)]
    own.sort(key=lambda each: isinstance(getattr(each, "ctx", None), ast.Store))
    return {ast.unparse(each): each for each in own}


def _has_foreign_call(node: ast.AST, step: ast.stmt) -> bool:
    own = {id(each) for each in ast.walk(step)}
    return any(isinstance(each, ast.Call | ast.Await) and id(each) not in own for each in ast.walk(node))


def _joined(text: str, part: str) -> ast.expr | None:
    """Return the place within a value at which it differs, as an expression; None: it is no such place."""
    if not part:
        return None
    return _parsed(f"({text}){part}" if part.startswith("[") else f"({text}).{part}")


def origins_of(
    record: Record, sources: Mapping[str, Source], request: OriginsRequest, test: TestId
) -> Origins:
    """Return where a value of a recorded test came from.

    Args:
        record: what the test ran.
        sources: its own files, by path; those that cannot be read are missing.
        request: the value: an expression and the line where it is read.
        test: the test that was recorded.

    """
    beside = [request.beside] if request.beside and not request.expression else []
    sides = [_Asked(request, _parsed(each)) for each in (request.expression or request.compared, *beside)]

    def watch(frame: Frame, step: ast.stmt) -> None:
        for side in sides:
            side(frame, step)

    replay = Replay(record, sources, watch)
    replay.run()
    definitions = replay.world.definitions
    asked, ordered = _of_code([(side, backward(definitions, side.uses)) for side in sides], test)
    left_out = list(record.left_out)
    if asked.found is None:
        left_out.insert(0, _not_found(request))
    conditions = sorted({each for made, _ in ordered for each in made.conditions})
    opaque = asked.opaque.union(*(made.opaque for made, _ in ordered))
    return Origins(
        test=test,
        expression=asked.expression or request.expression,
        value=asked.value,
        path=request.path,
        line=request.line,
        function=asked.function,
        origins=tuple(_origin(*each) for each in kept_places(_distinct(ordered))),
        conditions=tuple(_condition(sources, *each) for each in conditions)[:_MAX_CONDITIONS],
        opaque=tuple(sorted(opaque))[:_MAX_OPAQUE],
        left_out=tuple(left_out),
    )


def _of_code(sides: Sequence[tuple[_Asked, _Slice]], test: TestId) -> tuple[_Asked, _Slice]:
    """Return the first of two compared values that code outside of tests made; where none did: the first.

    A helper that compares has the expected value on either side, and which one is wrong nobody says.
    """
    made = (side for side in sides if any(not _is_of_tests(each.path, test) for each, _ in side[1]))
    return next(made, sides[0])


def _is_of_tests(path: str, test: TestId) -> bool:
    return path == test.file or is_test_path(path)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body if text else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _not_found(request: OriginsRequest) -> str:
    if request.expression or request.compared:
        return f"{request.expression or request.compared} has no value at {request.path}:{request.line}: the line did not run in this test, or does not know it"
    return f"{request.path}:{request.line} did not run in this test"


def backward(definitions: Sequence[Definition], uses: frozenset[int]) -> list[tuple[Definition, int]]:
    """Return all definitions that some depend on, nearest first, each with its distance (1: a direct one)."""
    found: list[tuple[Definition, int]] = []
    seen = set(uses)
    level, distance = sorted(uses, reverse=True), 1
    while level:
        found += ((definitions[number], distance) for number in level)
        following = {each for number in level for each in definitions[number].uses} - seen
        seen |= following
        level, distance = sorted(following, reverse=True), distance + 1
    return found


def _distinct(ordered: Sequence[tuple[Definition, int]]) -> list[tuple[Definition, int]]:
    """Leave out what the same line did again, further away."""
    kept: dict[tuple[str, int, str, str], tuple[Definition, int]] = {}
    for made, distance in ordered:
        if made.how == "argument" and made.name in {"self", "cls"}:
            continue  # says which object it was, not what it held
        kept.setdefault((made.path, made.line, made.name, made.how), (made, distance))
    return list(kept.values())


def kept_places(found: Sequence[tuple[Definition, int]]) -> list[tuple[Definition, int]]:
    """Keep the nearest, and some of what was made at import: a table or pattern is far from each value that it decides."""
    near, further = found[: MAX_ORIGINS - MAX_CONSTANTS], found[MAX_ORIGINS - MAX_CONSTANTS :]
    others = sorted(further, key=lambda each: each[0].how not in _CONSTANT)[: MAX_ORIGINS - len(near)]
    return sorted([*near, *others], key=lambda each: each[1])


def _origin(made: Definition, distance: int) -> Origin:
    return Origin(
        path=made.path,
        line=made.line,
        function=made.function,
        name=made.name,
        how=made.how,
        value=made.value,
        distance=distance,
        is_sure=made.is_sure,
    )


def _condition(sources: Mapping[str, Source], path: str, line: int, function: str) -> Condition:
    source = sources.get(path)
    text = source.condition(line) if source else ""
    return Condition(path=path, line=line, function=function, text=text)


Lines = frozenset[tuple[str, int]]


def lines_of(
    record: Record, sources: Mapping[str, Source], requests: Sequence[OriginsRequest]
) -> list[tuple[Lines, Lines]]:
    """Return for each request all lines of its slice, and the lines of the conditions that steered them."""
    questions = [_Asked(each, _parsed(each.expression)) for each in requests]

    by_line: dict[int, list[_Asked]] = defaultdict(list)
    for each in questions:
        by_line[each.request.line].append(each)

    def watch(frame: Frame, step: ast.stmt) -> None:
        for line in lines_of_head(step):
            for each in by_line.get(line, ()):
                each(frame, step)

    replay = Replay(record, sources, watch)
    replay.run()
    found = []
    for asked in questions:
        made = [each for each, _ in backward(replay.world.definitions, asked.uses)]
        conditions = frozenset((path, line) for each in made for path, line, _ in each.conditions)
        found.append((frozenset((each.path, each.line) for each in made), conditions))
    return found
