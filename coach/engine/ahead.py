"""The run that is made ready while another one goes on: laid out, its process started, waiting at its barrier.

The core says what it will probably ask for next (``ExpectRun``). That is laid out while the interpreter of the run before starts,
since no test changes files of the checkout then; its own process starts when the other one stands at its barrier and has loaded
nothing of the project. It is used for the very effect that it was made for; else it ends unseen.
"""

import contextlib
import logging
import threading
from dataclasses import dataclass
from functools import partial

from coach.core.protocol.effects import StartRun
from coach.engine.copies.changed_code import RunInCopy, in_copy
from coach.engine.execute import Execution, set_up
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import Observer, ObserverContext
from coach.engine.ports import Trees
from coach.engine.process.run_context import RunContext
from coach.engine.process.waiting import Waiting
from coach.engine.run_queue import is_in_copy

_DIAGNOSTICS = logging.getLogger("coach")
_TICK = 0.01
IDLE_SECONDS = 1.0
"""How long a run that is ready is kept while nobody asks for any."""

Placed = RunInCopy | Execution
Place = contextlib.AbstractContextManager[Placed]


def place_of(
    asked: StartRun, around: RunContext, cancel: threading.Event, trees: Trees | None, observer: Observer
) -> Place:
    """Return the place of a run, in a copy or in the checkout; to enter it raises TargetError or ScratchError."""
    request = asked.request
    if is_in_copy(request):
        return in_copy(request, around, cancel, trees, observer)
    return set_up(observer.prepare(request, around.root), around, None, observer)


@dataclass(slots=True)
class Ready:
    """A run that is laid out, and perhaps started."""

    asked: StartRun
    observer: Observer
    run: Placed
    kept: contextlib.ExitStack
    """Removes all of it, and ends its process."""
    waiting: Waiting | None = None


class RunAhead:
    """At most one run that is made ready. All but ``expect`` is called by the thread that carries runs out."""

    def __init__(self, trees: Trees | None, context: ObserverContext) -> None:
        self._trees, self._context = trees, context
        self._expected: StartRun | None = None
        self._has_come = threading.Event()
        self._ready: Ready | None = None
        self._is_unwanted = False

    def expect(self, asked: StartRun | None) -> None:
        """Take in what will probably be asked for next; None: what is ready is not wanted. Called by any thread."""
        self._expected, self._is_unwanted = asked, self._is_unwanted or asked is None
        if asked is not None:
            self._has_come.set()

    def take(self, asked: StartRun) -> Ready | None:
        """Return the run that is ready for an effect; what was made ready for another one is ended.

        So is one that loaded code of the project in front of its barrier, beside the tests of another run, and one that these
        tests, or anybody, have ended.
        """
        ready = self._ready
        if ready is None or ready.asked != asked or self._is_unwanted or not _is_whole(ready.waiting):
            self._end()
            return None
        self._ready = None
        return ready

    def end_unwanted(self) -> None:
        """End what is ready, where somebody said that nobody will want it."""
        if self._is_unwanted:
            self._end()

    def drop(self) -> None:
        """End what is ready, and expect nothing."""
        self._forget()
        self._end()

    def begin(
        self, asked: StartRun, execution: Execution, waiting: Waiting | None, cancel: threading.Event
    ) -> None:
        """Bring a run to its barrier, ``waiting`` when it is started already, and make the next one ready in front of it."""
        is_followed = self._has_come.is_set() or asked.request.purpose == "verify"
        if not (execution.can_wait and (waiting or is_followed)):
            return
        waiting = waiting or execution.start()
        if waiting is None:
            return
        settled = partial(_is_settled, waiting, cancel)
        while not (self._has_come.is_set() or settled()):
            self._has_come.wait(_TICK)
        following = self._forget()
        if following and following.request.number == asked.request.number + 1 and not cancel.is_set():
            self._lay_out(following)
        if self._ready is None:
            return
        while not settled():
            cancel.wait(_TICK)
        if waiting.barrier.at == "clean" and not cancel.is_set():
            self._start(self._ready)

    def _start(self, ready: Ready) -> None:
        try:
            ready.waiting = execution_of(ready.run).start()
        except Exception:  # noqa: BLE001 - as for what cannot be laid out
            _DIAGNOSTICS.info(
                "run #%d could not be started before its turn", ready.asked.request.number, exc_info=True
            )
            self._end()

    def _lay_out(self, asked: StartRun) -> None:
        with contextlib.ExitStack() as kept:
            try:
                observer = observer_of(asked, self._context)
                place = place_of(asked, self._context.runs, threading.Event(), self._trees, observer)
                run = kept.enter_context(place)
            except Exception:  # noqa: BLE001 - the run is made as any other then, and says what is wrong
                _DIAGNOSTICS.info("run #%d could not be made ready", asked.request.number, exc_info=True)
                return
            if execution_of(run).can_wait:
                self._ready = Ready(asked, observer, run, kept.pop_all())

    def _end(self) -> None:
        ready, self._ready, self._is_unwanted = self._ready, None, False
        try:
            if ready is not None:
                ready.kept.close()
        except Exception:  # noqa: BLE001 - the thread that runs must go on; what is left the next session removes
            _DIAGNOSTICS.exception("a run that was made ready could not be removed")

    def _forget(self) -> StartRun | None:
        asked, self._expected = self._expected, None
        self._has_come.clear()
        return asked


def execution_of(run: Placed) -> Execution:
    return run.execution if isinstance(run, RunInCopy) else run


def _is_whole(waiting: Waiting | None) -> bool:
    return waiting is None or not (waiting.barrier.at == "own" or waiting.leader.is_over())


def _is_settled(waiting: Waiting, cancel: threading.Event) -> bool:
    return cancel.is_set() or waiting.is_settled
