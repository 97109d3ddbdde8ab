r"""The lines of a log: how an event is written, and how any line at all is read.

One JSON object per line: ``{"seq": 1, "at": 12.5, "kind": "run_started", …the event's own fields}``. Lines end with a
``\n`` byte and nothing else (U+2028 is text). Reading never raises: what is not such an object is damage.
"""

import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jsonlines

from coach.core.base.text import storable
from coach.core.log.events import (
    SCHEMA,
    Event,
    Recorded,
    RunFinished,
    SessionOpened,
    Unknown,
    event_from,
    event_from_json,
)
from coach.core.runs.report import NO_FIELDS, LateFailures, RunReport

_MAX_SEQ = 2**53
_FRONT = re.compile(rb'\{"seq":([1-9]\d{0,14}),"at":(-?\d{1,15}(?:\.\d+)?),"kind":"([a-z_]+)"')
"""How a line begins that ``encode`` wrote."""
_FAILURES, _AFTER = b'"failures":[', b'],"failures_left_out":'
WORTH_WAITING = 1_000
"""Bytes: shorter lines are read at once."""

NEWER = "it was written by a newer coach; update coach to continue it"


def encode(record: Recorded) -> bytes:
    """Return the one line of an event, with its newline."""
    event = record.event
    fields = event.raw if isinstance(event, Unknown) else event.model_dump(mode="json")
    buffer = io.StringIO()
    with jsonlines.Writer(buffer, compact=True) as writer:
        writer.write({"seq": record.seq, "at": record.at, "kind": event.kind} | fields)
    # A lone surrogate becomes \udcff, which inside a JSON string is the escape for just that.
    return buffer.getvalue().encode("utf-8", "backslashreplace")


def objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | None]:
    """Decode lines; None stands for one that is not a JSON object. Empty lines are passed over."""
    with jsonlines.Reader(lines, loads=_loads) as reader:
        while True:
            try:
                yield reader.read(type=dict, skip_empty=True)
            except EOFError:
                return
            # Deep nesting overruns the stack; the reader itself has moved on to the next line.
            except (jsonlines.InvalidLineError, RecursionError):
                yield None


def record_from(raw: dict[str, Any]) -> Recorded | None:
    """Read one object as an event; None when it lacks what every event has."""
    seq, at, kind = raw.get("seq"), raw.get("at"), raw.get("kind")
    if type(seq) is not int or not 0 < seq < _MAX_SEQ:
        return None
    if not isinstance(at, int | float) or isinstance(at, bool) or not isinstance(kind, str) or not kind:
        return None
    fields = {key: value for key, value in raw.items() if key not in {"seq", "at"}}
    try:
        moment = float(at)
        if not math.isfinite(moment):
            return None
        return Recorded(seq=seq, at=moment, event=event_from(fields))
    except (ValueError, RecursionError, OverflowError):
        return None


Later = Callable[[int, int], Callable[[], bytes]]
"""Where in a line something stands, and how long it is → the way to read it when it is wanted."""


def read_line(line: bytes, later: Later | None = None) -> Recorded | None:
    """Read one line; None when it is damaged.

    Args:
        line: with its newline. What coach itself wrote is read by the short way, all else by ``record_from``.
        later: leave the failures of a run unread until somebody asks for them.

    """
    front = _FRONT.match(line)
    event: Event | None = None
    if front and later and front[3] == b"run_finished" and len(line) >= WORTH_WAITING:
        event = _late_run(line, later)
    if front and event is None:
        event = event_from_json(line)
    if front and event is not None:
        return Recorded(seq=int(front[1]), at=float(front[2]), event=event)
    for raw in objects([line]):
        return record_from(raw) if raw is not None and _can_be_written(raw) else None
    return None


def _can_be_written(raw: Any) -> bool:
    """Whether a line that was read can be written again: a number too large for a float becomes one that JSON has no word for."""
    try:
        json.dumps(raw, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def _late_run(line: bytes, later: Later) -> RunFinished | None:
    """Cut the failures out. A quote inside a JSON string is escaped, so what stands here between quotes is a key."""
    start, end = line.find(_FAILURES), line.rfind(_AFTER)
    start += len(_FAILURES) - 1
    if start < len(_FAILURES) or end < start:
        return None
    event = event_from_json(line[: start + 1] + line[end:])
    if not isinstance(event, RunFinished):
        return None
    failures = LateFailures(later(start, end + 1 - start))
    report = RunReport.model_construct(NO_FIELDS, **{**dict(event.report), "failures": failures})
    return RunFinished.model_construct(NO_FIELDS, **{**dict(event), "report": report})


def is_newer(record: Recorded) -> bool:
    """Whether an event is beyond this version: an unknown kind or form, or a newer schema."""
    event = record.event
    return isinstance(event, Unknown) or (isinstance(event, SessionOpened) and event.schema_version > SCHEMA)


def _loads(line: str | bytes) -> Any:
    text = line if isinstance(line, str) else line.decode()
    value = _DECODER.decode(text)
    # Only an escape can bring a surrogate in: the line itself was valid UTF-8.
    return _storable(value) if "\\ud" in text or "\\uD" in text else value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): _storable(each) for key, each in value.items()}
    return value
