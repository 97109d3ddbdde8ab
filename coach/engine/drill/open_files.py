"""Look again and again at what processes have open, where their calls cannot be watched: what is short is missed."""

import contextlib
import os
import socket
import threading
from pathlib import Path
from typing import Protocol

from coach.core.drill.facts import WatchedBy
from coach.engine.drill.places import Places
from coach.engine.process.process_tree import survivors

_PAUSE = 0.02
_MISSES = "what is open or runs for less than a fiftieth of a second is missed"
_TABLES = {"tcp": socket.AF_INET, "udp": socket.AF_INET, "tcp6": socket.AF_INET6, "udp6": socket.AF_INET6}


class Noting(Protocol):
    """Takes what is seen."""

    def opened(self, pid: int, real: str, verb: str = "reads") -> None: ...
    def ran(self, pid: int, argv: list[str], folder: str) -> None: ...
    def connected(self, pid: int, host: str, port: int) -> None: ...


class OpenFiles:
    """A thread that looks, until it is ended."""

    def __init__(self, places: Places, run_id: str, leader: int, noting: Noting) -> None:
        self._places, self._run_id, self._leader, self._noting = places, run_id, leader, noting
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="coach-watch", daemon=True)

    def begin(self, why: str) -> tuple[WatchedBy, str]:
        """Begin to look; returns how it is watched, and why no better."""
        if not Path("/proc/self/fd").is_dir():
            return "nothing", f"{why}, and there is no /proc"
        self._thread.start()
        return "open files", f"{why}; {_MISSES}"

    def end(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _look_on(self) -> None:
        while True:
            for pid in (self._leader, *(each.pid for each in survivors(self._run_id, self._leader))):
                self._look_at(pid)
            if self._over.wait(_PAUSE):
                return

    def _look_at(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
            folder = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - as text
            self._noting.ran(pid, [os.fsdecode(each) for each in words], folder)
        sockets = set()
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - hot
                with contextlib.suppress(OSError):
                    place = os.readlink(f"/proc/{pid}/fd/{name}")  # noqa: PTH115
                    if place.startswith("/"):
                        self._noting.opened(pid, place)
                    elif place.startswith("socket:["):
                        sockets.add(place[8:-1])
        if sockets:
            self._look_at_sockets(pid, sockets)

    def _look_at_sockets(self, pid: int, inodes: set[str]) -> None:
        for table, family in _TABLES.items():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii", "replace").splitlines()[1:]:
                    fields = line.split()
                    if len(fields) > 9 and fields[9] in inodes:
                        host, _, port = fields[2].partition(":")
                        self._noting.connected(pid, _host(host, family), int(port, 16))


def _host(text: str, family: int) -> str:
    """Return an address of the kernel's tables: words of 32 bits, in the order of this machine's bytes."""
    raw = bytes.fromhex(text)
    words = b"".join(int.from_bytes(raw[at : at + 4]).to_bytes(4, "little") for at in range(0, len(raw), 4))
    return socket.inet_ntop(family, words)
