"""Spans of time as they are typed and said: ``90min``, ``30d``."""

import re
import time

from coach.errors import UsageError

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")


def seconds_of(span: str) -> float:
    """Read a span (``45min``, ``2h``, ``30d``, ``2w``) as seconds. Raises UsageError."""
    found = _SPAN.fullmatch(span.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise UsageError(f"{span[:40]!r} is no span of time", do="write it like 45min, 2h, 30d or 2w")
    return float(found[1]) * _UNITS[found[2]]


def ago(span: str) -> float:
    """Return the moment a span before now, in seconds since the epoch."""
    return time.time() - seconds_of(span)


def age(at: float) -> str:
    """Say how long ago a moment was: ``3 d``."""
    return span_words(time.time() - at) or "now"


def span_words(seconds: float) -> str:
    """Say a span in its largest unit; empty below a minute."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return ""
