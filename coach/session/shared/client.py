"""A session that another process holds, as a port: commands go to that process, events come from it."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from coach.core.decide import Decision, Refusal
from coach.core.log.events import Recorded
from coach.core.protocol.commands import Command
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.errors import SessionError
from coach.session.port import BaseSession, Update
from coach.session.shared.messages import LONGEST_LINE, connect, is_for_all, packed, unpacked
from coach.store.lines import record_from

CONNECT_SECONDS = 2.0
FIRST_SECONDS = 20.0
"""How long the whole log may take to arrive."""
LOST = "the coach that held this session is gone; take it up: coach debug --resume"


class RemotePort(BaseSession):
    """The session of another process. When that process ends, the session can be read and no longer asked."""

    def __init__(self, found: socket.socket, output: Callable[[str], str]) -> None:
        super().__init__(output, SessionState())
        self._socket = found
        self._records: list[Recorded] = []
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._lost = ""
        self._has_left = False
        self._thread = threading.Thread(target=self._read, name="coach-remote", daemon=True)
        self._thread.start()

    @property
    def records(self) -> Sequence[Recorded]:
        return self._records

    @property
    def read_only(self) -> str:
        return self._lost

    def submit(self, command: Command) -> Future[Decision | Refusal]:
        """Ask the holder. What is only the holder's to say (that it begins, that it was stopped) is refused here."""
        answer: Future[Decision | Refusal] = Future()
        if not is_for_all(command):
            answer.set_result(Refusal("another coach holds this session"))
            return answer
        fields = command.model_dump(mode="json")
        asked = self._ask("ask", {"command": type(command).__name__, "fields": fields})
        asked.add_done_callback(lambda done: self._settle(answer, done.result()))
        return answer

    def wait_idle(self, timeout: float) -> bool:
        """Wait until the holder is idle (seconds). Returns whether that was reached; a lost holder is idle for ever.

        Raises SessionError when the holder's own threads are gone.
        """
        deadline = time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            asked = self._ask("idle", {"seconds": left})  # the holder may wait for less, and be asked again
            try:
                said = asked.result(left + CONNECT_SECONDS)
            except TimeoutError:
                return False
            if said.get("lost"):
                raise SessionError(str(said["lost"]))
            if said.get("reached", True):
                return True
            if time.monotonic() >= deadline:
                return False

    def is_complete(self, seconds: float) -> bool:
        """Wait until the whole log is here: events are sent before the answer to anything asked."""
        try:
            self._ask("idle", {"seconds": 0}).result(seconds)
        except TimeoutError:
            return False
        return bool(self._records) and not self._lost

    def close(self) -> None:
        """Leave; the holder goes on."""
        self._has_left = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)
        self._socket.close()

    def _ask(self, kind: str, what: dict[str, Any]) -> Future[dict[str, Any]]:
        asked: Future[dict[str, Any]] = Future()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = asked
            try:
                if not self._lost:
                    self._socket.sendall(packed({kind: number, **what}))
            except OSError:
                self._lost = LOST
            lost = self._lost
        if lost:
            self._reply(number, {"refused": lost})
        return asked

    def _reply(self, number: int, what: dict[str, Any]) -> None:
        with self._lock:
            asked = self._waiting.pop(number, None)
        if asked:
            asked.set_result(what)

    def _settle(self, answer: Future[Decision | Refusal], said: dict[str, Any]) -> None:
        refused = said.get("refused")
        answer.set_result(Refusal(str(refused)) if refused else Decision(notice=str(said.get("notice", ""))))

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._socket.makefile("rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                self._take(unpacked(line))
        self._lost = LOST
        with self._lock:
            waiting = tuple(self._waiting)
        for number in waiting:
            self._reply(number, {"refused": self._lost})
        if not self._has_left:
            self._listeners.tell(Update(self._state, self._lost))

    def _take(self, said: dict[str, Any]) -> None:
        if "record" in said:
            record = record_from(said["record"]) if isinstance(said["record"], dict) else None
            if record is None:
                return
            self._state = apply(self._state, record)
            self._records.append(record)
            self._listeners.tell(Update(self._state))
        elif "answer" in said:
            self._reply(said["answer"], said)
        elif "idle" in said:
            self._reply(said["idle"], said)
        elif said.get("notice"):
            self._listeners.tell(
                Update(self._state, str(said["notice"]), is_refusal=bool(said.get("refusal")))
            )


def join(folder: Path, output: Callable[[str], str]) -> RemotePort | None:
    """Join the session that another process holds; None when it cannot be reached. Returns with its whole state."""
    found = connect(folder, CONNECT_SECONDS)
    if found is None:
        return None
    port = RemotePort(found, output)
    if port.is_complete(FIRST_SECONDS):
        return port
    port.close()
    return None
