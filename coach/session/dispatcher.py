"""The only writer: one thread, one queue. decide → append (durable first) → apply → tell → perform.

Front ends submit commands, the engine posts observations; both are messages in one queue. The dispatcher alone stamps time
and sequence. Events that could not be written are kept in memory and said to be unsaved; debugging goes on.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Protocol, Self

from coach.core.decide import Decision, Message, Refusal, decide
from coach.core.log.events import Event, Recorded
from coach.core.protocol.commands import Command, KeepElsewhere
from coach.core.protocol.effects import Effect, PutBack
from coach.core.protocol.live import LiveView
from coach.core.protocol.observations import Observation, not_begun, unrecorded
from coach.core.session.fold import apply, replay
from coach.errors import CoachError, SessionError, exhausted
from coach.session.port import BaseSession, Update

Answer = Decision | Refusal
Item = tuple[Message, Future[Answer] | None] | None
"""A message and who waits for its answer; None ends the serving."""

RETRY_SECONDS = 2.0
"""How often what could not be written is tried again while nothing happens."""

LOOK_SECONDS = 0.2
"""Seconds between looks whether the thread that is waited for still lives; its answers arrive at once."""
LOST = "the thread that writes this session ended by a defect of coach; diagnostics.log has more"

_DIAGNOSTICS = logging.getLogger("coach")
"""Where defects go; ``opening`` gives it a file in the state directory."""


class Defect(Refusal):
    """A defect of coach itself: shown as a notice at every front end, whatever message caused it."""


class Engine(Protocol):
    """What performs effects: runs, watching, git. The one seam that tests may fake."""

    @property
    def live(self) -> LiveView:
        """Progress and output of the run under way."""

    def start(self, observe: Callable[[Observation], None], settled: Callable[[], None]) -> None:
        """Learn where observations go, and what to call when an effect is owed nothing more; called once, first."""

    def perform(self, effect: Effect) -> None:
        """Begin an effect and return at once; its observations come later, from any thread."""

    @property
    def is_busy(self) -> bool:
        """Whether an effect is still owed its observation (watching is not: it never ends).

        Raises SessionError when what owes it is gone: it will never come.
        """

    def close(self) -> None:
        """Stop everything and leave no process behind; returns when that is done."""


class Log(Protocol):
    """Where events are kept."""

    def append(self, record: Recorded) -> None:
        """Write one event durably. Raises StoreError; a failed append leaves no torn line."""

    def output(self, artefact: str) -> str:
        """Return kept output by its content hash; empty when it is gone."""

    def move(self, home: Path) -> None:
        """Keep everything in another state directory from here on. Raises StoreError and stays where it was."""

    def close(self) -> None:
        """Give up the lock."""


class Service(Protocol):
    """What lets other processes in."""

    def start(self, port: "Dispatcher") -> None:
        """Begin to serve."""

    def close(self) -> None:
        """Stop; nobody is let in any more."""


class Dispatcher(BaseSession):
    """A live session as a port."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that surrounds a session
        self,
        log: Log,
        engine: Engine,
        records: Sequence[Recorded] = (),
        clock: Callable[[], float] = time.time,
        service: Service | None = None,
        redactor: Callable[[Observation], Observation] = lambda seen: seen,
    ) -> None:
        super().__init__(log.output, replay(records))
        self._service = service
        self._redactor = redactor
        self._log = log
        self._engine = engine
        self._clock = clock
        self._records = list(records)
        self._unwritten: list[Recorded] = []
        self._unsaved = ""
        self._queue: queue.Queue[Item] = queue.Queue()
        self._pending = 0
        self._is_closed = self._is_lost = False
        self._idle = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="coach-dispatcher", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Begin to serve; ``close`` ends it."""
        self._engine.start(self.observe, self._settled)
        self._thread.start()
        if self._service:
            self._service.start(self)

    @property
    def records(self) -> Sequence[Recorded]:
        return self._records

    @property
    def read_only(self) -> str:
        return ""

    @property
    def unsaved(self) -> str:
        return self._unsaved

    @property
    def live(self) -> LiveView:
        return self._engine.live

    def submit(self, command: Command) -> Future[Answer]:
        future: Future[Answer] = Future()
        self._put(command, future)
        return future

    def observe(self, observation: Observation) -> None:
        """Take in what the engine saw, without the secrets of this machine; any thread may call."""
        try:
            redacted = self._redactor(observation)
        except Exception as error:  # noqa: BLE001 - what cannot be redacted is not recorded, and its run is over all the same
            _DIAGNOSTICS.exception("could not redact %s", type(observation).__name__)
            where = f"in redacting {type(observation).__name__}"
            redacted = unrecorded(observation, f"a defect of coach, {where}: {type(error).__name__}")
        self._put(redacted, None)

    def record(self, event: Event) -> None:
        """Record the event a session begins with, before the queue is served."""
        self._append(event)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until every message is handled, its listeners were called, and no effect owes an observation. Returns whether that was reached.

        Raises:
            SessionError: the thread that would reach it is gone.

        """
        deadline = time.monotonic() + timeout
        with self._idle:
            while not self._is_closed and (self._pending or self._engine.is_busy):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._idle.wait(min(left, LOOK_SECONDS))
            if self._is_lost:
                raise SessionError(LOST, do="take it up again: coach debug --resume")
        return True

    def close(self) -> None:
        """Disconnect joined processes, stop the engine, take in its last observations, release the log."""
        if self._service:
            self._service.close()
        self._engine.close()
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout=5)
        self._refuse_the_rest()
        self._save()
        self._log.close()

    def _put(self, message: Message, future: Future[Answer] | None) -> None:
        with self._idle:
            if not self._is_closed:
                self._pending += 1
                self._queue.put((message, future))
                return
        _settle(future, self._closed())

    def _closed(self) -> Refusal:
        return Refusal(LOST if self._is_lost else "the session is closed")

    def _settled(self) -> None:
        """Look again whether all is idle: the engine has given an answer that it owed."""
        with self._idle:
            self._idle.notify_all()

    def _refuse_the_rest(self) -> None:
        """Take nothing more, and leave nobody waiting for an answer."""
        with self._idle:
            self._is_closed = True
            while True:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is not None:
                    _settle(item[1], self._closed())
            self._pending = 0
            self._idle.notify_all()

    def _next(self) -> Item:
        """Wait for the next message; meanwhile try to write what could not be written."""
        while True:
            try:
                return self._queue.get(timeout=RETRY_SECONDS if self._unwritten else None)
            except queue.Empty:
                self._save()
                self._listeners.tell(Update(self._state, "" if self._unsaved else "saved again"))

    def _serve(self) -> None:
        try:
            while (item := self._next()) is not None:
                self._serve_one(*item)
        except BaseException:
            self._is_lost = True
            _DIAGNOSTICS.exception("the session's only writer ended")
            self._refuse_the_rest()
            raise

    def _serve_one(self, message: Message, future: Future[Answer] | None) -> None:
        """Handle a message: the caller has its answer first, then listeners are called, and only then it counts as done."""
        answer: Answer = Refusal(LOST)
        try:
            answer = self._handle(message)
        except Exception as error:  # noqa: BLE001 - a defect must not end the session
            _DIAGNOSTICS.exception("could not handle %s", type(message).__name__)
            lacking = exhausted(error)
            defect = f"a defect of coach, in {type(message).__name__}: {error!r}; diagnostics.log has more"
            answer = Defect(str(lacking) if lacking else defect)
        finally:
            _settle(future, answer)
        try:
            self._tell(message, answer)
        finally:
            with self._idle:
                self._pending -= 1
                self._idle.notify_all()

    def _handle(self, message: Message) -> Answer:
        if isinstance(message, KeepElsewhere):
            return self._keep_in(Path(message.place.strip()))
        decision = decide(message, self._state)
        if isinstance(decision, Refusal):
            return decision
        for event in decision.events:
            self._append(event)
        for effect in decision.effects:
            self._perform(effect)
        return decision

    def _append(self, event: Event) -> None:
        record = Recorded(seq=self._state.seq + 1, at=self._clock(), event=event)
        self._write(record)
        self._state = apply(self._state, record)
        self._records.append(record)

    def _write(self, record: Recorded) -> None:
        """Durable first; when that fails, keep in memory and try again with the next event, or in a moment."""
        self._unwritten.append(record)
        self._save()

    def _keep_in(self, place: Path) -> Answer:
        """Go on with the log in another state directory."""
        opened = self._state.opened
        try:
            home = place.expanduser()
            if not home.is_absolute() or (opened and home.resolve().is_relative_to(opened.checkout.root)):
                return Refusal("name a folder outside the project, by its whole path")
            self._log.move(home)
        except (CoachError, RuntimeError, OSError) as error:
            return Refusal(str(error))
        self._save()
        return Decision(notice=f"kept in {home}; later: COACH_STATE_DIR={home} coach debug --resume")

    def _save(self) -> None:
        try:
            while self._unwritten:
                self._log.append(self._unwritten[0])
                del self._unwritten[0]
            self._unsaved = ""
        except CoachError as error:
            self._unsaved = str(error)

    def _perform(self, effect: Effect) -> None:
        try:
            self._refuse_unsaid(effect)
            self._engine.perform(effect)
        except Exception as error:  # noqa: BLE001 - an effect that is not begun is answered here
            known = isinstance(error, CoachError)
            if not known:
                _DIAGNOSTICS.exception("could not begin %s", type(effect).__name__)
            message = str(error) if known else f"a defect of coach: {type(error).__name__}: {error}"
            self.observe(not_begun(effect, message))

    def _refuse_unsaid(self, effect: Effect) -> None:
        """Refuse to write to the checkout before the log says so. Raises CoachError."""
        if isinstance(effect, PutBack) and self._unwritten:
            why = f"the session cannot be saved, and without that there is no undo: {self._unsaved}"
            raise CoachError("nothing was put back", why=why, do="free space there, then try again")

    def _tell(self, message: Message, answer: Answer) -> None:
        refused = isinstance(answer, Refusal)
        is_command = isinstance(message, Command)
        notice = ""
        if isinstance(answer, Decision):
            notice = answer.notice
        elif is_command or isinstance(answer, Defect):
            notice = answer.reason
        self._listeners.tell(Update(self._state, notice, is_refusal=refused and is_command))


def _settle(future: Future[Answer] | None, answer: Answer) -> None:
    """Give the answer to who asked; it may have given up waiting."""
    if future is not None:
        with contextlib.suppress(InvalidStateError):
            future.set_result(answer)
