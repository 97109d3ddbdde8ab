"""JSON that fits a declared type of the core, with a text of one's own in every string: for tests that walk all events."""

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from coach.core.base.value import Value
from coach.core.runs.abilities import RUNNERS, known_runner

Texts = Callable[[Sequence[Any]], str]
"""What a string is filled with, by what marks its type."""


def filled(declared: Any, text: Texts, marks: Sequence[Any] = ()) -> Any:  # noqa: PLR0911 - one return a shape
    """Return JSON that fits a declared type; of a choice the first, of a sequence one item."""
    origin, inner = get_origin(declared), get_args(declared)
    if any(getattr(each, "func", None) is known_runner for each in marks):
        return next(iter(RUNNERS))
    if isinstance(declared, type) and issubclass(declared, str):
        return text(marks)
    if origin is Annotated:
        return filled(inner[0], text, inner[1:])
    if origin is Literal:
        return inner[0]
    if origin is tuple and inner:
        return [filled(each, text) for each in inner if each is not Ellipsis]
    if origin is dict:
        return {text(()): filled(inner[1], text)}
    if inner:
        return filled(next(each for each in inner if each is not NoneType), text)
    if isinstance(declared, type) and issubclass(declared, Value):
        fields = declared.model_fields.items()
        return {name: filled(field.annotation, text, field.metadata) for name, field in fields}
    return {int: 1, float: 1.0, bool: True}.get(declared, [])
