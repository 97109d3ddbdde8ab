"""A run that is started before it may go on: it waits, with pytest and its plugins loaded and nothing of the project.

So runs that must not disturb each other are started beside each other, and their tests run one after the other. The two ends of
a socket: the run says by a byte that it waits, coach lets it go on by another one. When coach is killed the run ends.
"""

import contextlib
import os
import socket
from dataclasses import dataclass, field

WAITS = b"w"
"""What ``probe/coach_turn.py`` says; anything else: something of the project was loaded before."""


@dataclass(slots=True)
class Turn:
    """The turn of one run; used by the thread that decides and by the one that watches the run."""

    ours: socket.socket = field(init=False)
    theirs: socket.socket = field(init=False)
    said: bytes = b""
    is_given: bool = False

    def __post_init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()

    @property
    def told(self) -> tuple[int, int]:
        """What the run is told: its descriptor, and the number by which it is known that it is still this one."""
        return self.theirs.fileno(), os.fstat(self.theirs.fileno()).st_ino

    @property
    def waits(self) -> bool:
        """Whether the run waits now: it uses up none of its time."""
        return bool(self.said) and not self.is_given

    @property
    def is_clean(self) -> bool:
        """Whether it waited before anything of the project was loaded."""
        return self.said == WAITS

    def hear(self, seconds: float) -> bool:
        """Wait at most so long until the run says that it waits; returns whether it has."""
        if not self.said:
            self.ours.settimeout(seconds)
            with contextlib.suppress(TimeoutError):
                self.said = self.ours.recv(1)
        return bool(self.said)

    def give(self) -> None:
        """Let the run go on, now or when it comes to the place where it would wait."""
        self.is_given = True
        self.ours.send(b"g")

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()
