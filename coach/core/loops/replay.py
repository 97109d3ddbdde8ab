"""What the detectors would have said in a recorded session, under today's rules.

What was said at the time is passed over; the attempts are taken as they were read then, because their sources are not
kept.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from coach.core.log import events as ev
from coach.core.loops.detection import Detection
from coach.core.loops.escalation import Said, climb, look
from coach.core.session.fold import apply
from coach.core.session.state import SessionState


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that would have been said, and when."""

    seq: int
    at: float
    run: int
    detection: Detection


def would_say(records: Iterable[ev.Recorded], off: Collection[str] = ()) -> Iterator[Spoken]:
    """Fold a log and yield what is said on the way.

    Args:
        records: the log, in order.
        off: detectors to leave out, besides those the session had switched off.

    """
    state = SessionState()
    said: list[Said] = []
    for record in records:
        if isinstance(record.event, ev.LoopNoticed):
            continue
        state = apply(state, record)
        run = _run_to_judge(record, state)
        if not run:
            continue
        dismissed = {(each.pattern, each.place) for each in state.dismissals}
        history = state.history.up_to(run)
        detections = look(history, {*off, *state.loops_off})
        if isinstance(record.event, ev.FailureDated):  # only what hangs on it is judged again
            detections = tuple(each for each in detections if each.pattern == record.event.pattern)
        for detection in climb(detections, said, dismissed, history.runs):
            said.append(Said(detection.pattern, detection.place, detection.level, detection.evidence[-1]))
            yield Spoken(record.seq, record.at, detection.evidence[-1], detection)


def _run_to_judge(record: ev.Recorded, state: SessionState) -> int:
    """Return the run after which the live session looked for loops at this event; 0 when it did not."""
    event, history = record.event, state.history
    if isinstance(event, ev.AttemptRead):
        return event.attempt.run
    if isinstance(event, ev.FailureDated):
        return event.of_run if event.failed else 0
    now = history.now
    if not isinstance(event, ev.RunFinished) or now is None or now.run != event.number:
        return 0
    return now.run if history.previous is None or now.is_rerun else 0
