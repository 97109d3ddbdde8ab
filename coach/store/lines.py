r"""The lines of a log: how an event is written, and how any line at all is read.

One JSON object per line: ``{"seq": 1, "at": 12.5, "kind": "run_started", …the event's own fields}``. Lines end with a
``\n`` byte and nothing else (U+2028 is text). Reading never raises: what is not such an object is damage.
"""

import io
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import jsonlines

from coach.core.events import SCHEMA, Recorded, SessionOpened, Unknown, event_from
from coach.core.text import storable

_MOST_SEQ = 2**53

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
    if type(seq) is not int or not 0 < seq < _MOST_SEQ:
        return None
    if not isinstance(at, int | float) or isinstance(at, bool) or not isinstance(kind, str) or not kind:
        return None
    fields = {key: value for key, value in raw.items() if key not in {"seq", "at"}}
    try:
        moment = float(at)
        if not math.isfinite(moment):
            return None
        # Its parts are checked; to check the event again against every kind takes longer than all the rest.
        return Recorded.model_construct(seq=seq, at=moment, event=event_from(fields))
    except (ValueError, RecursionError, OverflowError):
        return None


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
