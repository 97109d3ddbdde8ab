"""A past session as a port: the replay of its log, at any position. No engine, no writer."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from coach.core.decide import Decision, Refusal
from coach.core.log.events import Recorded
from coach.core.protocol.commands import Command
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.session.port import BaseSession, Update

CHECKPOINTS = 256
"""Kept states over a whole log: what a jump into the middle costs. Few, so that memory does not grow with the log."""
CLOSE, STEPS_BACK = 8, 64
"""Events between the states kept just before where we are, and how many are: stepping back costs a few events."""


class Replay(BaseSession):
    """Every event of a log; ``seek`` chooses how many of them have happened."""

    def __init__(self, records: Sequence[Recorded], output: Callable[[str], str], read_only: str) -> None:
        super().__init__(output, SessionState())
        self._records = tuple(records)
        self._read_only = read_only
        self._apart = max(CLOSE, len(self._records) // CHECKPOINTS)
        self._checkpoints: dict[int, SessionState] = {}
        self._close: dict[int, SessionState] = {}
        self._position = 0
        self.seek(len(self._records))

    @property
    def records(self) -> Sequence[Recorded]:
        return self._records[: self._position]

    @property
    def read_only(self) -> str:
        return self._read_only

    @property
    def position(self) -> int:
        return self._position

    @property
    def length(self) -> int:
        return len(self._records)

    def at(self, position: int) -> Recorded | None:
        """Return the event that leads to a position; None at the beginning."""
        return self._records[position - 1] if 0 < position <= len(self._records) else None

    def seek(self, position: int) -> None:
        """Go to the state after ``position`` events, within what the log holds."""
        position = max(0, min(position, len(self._records)))
        start, state = self._nearest(position)
        for index in range(start, position):
            if index % self._apart == 0:
                self._checkpoints.setdefault(index, state)
            if position - index <= CLOSE * STEPS_BACK and index % CLOSE == 0:
                self._close[index] = state
            state = apply(state, self._records[index])
        while len(self._close) > 2 * STEPS_BACK:
            self._close.pop(next(iter(self._close)))
        self._state, self._position = state, position
        self._listeners.tell(Update(state))

    def _nearest(self, position: int) -> tuple[int, SessionState]:
        """Return the kept state from which the fewest events lead to ``position``."""
        kept = {0: SessionState(), self._position: self._state} | self._close
        below = max(each for each in kept if each <= position)
        checkpoint = position // self._apart * self._apart
        if checkpoint > below and checkpoint in self._checkpoints:
            return checkpoint, self._checkpoints[checkpoint]
        return below, kept[below]

    def submit(self, command: Command) -> Future[Decision | Refusal]:  # noqa: ARG002 - the signature of a port
        future: Future[Decision | Refusal] = Future()
        refusal = Refusal(self._read_only)
        future.set_result(refusal)
        self._listeners.tell(Update(self._state, refusal.reason, is_refusal=True))
        return future
