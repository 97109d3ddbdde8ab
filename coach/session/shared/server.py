"""Let other processes join: the holder of a session serves it on a Unix socket beside the log (0600, in a 0700 folder).

Another user who gets past both is sent away.

What they ask goes into the one queue of the dispatcher like any other command; nothing is written here.
"""

import contextlib
import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from coach.core.decide import Refusal
from coach.core.protocol.commands import Command
from coach.errors import CoachError
from coach.session.port import SessionPort, Update
from coach.session.shared.messages import LONGEST_LINE, address, command_from, is_ours, packed, unpacked
from coach.store.lines import encode

MAX_CLIENTS = 16
MAX_NOTICES = 200
LONGEST_WAIT = 60.0
"""Seconds; who waits longer asks again."""


class Served(SessionPort, Protocol):
    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing runs or is owed."""


class Service:
    """Listens from ``start`` to ``close``. Where sockets cannot be made nobody can join; debugging goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listener: socket.socket | None = None
        self._clients: set[_Client] = set()
        self._lock = threading.Lock()

    def start(self, port: Served) -> None:
        """Begin to listen. The session's lock is ours, so a socket that is there is a dead coach's."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with address(self._folder) as name:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)  # noqa: PTH108 - may be a name under /proc
                listener.bind(name)
                os.chmod(name, 0o600)  # noqa: PTH101
            listener.listen(MAX_CLIENTS)
        except OSError:
            listener.close()
            return
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener, port), name="coach-share", daemon=True).start()

    def close(self) -> None:
        """Send everybody away."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        with contextlib.suppress(OSError), address(self._folder) as name:
            os.unlink(name)  # noqa: PTH108
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            clients = tuple(self._clients)
        for client in clients:
            client.close()

    def _accept(self, listener: socket.socket, port: Served) -> None:
        while self._listener is listener:
            try:
                found, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if len(self._clients) >= MAX_CLIENTS or not is_ours(found):
                    found.close()
                    continue
                client = _Client(found, port, self._gone)
                self._clients.add(client)
            client.start()

    def _gone(self, client: "_Client") -> None:
        with self._lock:
            self._clients.discard(client)


class _Client:
    """One process that joined: one thread reads its commands, one sends it events.

    Events are read from the port's own list when they are sent, so that a slow client costs no memory.
    """

    def __init__(self, found: socket.socket, port: Served, gone: "Callable[[_Client], None]") -> None:
        self._socket = found
        self._port = port
        self._gone = gone
        self._sent = 0
        self._words: deque[dict[str, Any]] = deque(maxlen=MAX_NOTICES)
        self._answers: deque[dict[str, Any]] = deque()
        self._wake = threading.Condition()
        self._is_over = False
        self._unsubscribe = port.subscribe(self._hear)

    def start(self) -> None:
        threading.Thread(target=self._send, name="coach-share-send", daemon=True).start()
        threading.Thread(target=self._read, name="coach-share-read", daemon=True).start()

    def close(self) -> None:
        with self._wake:
            self._is_over = True
            self._wake.notify_all()
        self._unsubscribe()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._gone(self)

    def _hear(self, update: Update) -> None:
        with self._wake:
            if update.notice:
                self._words.append({"notice": update.notice, "refusal": update.is_refusal})
            self._wake.notify_all()

    def _answer(self, value: dict[str, Any]) -> None:
        with self._wake:
            self._answers.append(value)
            self._wake.notify_all()

    def _send(self) -> None:
        """Send events first: who reads an answer has what led to it."""
        try:
            while True:
                told, end = self._next()
                if self._is_over:
                    return
                for record in self._port.records[self._sent : end]:
                    self._socket.sendall(b'{"record":' + encode(record).rstrip(b"\n") + b"}\n")
                self._sent = end
                self._socket.sendall(b"".join(map(packed, told)))
        except OSError:
            return
        finally:
            self.close()
            self._socket.close()

    def _next(self) -> tuple[list[dict[str, Any]], int]:
        """Wait for something to send: words and answers, and the number of events that come before them."""
        with self._wake:
            while not (self._is_over or self._answers or self._words or self._sent < len(self._port.records)):
                self._wake.wait()
            told = [*self._words, *self._answers]
            self._words.clear()
            self._answers.clear()
            return told, len(self._port.records)

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._socket.makefile("rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                self._take(unpacked(line))
        self.close()

    def _take(self, said: dict[str, Any]) -> None:
        if "idle" in said:
            seconds = said.get("seconds")
            limit = float(seconds) if isinstance(seconds, int | float) else 0.0
            self._answer({"idle": said["idle"], **self._waited(min(max(limit, 0.0), LONGEST_WAIT))})
            return
        number = said.get("ask")
        command = command_from(said.get("command"), said.get("fields"))
        if command is None:
            self._answer({"answer": number, "refused": "this coach does not know that command", "notice": ""})
            return
        self._ask(number, command)

    def _waited(self, seconds: float) -> dict[str, Any]:
        try:
            return {"reached": self._port.wait_idle(seconds)}
        except CoachError as error:
            return {"reached": False, "lost": str(error)}

    def _ask(self, number: object, command: Command) -> None:
        answer = self._port.submit(command).result()
        if isinstance(answer, Refusal):
            self._answer({"answer": number, "refused": answer.reason, "notice": ""})
        else:
            self._answer({"answer": number, "refused": None, "notice": answer.notice})
