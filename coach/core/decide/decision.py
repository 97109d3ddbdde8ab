"""The shape of a decision and its dispatch by the type of the message."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

from coach.core.log.events import Event
from coach.core.protocol.commands import Command
from coach.core.protocol.effects import Effect
from coach.core.protocol.observations import Observation
from coach.core.session.fold import ahead
from coach.core.session.state import SessionState

Message = Command | Observation


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that cannot be carried out now: why, and what to do instead."""

    reason: str
    typed: str = ""
    """A word in it that names nothing,"""
    meant: tuple[str, ...] = ()
    """and what it may have been, nearest first."""


CLOSED = Refusal("this session is closed; resume it first: coach debug --resume")


@dataclass(frozen=True, slots=True)
class Decision:
    """Events to record, effects to perform, and perhaps a word to whoever is looking."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    notice: str = ""


@singledispatch
def decide(message: object, state: SessionState) -> Decision | Refusal:  # noqa: ARG001 - the dispatch needs it
    """Decide what follows from a message. Raises TypeError for a message nobody registered."""
    raise TypeError(f"no decision for {type(message).__name__}")


class Draft:
    """A decision under construction: every event is folded at once, so that the next question sees it."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self._events: list[Event] = []
        self._effects: list[Effect] = []
        self.notice = ""

    def record(self, *events: Event) -> None:
        self._events.extend(events)
        self.state = ahead(self.state, *events)

    def perform(self, *effects: Effect) -> None:
        self._effects.extend(effects)

    def take(self, decision: Decision, effects: Iterable[Effect] | None = None) -> None:
        """Take in a decision made elsewhere on the state of this draft, with other effects where they are given."""
        self.record(*decision.events)
        self.perform(*(decision.effects if effects is None else effects))
        self.notice = decision.notice or self.notice

    def done(self, extra: Iterable[Effect] = ()) -> Decision:
        return Decision(tuple(self._events), (*self._effects, *extra), self.notice)
