"""The state of a replay: frames with their names, definitions made so far, objects by their identity, names of modules."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from coach.core.localize.origins import How
from coach.core.localize.slicing.def_use import Function, Scope, Source, bound_in
from coach.core.localize.slicing.record import Token
from coach.core.localize.slicing.shadow import NOTHING, UNKNOWN, Definition, Shadow, ShadowObject, deep

MAX_TEXT = 80
MODULE = "<module>"
Bound = ast.Assign | ast.AnnAssign | ast.AugAssign
_MAX_NESTED = 6
"""Module constants that are made of module constants."""


@dataclass(eq=False, slots=True)
class Child:
    """A call that an own function made, and what came of it."""

    node: ast.AST | None
    """The expression it belongs to; None: not found."""
    frame: "Frame"
    is_direct: bool = True
    """Whether no foreign Python function stands between."""
    result: Shadow | None = None


@dataclass(eq=False, slots=True)
class Frame:
    """One run of an own function."""

    world: "World"
    number: int
    source: Source
    scope: Scope
    caller: "Frame | None" = None
    names: dict[str, Shadow] = field(default_factory=dict)
    seen: dict[str, Token] = field(default_factory=dict)
    """Name → its value as it was last seen."""
    bound: set[str] = field(default_factory=set)
    """Names that were bound since values were last seen."""
    current: list[ast.stmt] = field(default_factory=list)
    """The statements that began and have not ended."""
    previous: ast.stmt | None = None
    is_aborted: bool = False
    children: list[Child] = field(default_factory=list)
    """Calls of the statements that run now."""
    remembered: dict[ast.AST, Shadow] = field(default_factory=dict)
    """What was read before a call of the same statement began."""
    loops: dict[ast.AST, tuple[int, Shadow]] = field(default_factory=dict)
    steered_by: dict[ast.AST, int] = field(default_factory=dict)
    turn: tuple[int, int] | None = None
    """Which turn of a comprehension is looked at, of how many."""
    result: Shadow = Shadow()
    link: Child | None = None

    def results_of(self, node: ast.AST) -> list[Child]:
        """Return the calls that an expression made; in a turn of a comprehension, the call of that turn."""
        found = [each for each in self.children if each.node is node]
        if self.turn is not None and len(found) == self.turn[1]:
            return [found[self.turn[0]]]
        return found

    def conditions(self, statement: ast.stmt | None) -> frozenset[tuple[str, int, str]]:
        steering = self.scope.steered.get(statement) if statement else None
        if steering is None:
            return frozenset()
        return frozenset({(self.source.path, steering.lineno, self.scope.qualified)})

    def define(  # noqa: PLR0913 - the parts of a definition
        self, node: ast.AST, name: str, how: How, shadow: Shadow, *, value: str = "", is_sure: bool = True
    ) -> Shadow:
        """Record that something got a value; returns the value as it is known from there on."""
        statement = node if isinstance(node, ast.stmt) else next(iter(self.current), None)
        made = Definition(
            number=len(self.world.definitions),
            frame=self.number,
            path=self.source.path,
            line=getattr(node, "lineno", 0),
            function=self.scope.qualified,
            name=name[:MAX_TEXT],
            how=how,
            uses=shadow.uses,
            conditions=self.conditions(statement),
            opaque=shadow.opaque,
            value=value or text_of(shadow),
            is_sure=is_sure,
        )
        self.world.definitions.append(made)
        return Shadow(frozenset({made.number}), shadow.object, shadow.known)


class World:
    """All that a replay knows besides its frames."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.definitions: list[Definition] = []
        self.objects: dict[int, ShadowObject] = {}
        self.newest: dict[ast.AST, Frame] = {}
        """Function → its newest frame: where names of functions around are looked up."""
        self.returned: dict[str, Shadow] = {}
        """Function without own caller → what it returned last: fixtures are arguments by their names."""
        self.defaults: dict[ast.AST, Shadow] = {}
        """Default → its value: one object for all calls."""
        self.bodies: dict[ast.AST, frozenset[int]] = {}
        """Loop → the ids of all that its body holds."""
        self.raised = Shadow()
        self._globals: dict[tuple[str, str], Shadow] = {}
        self._class_attributes: dict[tuple[str, str], Shadow | None] = {}

    # ---- names of modules and classes -------------------------------------------------------------------------------

    def global_value(self, source: Source, name: str, depth: int = 0) -> Shadow:
        """Return what a module's name holds: what was stored while the test ran, else what its text says."""
        key = source.path, name
        if key not in self._globals:
            self._globals[key] = Shadow()  # whoever is asked again meanwhile: the constants run in a circle
            bound = source.constant(name) if depth < _MAX_NESTED else None
            self._globals[key] = self._constant(source, name, bound, depth)
        return self._globals[key]

    def set_global(self, source: Source, name: str, shadow: Shadow) -> None:
        self._globals[source.path, name] = shadow

    def _constant(self, source: Source, name: str, bound: ast.stmt | None, depth: int) -> Shadow:
        if isinstance(bound, ast.ImportFrom):
            real = next((each.name for each in bound.names if (each.asname or each.name) == name), name)
            other = self._module(bound.module or "", source.path)
            return self.global_value(other, real, depth + 1) if other else Shadow()
        if not isinstance(bound, Bound) or bound.value is None:
            return Shadow()
        return self._static(source, bound, name, MODULE, depth)

    def _static(self, source: Source, bound: Bound, name: str, function: str, depth: int = 0) -> Shadow:
        """Return what a statement of a module or class body gives a name, as far as its text says."""
        value = bound.value
        names = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)} if value else set()
        used = [self.global_value(source, each, depth + 1) for each in sorted(names - {name})]
        is_plain = isinstance(value, ast.Constant) and type(value.value) in {int, float, str, bool}
        known = value.value if is_plain and isinstance(value, ast.Constant) else UNKNOWN
        frame = Frame(self, -1, source, Scope(function, source.module.node))
        shown = ast.unparse(value)[:MAX_TEXT] if value is not None else ""
        how: How = "module constant" if function == MODULE else "class attribute"
        made = frame.define(bound, name, how, Shadow(deep(used), known=known), value=shown)
        return Shadow(made.uses, None if is_plain else ShadowObject(made=made.uses), known)

    def module_attribute(self, source: Source, name: str, attribute: str) -> Shadow | None:
        """Return a name of an own module that was imported under a name; None: it is no such module."""
        bound = source.constant(name)
        if not isinstance(bound, ast.Import | ast.ImportFrom):
            return None
        alias = next((each for each in bound.names if (each.asname or each.name) == name), None)
        if alias is None:
            return None
        within = f"{bound.module or ''}." if isinstance(bound, ast.ImportFrom) else ""
        other = self._module(f"{within}{alias.name}", source.path)
        return self.global_value(other, attribute) if other else None

    def _module(self, name: str, near: str) -> Source | None:
        tail = name.strip(".").replace(".", "/")
        if not tail:
            return None
        found = [
            each
            for path, each in self.sources.items()
            if f"/{path}".endswith((f"/{tail}.py", f"/{tail}/__init__.py"))
        ]
        folder = near.rpartition("/")[0]
        return min(found, key=lambda each: not each.path.startswith(folder), default=None)

    def has_function(self, name: str) -> bool:
        return any(each.scopes_named(name) for each in self.sources.values())

    def class_named(self, name: str) -> tuple[Source, ast.ClassDef] | None:
        return next(
            ((each, each.classes[name]) for each in self.sources.values() if name in each.classes), None
        )

    def class_attribute(self, kind: str, attribute: str, depth: int = 0) -> Shadow | None:
        """Return what a class body gives an attribute; None: no own class of this name does."""
        key = kind, attribute
        if key in self._class_attributes:
            return self._class_attributes[key]
        self._class_attributes[key] = None
        known = self.class_named(kind)
        if known is None or depth > _MAX_NESTED:
            return None
        source, node = known
        bound = bound_in(node, attribute)
        found: Shadow | None = None
        if isinstance(bound, ast.Assign | ast.AnnAssign) and bound.value is not None:
            found = self._static(source, bound, attribute, kind)
        elif bound is None:
            bases = [each.id for each in node.bases if isinstance(each, ast.Name)]
            found = next(
                filter(None, (self.class_attribute(each, attribute, depth + 1) for each in bases)), None
            )
        self._class_attributes[key] = found
        return found

    def fields(self, kind: str) -> list[str]:
        """Return the annotated names of a class body: what its generated ``__init__`` takes."""
        known = self.class_named(kind)
        body = known[1].body if known else []
        return [
            each.target.id
            for each in body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]

    def has_own_init(self, kind: str) -> bool:
        known = self.class_named(kind)
        return known is not None and any(
            isinstance(each, Function) and each.name == "__init__" for each in known[1].body
        )


def text_of(shadow: Shadow) -> str:
    return "" if shadow.known is UNKNOWN else repr(shadow.known)[:MAX_TEXT]


def lookup(frame: Frame, name: str) -> Shadow:
    """Return what a name holds in a frame."""
    if name not in frame.scope.globals:
        if name in frame.names:
            return frame.names[name]
        for scope in frame.scope.chain():
            around = frame.world.newest.get(scope.node)
            if around is not None and name in around.names:
                return around.names[name]
        if name in frame.scope.stored and name not in frame.scope.nonlocals:
            return Shadow(NOTHING)
    return frame.world.global_value(frame.source, name)


def store(frame: Frame, name: str, shadow: Shadow) -> None:
    """Let a name hold a value from here on, in the frame that it belongs to."""
    if name in frame.scope.globals:
        frame.world.set_global(frame.source, name, shadow)
    elif name in frame.scope.nonlocals:
        around = (frame.world.newest.get(scope.node) for scope in frame.scope.chain())
        owner = next((each for each in around if each is not None and name in each.names), frame)
        owner.names[name] = shadow
    else:
        frame.names[name] = shadow
        frame.bound.add(name)
