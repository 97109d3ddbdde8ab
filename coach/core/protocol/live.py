"""What is going on right now: progress and the newest output lines of the run under way.

Not events: nobody reads them next month. The engine writes them, everybody else only takes snapshots.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AtWork:
    """What one worker of a cluster does now."""

    name: str
    """What the cluster calls it; foreign text."""
    doing: str = ""
    """The label of its probe; empty: it waits for one."""
    since: float = 0.0
    """Seconds since the epoch when it began that; 0: not known."""


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """One look at the run under way (or at the last one, when none is)."""

    version: int = 0
    """Grows with whatever a run says, also where ``lines`` were not asked for: equal snapshots need no repaint."""
    run: int = 0
    selected: int = 0
    """Tests collected; 0 until collection has ended."""
    finished: int = 0
    failed: int = 0
    current_test: str = ""
    failure: str = ""
    """What the first failing test said, in one line: known before the run ends, and judged only then. Foreign text."""
    lines: tuple[str, ...] = ()
    """The newest output lines, oldest first; foreign text, not yet safe to show."""
    dropped: int = 0
    """Lines that came before ``lines`` and are no longer held here."""
    silent: int = 0
    """Seconds since it last said or finished anything, in steps; 0 while that is not long ago. The version stays."""
    workers: tuple[AtWork, ...] = ()
    """The workers of the cluster in use and what each does; none while everything runs on this machine."""


class LiveView(Protocol):
    """Where snapshots come from. Any thread may ask."""

    def snapshot(self, lines: int) -> LiveSnapshot:
        """Return at most ``lines`` of the newest output, and the progress."""


class NothingLive:
    """The live view of a session that is over, or whose runs another process holds."""

    def snapshot(self, lines: int) -> LiveSnapshot:  # noqa: ARG002 - a live view's shape
        return LiveSnapshot()
