"""Take secrets out of a stored event: out of every text and every key, whatever the field is called.

Two things decide together what stays as it is: the declared type of a field and the shape of what stands there. A number,
one of the words that the type lists, and (in a ``TreeId`` or ``CoachId``) what has exactly the shape of a hash, or is an
id that coach itself gives out. They tie events together, and none of them can hold anything else. All the rest is
cleaned: what others call a thing by as well as prose, keys of tables, and fields this version does not know.

The same text is always replaced by the same one, so what was tied by an equal name still is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin

from pydantic.fields import FieldInfo

from coach.core.base.text import OWN, TextKind
from coach.core.base.value import Value
from coach.core.log.events import Event
from coach.core.loops.detectors import DETECTORS
from coach.core.runs.abilities import RUNNERS
from coach.core.runs.report import Output
from coach.core.search.kinds import SEARCH_KINDS
from coach.core.workflow.gates import CHECKS

_HASH = re.compile(r"[0-9a-f]{16}|[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,18}")


class Cleaning(Protocol):
    """What takes secrets out of the texts of a log."""

    known: frozenset[str]
    """Ids that coach gives out: names of steps."""

    def text(self, text: str) -> str:
        """Clean a text."""

    def named(self, name: str, text: str) -> str:
        """Clean the value of a name."""

    def output(self, name: str) -> str:
        """Return the name that a kept output has after its text was cleaned."""


Way = Callable[[Any, Cleaning], Any]


def redacted(raw: Mapping[str, Any], clean: Cleaning) -> dict[str, Any]:
    """Return one event of a log, read as JSON, with every text in it cleaned."""
    fields = dict(raw)
    front = {name: fields.pop(name) for name in ("seq", "at") if name in fields}
    kind = fields.get("kind")
    declared = _kinds().get(kind) if isinstance(kind, str) else None
    cleaned: dict[str, Any] = _value_way(declared)(fields, clean) if declared else _any(fields, clean)
    return {name: _any(each, clean) for name, each in front.items()} | cleaned


@cache
def _kinds() -> Mapping[str, type[Value]]:
    return {each.model_fields["kind"].default: each for each in get_args(Event)}


def _any(value: Any, clean: Cleaning) -> Any:
    """Clean what no type is declared for."""
    if isinstance(value, str):
        return clean.text(value)
    if isinstance(value, list):
        return [_any(each, clean) for each in value]
    return _table(value, clean, _any) if isinstance(value, dict) else value


def _table(value: Mapping[str, Any], clean: Cleaning, way: Way) -> dict[str, Any]:
    """Clean a table: keys as well, and each value as that of its key. Keys that become equal are told apart."""
    cleaned: dict[str, Any] = {}
    for key, each in value.items():
        name = clean.text(key)
        while name in cleaned:
            name += "'"
        cleaned[name] = clean.named(key, each) if isinstance(each, str) else way(each, clean)
    return cleaned


def _own(value: Any, clean: Cleaning) -> Any:
    """Clean what stands in a field of coach's own: ids stay."""
    if not isinstance(value, str):
        return _any(value, clean)
    is_named = any(value in known for known in (clean.known, CHECKS, DETECTORS, RUNNERS, SEARCH_KINDS))
    is_id = is_named or _HASH.fullmatch(value) or _NUMBER.fullmatch(value)
    return value if is_id else clean.text(value)


def _output(value: Any, clean: Cleaning) -> Any:
    is_name = isinstance(value, str) and len(value) == 64 and _HASH.fullmatch(value)
    return clean.output(value) if is_name else _any(value, clean)


def _one_of(words: frozenset[Any]) -> Way:
    return lambda value, clean: value if isinstance(value, str) and value in words else _any(value, clean)


@cache
def _value_way(kind: type[Value]) -> Way:
    host: dict[str, Way] = {}
    for name, field in kind.model_fields.items():
        host[name] = _output if (kind, name) == (Output, "artefact") else _field_way(field)

    def each_field(value: Any, clean: Cleaning) -> Any:
        if not isinstance(value, dict):
            return _any(value, clean)
        strange = {name: each for name, each in value.items() if name not in host}
        known = {name: host[name](each, clean) for name, each in value.items() if name in host}
        return known | {name: each for name, each in _table(strange, clean, _any).items() if name not in host}

    return each_field


def _field_way(field: FieldInfo) -> Way:
    declared: Any = field.annotation
    return _text_way(field.metadata) or _way(declared)


def _text_way(metadata: Sequence[Any]) -> Way | None:
    """Return how a string of a kind is cleaned; None for what is no string."""
    kind = next((each for each in metadata if isinstance(each, TextKind)), None)
    return None if kind is None else _own if kind in OWN else _any


@cache
def _way(declared: Any) -> Way:
    """Return how what is declared so is cleaned."""
    origin, inner = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return _text_way(inner[1:]) or _way(inner[0])
    if isinstance(declared, type):
        return _value_way(declared) if issubclass(declared, Value) else _any
    if origin is Literal:
        return _one_of(frozenset(inner))
    if origin is tuple:
        return _each_way(_way(inner[0])) if inner[-1] is Ellipsis else _row_way(inner)
    return _table_way(_way(inner[1])) if origin is dict else _union_way(inner)


def _each_way(one: Way) -> Way:
    return lambda value, clean: (
        [one(each, clean) for each in value] if isinstance(value, list) else _any(value, clean)
    )


def _table_way(one: Way) -> Way:
    return lambda value, clean: _table(value, clean, one) if isinstance(value, dict) else _any(value, clean)


def _row_way(declared: Sequence[Any]) -> Way:
    """Clean a row of fixed length; of a name and a text, the text is the value of that name."""
    host = [_way(each) for each in declared]
    is_named = len(host) == 2 and host[1] is _any

    def row(value: Any, clean: Cleaning) -> Any:
        if not isinstance(value, list) or len(value) != len(host):
            return _any(value, clean)
        if is_named and isinstance(value[0], str) and isinstance(value[1], str):
            return [host[0](value[0], clean), clean.named(value[0], value[1])]
        return [way(each, clean) for way, each in zip(host, value, strict=True)]

    return row


def _union_way(choices: Sequence[Any]) -> Way:
    """Clean by the first choice that can be what stands there; of several kinds of value, by their ``kind``."""
    choices = tuple(each for each in choices if each is not NoneType)
    values = [each for each in choices if isinstance(each, type) and issubclass(each, Value)]
    kinds = {word: each for each in values for word in _words_of(each)}
    others = [_way(each) for each in choices if each not in values]

    def chosen(value: Any, clean: Cleaning) -> Any:
        if isinstance(value, dict) and values:
            kind = value.get("kind")
            declared = kinds.get(kind, values[0]) if isinstance(kind, str) else values[0]
            return _value_way(declared)(value, clean)
        return others[0](value, clean) if len(others) == 1 else _any(value, clean)

    return chosen


def _words_of(kind: type[Value]) -> tuple[Any, ...]:
    field = kind.model_fields.get("kind")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()


def each_text(value: Any, change: Callable[[str, str], str], name: str = "") -> Any:
    """Return a plain value with ``change`` made to each text (with its key) and to each key (with none)."""
    if isinstance(value, str):
        return change(name, value)
    if isinstance(value, dict):
        return {change("", key): each_text(each, change, key) for key, each in value.items()}
    return [each_text(each, change, name) for each in value] if isinstance(value, list | tuple) else value
