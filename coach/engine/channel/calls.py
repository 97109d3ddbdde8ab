"""Read what the call tracer wrote during a run; data of the test process, so every entry is checked."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.localize.call_trace import Call, CallTrace, LogLine
from coach.engine.channel.report_reader import take_events
from coach.engine.source.project_paths import Places

_MAX_ENTRIES = 2_000
_HOW = {"returned", "raised", "resumed"}


def traces_in(text: str, nonce: str, places: Places) -> dict[str, CallTrace]:
    """Return the traces by test, without run and outcome; what is ill-formed is left out."""
    reader = _Reader(places)
    take_events(text, nonce, reader.take)
    return reader.traces()


class _Reader:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._files: dict[tuple[int, int], str] = {}
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._logs: dict[str, list[LogLine]] = defaultdict(list)
        self._ends: dict[str, dict[str, int]] = defaultdict(dict)

    def take(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "file":
                self._files[int(event["pid"]), int(event["index"])] = self._places.name(str(event["path"]))[0]
            case "calls":
                test = str(event["test"])
                self._calls[test] += self._entries(event)
                self._ends[test]["left_out"] = max(0, int(event["left_out"]))
            case "logs":
                test = str(event["test"])
                self._logs[test] += self._records(event)
                self._ends[test]["logs_left_out"] = max(0, int(event["left_out"]))
            case "calls_end":
                self._ends[str(event["test"])]["first"] = max(0, int(event["first"]))

    def _entries(self, event: dict[str, Any]) -> Iterator[Call]:
        for depth, file, function, line, called_at, arguments, how, value, raised, thread in event["entries"]:
            known = str(how) if how in _HOW else ""
            yield Call.model_validate(
                {
                    "depth": int(depth),
                    "path": self._files.get((int(event["pid"]), int(file)), ""),
                    "function": str(function),
                    "line": int(line),
                    "called_at": int(called_at),
                    "arguments": tuple((str(name), str(text)) for name, text in arguments),
                    "how": known,
                    "value": str(raised if known == "raised" else value),
                    "thread": int(thread),
                }
            )

    def _records(self, event: dict[str, Any]) -> Iterator[LogLine]:
        for at, depth, source, text, path, line in event["entries"]:
            yield LogLine(
                at=int(at),
                depth=int(depth),
                source=self._places.name(str(source))[0] if str(source).startswith("/") else str(source),
                text=str(text),
                path=self._places.name(str(path))[0] if path else "",
                line=int(line),
            )

    def traces(self) -> dict[str, CallTrace]:
        return {
            test: CallTrace(
                test=TestId(test),
                calls=tuple(self._calls[test][:_MAX_ENTRIES]),
                first=ends.get("first", 0),
                left_out=ends.get("left_out", 0),
                logs=tuple(self._logs[test][:_MAX_ENTRIES]),
                logs_left_out=ends.get("logs_left_out", 0),
            )
            for test, ends in self._ends.items()
        }
