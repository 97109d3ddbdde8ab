"""Read what the probe recorded of one test for a slice; data of the test process, so every entry is checked."""

from typing import Any

from coach.core.localize.slicing.record import Called, Code, Left, Names, Raised, Reached, Record, Step, Token
from coach.engine.channel.report_reader import take_events
from coach.engine.source.project_paths import Places

_MAX_STEPS = 50_000
_MAX_TEXT = 200


def record_in(text: str, nonce: str, places: Places) -> Record | None:
    """Return the record of the test; what is ill-formed is left out; None: the test did not end."""
    reader = _Reader(places)
    take_events(text, nonce, reader.take)
    return reader.record()


class _Reader:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._codes: dict[int, Code] = {}
        self._steps: list[Step] = []
        self._ended: dict[str, int] | None = None

    def take(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "code":
                path = self._places.name(str(event["path"]))[0]
                self._codes[int(event["index"])] = Code(path, str(event["name"]), int(event["line"]))
            case "steps":
                room = _MAX_STEPS - len(self._steps)
                self._steps += [_step(each) for each in event["entries"][:room]]
            case "origins_end":
                self._ended = {name: max(0, int(event[name])) for name in ("dropped", "skipped")}

    def record(self) -> Record | None:
        if self._ended is None:
            return None
        said = (
            (self._ended["dropped"], "{:,} steps before the last {:,} of the test were not kept"),
            (
                self._ended["skipped"],
                "{:,} calls or loops of functions that ran too often, or too late, were not followed",
            ),
        )
        left_out = tuple(words.format(count, len(self._steps)) for count, words in said if count)
        return Record(self._codes, self._steps, left_out)


def _step(entry: list[Any]) -> Step:
    match entry:
        case ["c", frame, code, caller, position, is_direct, names]:
            first, last, start, end = map(int, position) if position is not None else (0, 0, 0, 0)
            at = (first, last, start, end) if position is not None else None
            return Called(int(frame), int(code), int(caller), at, bool(is_direct), _names(names))
        case ["l", frame, code, line, names]:
            return Reached(int(frame), int(code), int(line), _names(names))
        case ["x", frame]:
            return Raised(int(frame))
        case ["r", frame, value, is_yield, names]:
            return Left(
                int(frame), _token(value) if value is not None else None, bool(is_yield), _names(names)
            )
    raise ValueError(entry)


def _names(names: list[list[Any]]) -> Names:
    return [(str(name), _token(value)) for name, *value in names]


def _token(value: list[Any]) -> Token:
    identity, kind, text, *size = value
    return Token(int(identity), str(kind)[:_MAX_TEXT], str(text)[:_MAX_TEXT], *map(int, size[:1]))
