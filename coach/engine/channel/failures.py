"""Failures as a run tells them: the probe's lines made into values, with what was printed and what was asked for."""

import posixpath
from collections.abc import Sequence

from coach.core.base.test_id import TestId
from coach.core.runs.report import Cause, Difference, Failure, Frame, Section
from coach.engine.channel.lines import WireCause, WireEvent, WireFailure, WireFrame
from coach.engine.channel.printed_tracebacks import with_printed
from coach.engine.source.project_paths import Places

MAX_FRAMES = 60


class FailureReader:
    """Makes failures of what the probe wrote, as seen from one root."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def failure(self, event: WireEvent, wire: WireFailure) -> Failure:
        causes = [
            Cause(kind=each.kind, exception=each.exception, message=each.message, frames=self._frames(each))
            for each in wire.causes
        ]
        found = Failure(
            test=event.test,
            phase=wire.phase,
            exception=wire.exception,
            message=wire.message,
            frames=self._frames(wire),
            difference=tuple(_difference(each) for each in wire.difference if len(each) == 4),
            causes=tuple(causes),
            sections=tuple(Section(name=pair[0], text=pair[1]) for pair in wire.sections if len(pair) == 2),
            duration=max(event.duration, 0.0),
        )
        return with_printed(found, self._places)

    def _frames(self, wire: WireFailure | WireCause) -> tuple[Frame, ...]:
        return most_informative([self._frame(each) for each in wire.frames])

    def _frame(self, wire: WireFrame) -> Frame:
        path, own = self._places.name(wire.file)
        return Frame(
            path=path,
            line=wire.line,
            function=wire.function,
            own=own,
            source=wire.source,
            locals=tuple((pair[0], pair[1]) for pair in wire.locals if len(pair) == 2),
        )


def _difference(parts: list[str | bool]) -> Difference:
    path, got, wanted, is_sure = parts
    return Difference(path=str(path), got=str(got), wanted=str(wanted), is_sure=bool(is_sure))


def most_informative(frames: list[Frame], limit: int = MAX_FRAMES) -> tuple[Frame, ...]:
    """Keep at most ``limit`` frames in their order: own ones first, then the innermost of the others."""
    if len(frames) <= limit:
        return tuple(frames)
    by_worth = sorted(range(len(frames)), key=lambda index: (not frames[index].own, -index))
    chosen = set(by_worth[:limit])
    return tuple(frame for index, frame in enumerate(frames) if index in chosen)


def under_asked_ids(failures: Sequence[Failure], words: Sequence[str]) -> tuple[Failure, ...]:
    """Tell a file that could not be collected as a failure of the tests in it that were asked for by their ids."""
    found: list[Failure] = []
    for failure in failures:
        asked = [word for word in words if failure.phase == "collect" and _is_in(word, failure.test)]
        ids = [TestId(word).with_file(failure.test) for word in asked[:20]]
        found += [failure.model_copy(update={"test": each}) for each in ids] or [failure]
    return tuple(found)


def _is_in(word: str, file: str) -> bool:
    test = TestId(word)
    path = posixpath.normpath(test.file)
    return bool(test.is_in_file and file) and (
        path == file or path.endswith(f"/{file}") or file.endswith(f"/{path}")
    )
