"""What the port of a past session offers besides: a position in its log that can be moved."""

from typing import Protocol, runtime_checkable

from coach.core.log.events import Recorded


@runtime_checkable
class Seekable(Protocol):
    """A port whose ``state`` is the state after ``position`` of ``length`` events."""

    @property
    def position(self) -> int:
        """How many events are applied: 1 … length (0 for an empty log)."""

    @property
    def length(self) -> int:
        """How many events there are in all."""

    def at(self, position: int) -> Recorded | None:
        """Return the event that leads to a position, also to one not shown yet; None outside the log."""

    def seek(self, position: int) -> None:
        """Show the state after ``position`` events; a position outside the log means its nearest end."""
