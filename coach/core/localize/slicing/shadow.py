"""Shadows of values: where each came from, which object it is, and its content as far as that is known.

A *definition* is one event that made a value: an assignment, an argument, a return, an item set. A shadow names the
definitions a value depends on directly; following those of the definitions gives the slice. Containers and instances
have one shadow object each, whoever refers to it, with a shadow for each key or attribute that was set.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from coach.core.localize.origins import How

MAX_REACHED = 400
"""Objects that are looked through for what a whole container depends on."""


class _Unknown:
    """A value that was not recorded."""


UNKNOWN: Final = _Unknown()
Scalar = int | float | str | bool | None
NOTHING: Final[frozenset[int]] = frozenset()


@dataclass(slots=True)
class Definition:
    """One event that made a value."""

    number: int
    frame: int
    path: str
    line: int
    function: str
    name: str
    how: How
    uses: frozenset[int]
    """Numbers of the definitions that its value was made of."""
    conditions: frozenset[tuple[str, int, str]] = frozenset()
    """Path, line and function of the conditions that decided that it ran."""
    opaque: frozenset[str] = frozenset()
    value: str = ""
    is_sure: bool = True


@dataclass(eq=False, slots=True)
class ShadowObject:
    """A container or an instance."""

    kind: str = ""
    """The name of its type, as far as it is known."""
    parts: dict[Any, "Shadow"] = field(default_factory=dict)
    """By key, index or attribute; attributes are kept as ``(".", name)``."""
    rest: frozenset[int] = NOTHING
    """What parts that are not known by key depend on."""
    length: int | None = None
    """Of a list or tuple, while every change of it was seen."""
    made: frozenset[int] = NOTHING
    """What it was made of, where no part of it is known by key."""

    def collapse(self, uses: frozenset[int]) -> None:
        """Forget which part is which: something moved them."""
        kept = {key: each for key, each in self.parts.items() if isinstance(key, tuple) and key[:1] == (".",)}
        moved = [each for key, each in self.parts.items() if key not in kept]
        self.rest |= uses | deep(moved)
        self.parts, self.length = kept, None


@dataclass(frozen=True, slots=True)
class Shadow:
    """What is known of one value."""

    uses: frozenset[int] = NOTHING
    object: ShadowObject | None = None
    known: Any = UNKNOWN
    """The value itself, when it is a number, a text, a truth value or None that was seen."""
    opaque: frozenset[str] = frozenset()

    def plus(self, uses: frozenset[int]) -> "Shadow":
        return Shadow(self.uses | uses, self.object, self.known, self.opaque) if uses - self.uses else self


def merged(shadows: Iterable[Shadow]) -> Shadow:
    """Return what depends on several values, whole containers among them."""
    every = list(shadows)
    return Shadow(deep(every), opaque=frozenset().union(*(each.opaque for each in every)))


def deep(shadows: Iterable[Shadow]) -> frozenset[int]:
    """Return what values depend on, with all that they hold."""
    every = list(shadows)
    uses = [each.uses for each in every]
    for thing in reachable(every):
        uses += (thing.rest, thing.made, *(each.uses for each in thing.parts.values()))
    return NOTHING.union(*uses)


def reachable(shadows: Iterable[Shadow]) -> Iterator[ShadowObject]:
    """Yield the objects that values are or hold, each once, a bounded number."""
    waiting = [each.object for each in shadows if each.object is not None]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_REACHED:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield thing
        waiting += (each.object for each in thing.parts.values() if each.object is not None)


def container(
    items: dict[Any, Shadow], *, kind: str, rest: frozenset[int] = NOTHING, length: int | None = None
) -> Shadow:
    """Return a new container of these parts."""
    return Shadow(object=ShadowObject(kind=kind, parts=items, rest=rest, length=length))


def attribute_key(name: str) -> tuple[str, str]:
    return ".", name
