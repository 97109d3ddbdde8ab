"""What is recorded holds no secret of this machine: exact values go before an event is written or an output is kept.

Only values that are known to be secret (secret-named environment variables, ``.env``) are taken out here, with
numbers that stay the same for the same set of secrets. Everything that merely looks like one stays until an export:
who debugs a login must see the token that is wrong.

They are taken out of ``Prose`` only, by the declared type of a field. A secret may be equal to a word of the protocol
(``completed``), to a folder of the project or to a test: whatever names something keeps naming it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin

from coach.core.base.text import PROSE, TextKind
from coach.core.base.value import Value
from coach.core.protocol.observations import Observation
from coach.core.redact.redactor import Private, Redactor
from coach.core.runs.report import RunReport

Shape = Literal["prose", "values"] | tuple[Any, ...]
"""Where prose stands in what a field holds: it is prose, it is a value with fields of its own, ``("each", shape)`` for the
items of a sequence, ``("row", shapes)`` for a tuple of fixed length, ``("entries", shape)`` for what a mapping maps to."""


class ObservationRedactor:
    """Takes known secrets out of texts and observations."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._redactor = Redactor(Private(secrets=tuple(secrets)))
        for value in sorted(secrets):
            self._redactor.exact(value)

    def text(self, text: str) -> str:
        return self._redactor.exact(text)

    def seen(self, observation: Observation) -> Observation:
        """Return what was seen without the secrets; the same object when there are none in its prose."""
        veiled: Observation = in_prose(observation, self.text)
        return veiled

    def report(self, report: RunReport) -> RunReport:
        """Do the same for a report alone."""
        veiled: RunReport = in_prose(report, self.text)
        return veiled


_PROSE = frozenset({PROSE})
NOTHING_SECRET = ObservationRedactor(())


def in_prose(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value with ``change`` made to all its prose; the same object when nothing is changed by that."""
    return in_texts(value, change, _PROSE)


def in_texts(value: Any, change: Callable[[str], str], kinds: frozenset[TextKind]) -> Any:
    """Do the same to all its strings of some kinds."""
    changed = {}
    kind: Any = type(value)
    for name, shape in _texts_of(kind, kinds).items():
        before = getattr(value, name)
        after = _in_shape(before, shape, change, kinds)
        if after is not before:
            changed[name] = after
    return value.model_copy(update=changed) if changed else value


def _in_shape(
    found: Any, shape: Shape | None, change: Callable[[str], str], kinds: frozenset[TextKind]
) -> Any:
    """Return what a field holds with its strings changed; the same object when nothing is."""
    if shape is None or found is None:
        return found
    if shape == "prose":
        text = change(found) if isinstance(found, str) else found
        return found if text == found else text
    if shape == "values":
        return in_texts(found, change, kinds) if isinstance(found, Value) else found
    way, inner = shape
    if way == "entries":
        each = {key: _in_shape(one, inner, change, kinds) for key, one in found.items()}
        return each if any(each[key] is not found[key] for key in found) else found
    shapes = inner if way == "row" else (inner,) * len(found)
    items = tuple(_in_shape(one, own, change, kinds) for one, own in zip(found, shapes, strict=True))
    return items if any(new is not old for new, old in zip(items, found, strict=True)) else found


@cache
def _texts_of(kind: Any, kinds: frozenset[TextKind]) -> Mapping[str, Shape]:
    """Return the fields of a type that hold strings of some kinds, and where in them they stand."""
    if not issubclass(kind, Value):
        return {}
    found = {}
    for name, field in kind.model_fields.items():
        shape: Shape | None = (
            "prose" if not kinds.isdisjoint(_marks(field.metadata)) else _shape_of(field.annotation, kinds)
        )
        if shape is not None:
            found[name] = shape
    return found


def _shape_of(annotation: Any, kinds: frozenset[TextKind]) -> Shape | None:
    if not kinds.isdisjoint(_marks(getattr(annotation, "__metadata__", ()))):
        return "prose"
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return "values"
    inner = get_args(annotation)
    if get_origin(annotation) is tuple and inner:
        if inner[-1] is Ellipsis:
            one = _shape_of(inner[0], kinds)
            return ("each", one) if one else None
        row = tuple(_shape_of(each, kinds) for each in inner)
        return ("row", row) if any(row) else None
    if get_origin(annotation) is dict:
        one = _shape_of(inner[1], kinds)
        return ("entries", one) if one else None
    shapes = [shape for each in inner if (shape := _shape_of(each, kinds))]
    return shapes[0] if shapes else None


def _marks(metadata: Sequence[Any]) -> list[TextKind]:
    return [each for each in metadata if isinstance(each, TextKind)]
