"""The warm server of a session, seen from coach: start it while idle, let it fork runs, know when it is outdated.

A warm run is feedback, never evidence: everything here may fail, and then the run is cold and says why. The server is
``probe/coach_server.py`` in the target's interpreter; a run that it forks becomes coach's own child (``Adopted``), so
that supervision, limits and sweeping are those of any other run. Linux only: elsewhere forking without exec is unsafe.
"""

import array
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from coach.engine.confine.landlock import Fence
from coach.engine.process.process_tree import RUN_ID, become_subreaper, kill_group, sweep
from coach.engine.process.scratch import temporary_folder
from coach.engine.process.spawn import Adopted, give_way
from coach.engine.warm.fingerprint import Stamp, stamp_of
from coach.engine.warm.process import is_our_child, started
from coach.errors import ScratchError
from coach.regular_files import read_json, read_text

_READY_SECONDS = 60.0
"""Importing the dependencies of a large project takes long on a cold disk; nobody waits for it."""
_FORK_SECONDS = 2.0
_MAX_STARTS = 5
"""Starts in a row: each refusal names one package more that must not be loaded beforehand."""
_MAX_MODULES = 20_000
_MAX_SAID = 20_000_000
"""Bytes of what a server wrote into a file."""

State = Literal["none", "preparing", "ready", "given up", "closed"]


class Trouble(Exception):
    """The server does not do what it should; ``deny`` are packages to leave out the next time."""

    def __init__(self, why: str, deny: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.deny = tuple(deny)


@dataclass(slots=True)
class _Server:
    """One server process."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    scratch: Path
    kept: contextlib.ExitStack
    """Removes the scratch folder."""
    run_id: str
    hash_seed: str

    def ask(self, message: Mapping[str, str], descriptor: int, seconds: float) -> dict[str, Any]:
        """Send a message, perhaps with a descriptor, and return the answer. Raises Trouble."""
        rights = (
            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
            if descriptor >= 0
            else []
        )
        try:
            self.socket.sendmsg([json.dumps(message).encode()], rights)
        except OSError as error:
            raise Trouble(f"the warm server is gone: {error.strerror}") from error
        return self.answer(seconds)

    def answer(self, seconds: float) -> dict[str, Any]:
        self.socket.settimeout(seconds)
        try:
            said = self.socket.recv(65_536)
        except TimeoutError as error:
            raise Trouble(f"the warm server did not answer within {seconds:g} s") from error
        except OSError as error:
            raise Trouble(f"the warm server is gone: {error.strerror}") from error
        if not said:
            raise Trouble(f"the warm server ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(said)
        if answer.get("is") == "refused":
            raise Trouble(str(answer.get("why")), [str(each) for each in answer.get("deny", ())])
        return answer

    def watched(self) -> tuple[str, ...]:
        try:
            return tuple(map(str, read_json(self.scratch / "watched.json", _MAX_SAID)))
        except (OSError, TypeError):
            return ()

    def end(self) -> None:
        self.socket.close()
        kill_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        sweep(self.run_id, self.process.pid)
        with contextlib.suppress(ScratchError):
            self.kept.close()

    def _last_words(self) -> str:
        try:
            said = read_text(self.scratch / "log", _MAX_SAID, errors="replace")
            return said.strip().rpartition("\n")[2][:300]
        except OSError:
            return ""


@dataclass(frozen=True, slots=True)
class ForCopies:
    """What holds for a server that forks runs in copies."""

    fence: Fence | None
    """Confines it and all that it forks; each of those gets its own within."""
    niceness: int = 0
    """How much more it, and what it forks, give way than coach does."""


class WarmServer:
    """Keeps at most one server for a project. Every method may be called from any thread."""

    def __init__(
        self,
        root: Path,
        python: str,
        env: Callable[[], dict[str, str]],
        copies: "ForCopies | None" = None,
    ) -> None:
        """Know what a server is to be; ``prepare`` starts it.

        Args:
            root: the folder it stands in.
            python: its interpreter.
            env: returns its environment.
            copies: what holds for it when it forks runs in copies; None: it forks those in the checkout.

        """
        self._root, self._python, self._env = root, python, env
        self.is_for_copies = copies is not None
        self._fence, self._niceness = (copies.fence, copies.niceness) if copies else (None, 0)
        self._lock = threading.Lock()
        self._state: State = "none"
        self._why = "the warm server starts after the first run"
        self._server: _Server | None = None
        self._stamp: Stamp | None = None
        self._wanted: dict[str, None] = {}
        self._loaded: set[str] = set()
        self._denied: set[str] = set()
        self._thread: threading.Thread | None = None
        if not sys.platform.startswith("linux"):
            self._state, self._why = "given up", "warm runs need Linux"

    @property
    def why_cold(self) -> str:
        """Why a run now would be cold; empty when it would be warm."""
        with self._lock:
            return "" if self._state == "ready" else self._why

    def wants(self, modules: Sequence[str]) -> None:
        """Take in what a run used: the server is brought up to that when it is next prepared."""
        with self._lock:
            self._wanted |= dict.fromkeys(modules[:_MAX_MODULES])

    @property
    def is_preparing(self) -> bool:
        """Whether it is about to be ready."""
        with self._lock:
            return self._state == "preparing"

    def prepare(self) -> None:
        """Bring the server up to what runs used; returns at once. Call it when nothing runs."""
        with self._lock:
            is_up_to_date = self._state == "ready" and self._loaded >= self._wanted.keys()
            if is_up_to_date or self._state in {"preparing", "given up", "closed"} or not self._wanted:
                return
            self._state, self._why = "preparing", "the warm server is getting ready"
            self._thread = threading.Thread(target=self._prepare, name="coach-warm", daemon=True)
            self._thread.start()

    def wait_until_settled(self, seconds: float) -> bool:
        """Wait for what ``prepare`` began; returns whether the next run can be warm."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.why_cold

    def confines(self, fence: Fence) -> bool:
        """Whether a run that is to be confined so can be forked."""
        return self._fence is not None and not fence.is_strict

    @property
    def was_refused(self) -> bool:
        """Whether anything that was forked, or the server, tried what its fence refuses: which of them is not known."""
        return self._fence is not None and bool(self._fence.refused)

    def fork(
        self,
        args: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        request: Path,
        fence: Fence | None = None,
    ) -> Adopted:
        """Let the server fork a run of pytest.

        Args:
            args: what follows ``python -m pytest``, run in ``cwd``.
            cwd: the folder to run in.
            env: its environment; the hash seed becomes the server's.
            request: a file that may be written.
            fence: what confines the run, within the server's own.

        Raises:
            Trouble: it cannot; run cold.

        """
        with self._lock:
            server = self._server
            if self._state != "ready" or server is None:
                raise Trouble(self._why)
            changed = self._stamp.changed() if self._stamp else ""
            try:
                if changed:
                    raise Trouble(f"{changed} changed; the warm server starts anew")  # noqa: TRY301 - one way out
                own = {**env, "PYTHONHASHSEED": server.hash_seed}
                asked: dict[str, Any] = {"args": list(args), "cwd": str(cwd), "env": own}
                if fence is not None:
                    self._admit(*fence.own)
                    asked["fence"] = {"allowed": fence.folders, "tcp": not fence.is_strict}
                request.write_text(json.dumps(asked), "utf-8")
                return self._fork(server, request)
            except Trouble as trouble:
                self._drop("none", str(trouble))
                raise

    def close(self) -> None:
        with self._lock:
            self._drop("closed", "the session is closed")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _fork(self, server: _Server, request: Path) -> Adopted:
        reader, writer = os.pipe()
        try:
            answer = server.ask({"do": "run", "request": str(request)}, writer, _FORK_SECONDS)
            pid = int(answer["pid"])
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        if not is_our_child(pid):
            os.close(reader)
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            raise Trouble("this system does not hand a forked run over to coach")
        return Adopted(pid, reader)

    def _admit(self, *places: str) -> None:
        """Let what is forked write below these from now on."""
        if self._fence is not None and self._fence.inner is not None:
            self._fence.inner.extend(places)

    def _prepare(self) -> None:
        """Start a server, or let the one there is load more. On its own thread."""
        for _ in range(_MAX_STARTS):
            with self._lock:
                if self._state != "preparing":
                    return
                wanted, server = tuple(self._wanted), self._server
            try:
                if server is None:
                    server = self._start(wanted)
                    server.answer(_READY_SECONDS)
                else:
                    (server.scratch / "modules.json").write_text(json.dumps(wanted), "utf-8")
                    server.ask(
                        {"do": "preload", "modules": str(server.scratch / "modules.json")}, -1, _READY_SECONDS
                    )
                self._settle(server, wanted)
            except (Trouble, OSError, ScratchError) as trouble:
                if not self._learn(server, trouble):
                    return
            else:
                return
        with self._lock:
            self._drop("given up", f"no warm runs: {self._why}")

    def _settle(self, server: _Server, wanted: Sequence[str]) -> None:
        with self._lock:
            if self._state != "preparing":
                server.end()
                return
            self._server, self._loaded = server, set(wanted)
            self._stamp = stamp_of(self._root, self._python, server.watched())
            self._state, self._why = "ready", ""

    def _learn(self, server: _Server | None, trouble: Exception) -> bool:
        """Take in why a start failed; returns whether another one may do better."""
        deny = trouble.deny if isinstance(trouble, Trouble) else ()
        with self._lock:
            if server is not None:
                server.end()
                self._server = None
            if self._state != "preparing":
                return False
            self._why = str(trouble)
            if set(deny) <= self._denied:
                self._state, self._why = "given up", f"no warm runs: {trouble}"
                return False
            self._denied |= set(deny)
            return True

    def _start(self, modules: Sequence[str]) -> _Server:
        become_subreaper()
        kept = contextlib.ExitStack()
        scratch = kept.enter_context(temporary_folder())
        settings = scratch / "settings.json"
        content = {
            "root": str(self._root),
            "scratch": str(scratch),
            "modules": modules,
            "denied": sorted(self._denied),
            "is_confined": self._fence is not None,
        }
        settings.write_text(json.dumps(content), "utf-8")
        run_id, seed = secrets.token_hex(8), str(secrets.randbelow(2**32))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, (scratch / "log").open("wb") as log:
            env = {**self._env(), RUN_ID: run_id, "PYTHONHASHSEED": seed}
            if self._fence:  # its runs have one each
                self._admit(os.path.realpath(scratch))
                env["TMPDIR"] = str(scratch)
            begin = partial(started, self._root, self._python, env, theirs.fileno(), settings, log)
            process = self._fence.start(begin) if self._fence else begin()
            give_way(process.pid, self._niceness)
        return _Server(process, ours, scratch, kept, run_id, seed)

    def _drop(self, state: State, why: str) -> None:
        """End the server. Called with the lock held."""
        server, self._server = self._server, None
        self._state, self._why, self._loaded = state, why, set()
        if server is not None:
            server.end()
