"""What a front end (screen, command line, tool server) may do with a session: read its state, submit commands, listen.

The live dispatcher and the replay of a past session both are ports, so that one screen serves both.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, Self

from coach.core.decide import Decision, Refusal
from coach.core.log.events import Recorded
from coach.core.protocol.commands import Command
from coach.core.protocol.live import LiveView, NothingLive
from coach.core.session.state import SessionState
from coach.errors import UsageError


@dataclass(frozen=True, slots=True)
class Update:
    """Something changed: the new state, and perhaps a notice for the person at the front end."""

    state: SessionState
    notice: str = ""
    is_refusal: bool = False


Listener = Callable[[Update], None]

_DIAGNOSTICS = logging.getLogger("coach")


class Listeners:
    """The listeners that one port calls at every change."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` at every change from now on; returns a function that ends it, which may be called twice."""
        self._listeners.append(listener)
        return lambda: self._drop(listener)

    def tell(self, update: Update) -> None:
        """Call every listener, in the order in which they came; one may leave while it is told.

        The thread that tells is the one that writes: a listener that raises (its terminal is gone, it has a defect)
        is told nothing more, and the session goes on.
        """
        for listener in tuple(self._listeners):
            try:
                listener(update)
            except Exception:  # noqa: BLE001 - whatever it is, it is the listener's
                self._drop(listener)
                _DIAGNOSTICS.exception("a listener raised and is told nothing more: %r", listener)

    def _drop(self, listener: Listener) -> None:
        with contextlib.suppress(ValueError):
            self._listeners.remove(listener)


class SessionPort(Protocol):
    """A session seen from outside."""

    @property
    def state(self) -> SessionState:
        """The state after the newest event."""

    @property
    def records(self) -> Sequence[Recorded]:
        """Every event so far, in order."""

    @property
    def read_only(self) -> str:
        """Why nothing can be asked of this session (held elsewhere, a past session); empty when it is live."""

    @property
    def unsaved(self) -> str:
        """Why the newest events are in memory only; empty when all is written."""

    @property
    def live(self) -> LiveView:
        """Progress and output of the run under way."""

    def submit(self, command: Command) -> Future[Decision | Refusal]:
        """Ask for something; returns at once. The answer also reaches every listener as a notice."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after every change, from the dispatcher's thread; returns the way to stop it."""

    def output_of(self, run: int) -> str:
        """Return the kept output of a run (foreign text); empty when there is none."""

    def close(self) -> None:
        """Stop what runs, take in its last word, and give the session up."""


class BaseSession:
    """What all ports share: they hold a state, call their listeners with each new one, and are closed at the end."""

    def __init__(self, output: Callable[[str], str], state: SessionState) -> None:
        """``output`` returns kept output by its content hash; ``state`` is what is shown first."""
        self._output = output
        self._state = state
        self._listeners = Listeners()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def unsaved(self) -> str:
        return ""

    @property
    def live(self) -> LiveView:
        return NothingLive()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    def output_of(self, run: int) -> str:
        found = self._state.run(run)
        artefact = found.report.output.artefact if found and found.report else ""
        return self._output(artefact) if artefact else ""

    def close(self) -> None:
        """Do nothing: nothing is held."""


def ask(port: SessionPort, command: Command, seconds: float = 60.0) -> None:
    """Have a command carried out. Raises UsageError for a refusal, TimeoutError after so many seconds without an answer."""
    answer = port.submit(command).result(seconds)
    if isinstance(answer, Refusal):
        raise UsageError(answer.reason)
