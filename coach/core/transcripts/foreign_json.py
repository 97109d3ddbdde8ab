"""Foreign JSON of a transcript: read without trust, so that a value of another type is no value."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from coach.core.base.text import storable

MOST_CHARACTERS = 4_000_000
"""Of one text; a longer one is no command, no source file and no output that anybody reads."""
LATEST = 32_503_680_000.0
"""The year 3000: a larger number of seconds is no time."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?")


def text_of(value: object) -> str:
    """Return a string as it can be stored, "" for anything else."""
    if not isinstance(value, str):
        return ""
    return storable(value[:MOST_CHARACTERS])


def fields_of(value: object) -> dict[str, Any]:
    """Return an object of JSON, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items_of(value: object) -> list[Any]:
    """Return a list of JSON, an empty one for anything else."""
    return value if isinstance(value, list) else []


def number_of(value: object) -> float | None:
    """Return a finite number; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole_of(value: object) -> int | None:
    """Return a whole number as large as an exit code, a line or a count may be; None for anything else."""
    number = number_of(value)
    return int(number) if number is not None and abs(number) < 2**31 and number == int(number) else None


def time_of(value: object) -> float | None:
    """Return seconds since the epoch for an ISO time (UTC where it names no zone) or for a number of seconds."""
    number = number_of(value)
    if number is not None:
        seconds = number / 1000 if number > LATEST else number  # some count milliseconds
        return seconds if 0 <= seconds <= LATEST else None
    found = _TIME.match(value[:40]) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in (None, 'Z') else zone}")
        seconds = moment.astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds + float(f"0.{fraction}") if fraction else seconds


def blocks_text(value: object) -> str:
    """Return the text of a message's content: a string, or a list of blocks of which some hold text."""
    if isinstance(value, str):
        return text_of(value)
    parts = (each if isinstance(each, str) else fields_of(each).get("text") for each in items_of(value))
    return "\n".join(text_of(each) for each in parts if isinstance(each, str))


def parsed(text: str) -> Any:
    """Return the value of a JSON text, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True)
class Source:
    """The text of a transcript, and what it is as JSON; each is made once, when a format first asks."""

    text: str

    @cached_property
    def document(self) -> Any:
        """The whole text as one JSON value, else None."""
        start = self.text.lstrip("\ufeff \t\r\n")[:1]
        return parsed(self.text) if start in {"{", "["} else None

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects that stand on a line of their own."""
        if self.document is not None and "\n" in self.text.strip():
            return []
        return [value for value in map(parsed, self._lines()) if isinstance(value, dict)]

    @property
    def unread_lines(self) -> int:
        return sum(1 for _ in self._lines()) - len(self.records)

    def _lines(self) -> Iterator[str]:
        return (line for line in self.text.split("\n") if line.strip("\ufeff \t\r"))
