"""Runs that were asked for and wait for their turn, and how one ends that is not carried out."""

import threading
from dataclasses import dataclass, field

from coach.core.protocol.effects import Effect, StartRun
from coach.core.protocol.observations import EffectFailed
from coach.core.runs.report import Ending, EndingKind
from coach.errors import CoachError, exhausted

_STOP_SENTENCES: dict[EndingKind, str] = {
    "cancelled": "stopped on request",
    "superseded": "superseded by a newer run",
    "interrupted": "coach was closed during the run",
}


@dataclass(slots=True)
class Job:
    """A run that was asked for. ``reason`` is set together with ``cancel``."""

    asked: StartRun
    cancel: threading.Event = field(default_factory=threading.Event)
    reason: EndingKind = "cancelled"


def stopped(reason: EndingKind, exit_code: int | None) -> Ending:
    return Ending(kind=reason, sentence=_STOP_SENTENCES[reason], exit_code=exit_code)


def failed(effect: Effect, error: Exception) -> EffectFailed:
    """Put an error into words. Expected ones say what to do; anything else names itself, so that it can be reported."""
    lacking = exhausted(error)
    known = isinstance(error, CoachError | OSError)
    message = (
        str(lacking or error) if known or lacking else f"a defect of coach: {type(error).__name__}: {error}"
    )
    number = effect.request.number if isinstance(effect, StartRun) else 0
    return EffectFailed(effect=type(effect).__name__, message=message, run=number)
