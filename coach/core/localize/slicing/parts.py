"""Parts of values: what an item or an attribute holds, by what was seen of its key."""

from typing import Any

from coach.core.localize.slicing.frames import Frame
from coach.core.localize.slicing.shadow import NOTHING, UNKNOWN, Shadow, ShadowObject, attribute_key, deep


def attribute_of(frame: Frame, base: Shadow, name: str) -> Shadow:
    """Return an attribute as it was last set; else the class's, else what the object was made of."""
    thing, key = base.object, attribute_key(name)
    if thing is None:
        return Shadow(base.uses)
    if key not in thing.parts:
        of_class = frame.world.class_attribute(thing.kind, name)
        made = thing.made | thing.rest
        thing.parts[key] = of_class or Shadow(made, ShadowObject(made=made))
    part = thing.parts[key]
    return part.plus(base.uses)


def item_of(base: Shadow, key: Shadow) -> Shadow:
    """Return an item as it was last set; where the key is unknown, or was never seen set, all that it may be."""
    uses, thing = base.uses | key.uses, base.object
    if thing is None:
        return Shadow(uses)
    place = place_of(thing, key)
    if place is not UNKNOWN and place in thing.parts:
        return thing.parts[place].plus(uses)
    unsure = [each for where, each in thing.parts.items() if place is UNKNOWN or _is_unplaced(where)]
    uses = uses.union(thing.rest, thing.made, *(each.uses for each in unsure))
    return Shadow(uses, unsure[0].object if len(unsure) == 1 else None)


def place_of(thing: ShadowObject, key: Shadow) -> Any:
    """Return under what a key's part stands; ``UNKNOWN``: the key was not seen."""
    known = key.known
    if type(known) is int and known < 0 and thing.kind != "dict":
        return known + thing.length if thing.length is not None else UNKNOWN
    if known is UNKNOWN and key.object is not None and key.object.kind == "tuple":
        parts = key.object.parts
        whole = tuple(parts[index].known for index in range(len(parts)) if index in parts)
        return whole if len(whole) == len(parts) and UNKNOWN not in whole else UNKNOWN
    return known


def _is_unplaced(where: Any) -> bool:
    return isinstance(where, tuple) and where[:1] == ("?",)


def truth(shadow: Shadow) -> bool | None:
    """Say whether a value is true; None: that was not seen."""
    if shadow.known is not UNKNOWN:
        return bool(shadow.known)
    if shadow.object is not None and shadow.object.length is not None:
        return shadow.object.length > 0
    return None


def either(shadows: list[Shadow]) -> Shadow:
    """Return one of several values, nobody knows which."""
    things = {id(each.object): each.object for each in shadows if each.object is not None}
    thing = next(iter(things.values())) if len(things) == 1 else None
    rest = NOTHING if thing or not things else deep(shadows)
    return Shadow(rest.union(*(each.uses for each in shadows)), thing)
