"""The histories in one log: a lane is the runs of one target with the edits between them.

A live session is about one target at a time, and is one lane. A session made from a transcript holds the runs of all targets
that were tried side by side: as one history, the failures of one would answer edits made for another.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.loops.history import History
from coach.core.loops.replay import Spoken, would_say
from coach.core.runs.target import Target
from coach.core.session.fold import apply
from coach.core.session.state import SessionState


@dataclass(frozen=True, slots=True)
class Lane:
    """One target, and the log as it would be if nothing else had been run. Run numbers are those of the whole log."""

    target: Target
    records: tuple[ev.Recorded, ...]

    @property
    def is_script(self) -> bool:
        """Whether its target is a script: no test judges it."""
        return self.target.is_script

    @property
    def history(self) -> History:
        """Its trials, as the detectors see them."""
        state = SessionState()
        for record in self.records:
            state = apply(state, record)
        return state.history

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its runs."""
        return tuple(
            each.event.request.number for each in self.records if isinstance(each.event, ev.RunStarted)
        )

    @property
    def runs(self) -> int:
        return len(self.numbers)

    @property
    def red_runs(self) -> int:
        """Runs in which something failed."""
        return sum(
            isinstance(each.event, ev.RunFinished) and bool(each.event.failing) for each in self.records
        )


def lanes_of(records: Sequence[ev.Recorded]) -> tuple[Lane, ...]:
    """Return the lanes of a log in the order of their first runs; a log that coach itself made is one."""
    if not any(isinstance(each.event, ev.Imported) for each in records[:8]):
        opened = next((each.event for each in records if isinstance(each.event, ev.SessionOpened)), None)
        return (Lane(opened.target if opened else Target(), tuple(records)),)
    targets: dict[Target, set[int]] = {}
    for record in records:
        if isinstance(record.event, ev.RunStarted):
            targets.setdefault(record.event.request.target, set()).add(record.event.request.number)
    return tuple(
        Lane(target, tuple(_of_lane(records, target, numbers))) for target, numbers in targets.items()
    )


def _of_lane(
    records: Sequence[ev.Recorded], target: Target, numbers: Collection[int]
) -> Iterator[ev.Recorded]:
    for record in records:
        event = record.event
        if isinstance(event, ev.SessionOpened):
            yield replace(record, event=event.model_copy(update={"target": target}))
        elif _run_of(event) in {None, *numbers}:
            yield record


def _run_of(event: ev.Event | ev.Unknown) -> int | None:
    """Return the run an event belongs to; None when it belongs to all."""
    match event:
        case ev.RunStarted(request=request):
            return request.number
        case ev.RunFinished(number=number):
            return number
        case ev.AttemptRead(attempt=attempt):
            return attempt.run
        case ev.LoopNoticed(run=run):
            return run
    return None


def would_say_in_lanes(records: Iterable[ev.Recorded], off: Collection[str] = ()) -> tuple[Spoken, ...]:
    """Return what is said in each lane of a log under today's rules, in the order of the log."""
    spoken = [each for lane in lanes_of(tuple(records)) for each in would_say(lane.records, off)]
    return tuple(sorted(spoken, key=attrgetter("seq")))
