"""A process that was started before its turn, and waits at its barrier."""

import os
import signal
from dataclasses import dataclass

from coach.engine.process.barrier import Barrier
from coach.engine.process.process_tree import RUN_ID, become_subreaper, kill_group, sweep
from coach.engine.process.spawn import Launch, Leader, start


@dataclass(slots=True)
class Waiting:
    """The process and its barrier. It ends by ``go``, which hands it over, or by ``end``."""

    leader: Leader
    barrier: Barrier
    run_id: str
    seconds: float = 0.0
    """What it took to the barrier, once it was let go: a run lasts as long as one that never waited."""

    @classmethod
    def started(cls, launch: Launch, barrier: Barrier) -> "Waiting":
        """Start it. Raises OSError."""
        become_subreaper()
        return cls(start(launch), barrier, launch.env.get(RUN_ID, ""))

    @property
    def is_settled(self) -> bool:
        """Whether it stands at the barrier, or is over: one that could not even start says so when it is looked at."""
        return bool(self.barrier.at) or self.leader.is_over()

    def go(self) -> Leader:
        """Let it go on; from now on it is the caller's."""
        self.seconds = self.barrier.seconds
        self.barrier.open()
        return self.leader

    def end(self) -> None:
        """End it and all it started: nobody wants its run any more."""
        kill_group(self.leader.pid, signal.SIGKILL)
        self.barrier.close()
        self.leader.wait()
        sweep(self.run_id, self.leader.pid)
        os.close(self.leader.output)
