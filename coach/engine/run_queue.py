"""Runs that were asked for and wait for their turn, and how one ends that is not carried out."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.core.protocol.effects import Effect, StartRun
from coach.core.protocol.observations import EffectFailed
from coach.core.runs.report import Ending, EndingKind
from coach.core.runs.run import RunRequest
from coach.errors import CoachError, exhausted

_STOP_SENTENCES: dict[EndingKind, str] = {
    "cancelled": "stopped on request",
    "superseded": "superseded by a newer run",
    "interrupted": "coach was closed during the run",
    "timeout": "its time in the investigation was over",
}


@dataclass(slots=True)
class Job:
    """A run that was asked for. ``reason`` is set together with ``cancel``."""

    asked: StartRun
    cancel: threading.Event = field(default_factory=threading.Event)
    reason: EndingKind = "cancelled"

    @property
    def is_in_copy(self) -> bool:
        return is_in_copy(self.asked.request)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a cluster carries it out: it takes nothing of this machine, so no run waits for it, nor it for any."""
        return bool(self.asked.request.on)

    @property
    def runs_beside(self) -> bool:
        """Whether it is carried out beside the runs of the checkout: nobody waits for it, and it touches no file of theirs."""
        return self.asked.is_idle_work and self.is_in_copy

    def end(self, reason: EndingKind) -> None:
        """Have it ended; the first reason stands."""
        if not self.cancel.is_set():
            self.reason = reason
            self.cancel.set()

    @contextlib.contextmanager
    def within_its_time(self) -> Iterator[None]:
        """End it when the seconds it may take are over; the worker that waits for it cannot look at a clock."""
        if not self.asked.within:
            yield
            return
        timer = threading.Timer(self.asked.within, self.end, ("timeout",))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def is_in_copy(request: RunRequest) -> bool:
    """Whether a run is carried out in a copy: for the tree it is of, or for what it does to the code."""
    return request.in_copy or request.tries_mutants


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
