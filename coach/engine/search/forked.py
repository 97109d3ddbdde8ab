"""Probes forked from an interpreter that has pytest imported: a search asks many, and each would import it anew.

Such a process is not quite a fresh one: what it shows chooses the next question, and what an answer leans on is judged again
alone in a fresh process (``Tried.alone``). One that comes out otherwise there ends all forking (``Disturbed``).
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.runs.target import Target
from coach.engine.confine.landlock import Fence, available
from coach.engine.process.environment import server_environment
from coach.engine.process.probe_install import probe_folder
from coach.engine.process.scratch import temporary_home
from coach.engine.runners.pytest_start import PROGRAM
from coach.engine.search import candidate
from coach.engine.search.candidate import Candidate, SearchContext
from coach.engine.warm.server import ForCopies, WarmServer
from coach.errors import CoachError
from coach.private_folders import make_folders

PATIENCE = 10.0
"""Seconds that a search waits for its server in all; what is asked later meanwhile runs in fresh processes."""
WORTH = 4
"""Questions from which a server is worth its start: that costs about as much as one fresh process."""
_TICK = 0.05


@dataclass(slots=True)
class Forking:
    """The server of one search, from the moment it is asked for."""

    context: SearchContext
    scratch: Path
    """Where copies are made."""
    search: str
    """The name of the search: its probes in this process find the server by that."""
    _server: WarmServer | None = None
    _patience: float = PATIENCE
    _has_loaded: bool = field(default=False)

    def begin(self, target: Target, questions: int) -> None:
        """Start the server where so many questions are worth it and this target's runs can be forked. Returns at once."""
        context = self.context
        can_fork = context.warm and context.command != PROGRAM and target.can("warm")
        if self._server or questions < WORTH or not can_fork:
            return
        with contextlib.suppress(CoachError, OSError):  # then every probe is a fresh process
            self._server = _server_for(self.context, self.scratch)
            self._server.wants(("pytest",))
            self._server.prepare()
            candidate.fork_from(self.search, self._server)

    def may_fork(self, probe: Candidate) -> bool:
        """Whether a probe asks nothing that only a fresh process of its own can answer."""
        varied = probe.variation
        is_other = varied.packages or varied.variables or varied.seed is not None
        return self._server is not None and not is_other and not probe.is_mixed

    def await_server(self, stop: threading.Event) -> None:
        """Wait until the server can fork, not for ever."""
        if self._server is None:
            return
        began = time.monotonic()
        until = began + self._patience
        while self._server.is_preparing and time.monotonic() < until and not stop.is_set():
            self._server.wait_until_settled(_TICK)
        self._patience = max(0.0, until - time.monotonic())

    def load_more(self) -> None:
        """Let the server import what the first probes did, once."""
        if self._server is not None and not self._has_loaded:
            self._has_loaded = True
            self._server.prepare()

    def close(self) -> None:
        if self._server is not None:
            candidate.fork_no_more(self.search)
            self._server.close()
            self._server = None


def _server_for(context: SearchContext, scratch: Path) -> WarmServer:
    """Return a server that is confined as far as what it forks will be; each of those has a fence of its own within."""
    fence = None
    if context.confine != "off" and available().is_there:
        make_folders(scratch)
        kept = (context.state / "bytecode",) if context.state else ()
        fence = Fence((scratch, temporary_home(), *kept), inner=[])
    env = server_environment(context.env, probe_folder(context.state, context.interpreter))
    place = context.root / context.project
    return WarmServer(place, context.interpreter.path, lambda: env, ForCopies(fence, context.niceness))


@contextlib.contextmanager
def forking(context: SearchContext, scratch: Path, search: str) -> Iterator[Forking]:
    """Fork probes of a search that asks for it; its server ends with it."""
    found = Forking(context, scratch, search)
    try:
        yield found
    finally:
        found.close()
