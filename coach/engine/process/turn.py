"""The turn of a run whose process is started beside others: it waits at its barrier until no other runs its tests."""

import threading
from dataclasses import dataclass, field

from coach.engine.process.waiting import Waiting

_TICK = 0.02


@dataclass(slots=True)
class Turn:
    """Used by the thread that gives turns and by the one that makes the run."""

    is_clean: bool = False
    """Whether its process waited before anything of the project was loaded, and nobody ended it; known once its turn was taken."""
    _waiting: Waiting | None = None
    _has_started: threading.Event = field(default_factory=threading.Event)
    _is_given: threading.Event = field(default_factory=threading.Event)

    @property
    def has_come(self) -> bool:
        """Whether the process stands at its barrier, or will never come there."""
        return self._has_started.is_set() and (self._waiting is None or self._waiting.is_settled)

    def take(self, waiting: Waiting | None, cancel: threading.Event) -> None:
        """Wait for the turn, or for the end of all; ``waiting`` is the process, None where none could be started so."""
        self._waiting = waiting
        self._has_started.set()
        while not (self._is_given.wait(_TICK) or cancel.is_set()):
            pass
        self.is_clean = waiting is not None and waiting.barrier.at == "clean" and not waiting.leader.is_over()

    def give(self) -> None:
        """Let the run go on, now or once its process is started."""
        self._is_given.set()
