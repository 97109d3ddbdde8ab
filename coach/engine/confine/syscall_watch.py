"""Look at the system calls that a filter stopped: refuse what lies outside, note what the fence refuses anyway.

The calling process waits meanwhile; it is told to go on, or that it may not. What is looked at could be exchanged by another
of its threads before the kernel reads it again: this holds against accidents, which is what changed code is, not against a
program that means to trick it. Landlock stands under it and cannot be tricked so.
"""

import contextlib
import errno
import os
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from coach.core.base.text import storable
from coach.engine.confine import syscall_filter
from coach.engine.confine.answering import answer_all
from coach.engine.confine.stopped_call import Call, signed
from coach.engine.probe.coach_refused import SERVICES, SHARED, SHARED_MEMORY

MAX_NOTED = 20
_MAX_ADDRESS = 128
_MAX_TOLD = 1_000_000


@dataclass(slots=True)
class Watch:
    """What confined processes may do, and what they tried besides."""

    allowed: Sequence[str]
    """Real paths of folders that may be written below; more may be added meanwhile."""
    tcp: bool = False
    told: Path | None = None
    """A file in which every refused act is written with the group of its process, before the process goes on."""
    noted: list[str] = field(default_factory=list)
    """What was refused, in words, the oldest first."""
    _caller: int = 0
    _bytes: int = 0
    _made: set[str] = field(default_factory=set)
    """Names in folders of ``SHARED`` that these processes made."""

    def begin(self, listener: int) -> None:
        """Answer in a thread of its own until no process is left that the filter holds for; closes the listener."""
        threading.Thread(target=self._answer_all, args=(listener,), name="coach-fence", daemon=True).start()

    def note(self, act: str) -> None:
        if len(self.noted) < MAX_NOTED and act not in self.noted:
            self.noted.append(storable(act))
        if self.told is not None and self._bytes < _MAX_TOLD:
            self._tell(storable(act).replace("\n", " "))

    def _tell(self, act: str) -> None:
        with contextlib.suppress(OSError):
            line = f"{os.getpgid(self._caller)} {act}\n".encode()
            self._bytes += len(line)
            file = os.open(self.told or "", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)

    def is_inside(self, path: str) -> bool:
        if any(path == each or path.startswith(f"{each}/") for each in self.allowed):
            return True
        return path.startswith("/dev/") and not path.startswith(SHARED_MEMORY)

    def _answer_all(self, listener: int) -> None:
        try:
            answer_all(listener, self._looked_at)
        except OSError:  # without a listener the calls that wait fail: nothing happens that was not looked at
            self.note("something that could not be looked at")

    def _looked_at(self, name: str, caller: Call) -> int:
        """Return the error number that refuses a call, 0 to let the kernel decide."""
        self._caller = caller.pid
        try:
            return LOOKS[name](self, caller)
        except (KeyError, OSError, ValueError, struct.error):
            return errno.EPERM  # it died meanwhile, or its memory cannot be read: nothing happens unseen

    def shared(self, path: str, verb: str, *, makes: bool = False, takes: bool = False) -> int | None:
        """Judge an act in a folder that everybody shares: processes may do what they like with what they made there.

        Returns the error number that refuses it, 0 when it may be; None: the path does not lie there.
        """
        root = next((each for each in SHARED if path.startswith(f"{each}/")), "")
        if not root or self.is_inside(path):
            return None
        is_own = path in self._made or any(path.startswith(f"{each}/") for each in self._made)
        is_there = os.path.lexists(path)
        if makes and not is_own and not is_there and "/" not in path[len(root) + 1 :]:
            self._made.add(path)
            return 0
        if is_own and takes:
            self._made.discard(path)
        if is_own or not (is_there or makes):
            return 0
        self.note(f"{verb} {path}")
        return errno.EACCES


def _written(  # noqa: PLR0913 - where its arguments are
    watch: Watch, caller: Call, *, verb: str, at: int, folder: int | None = None, flags: int | None = None
) -> int:
    """Look at a file that is opened for writing, or cut."""
    asked = caller.arguments[flags] if flags is not None else os.O_WRONLY | os.O_CREAT
    if verb == "opens":  # openat2(2) has its flags in a structure, which the filter does not see
        asked = struct.unpack("=Q", caller.exactly(2, 8))[0]
        if not asked & syscall_filter.WRITES:
            return 0
    place = caller.place(at, folder)
    said = "truncates" if verb == "truncates" else "writes"
    shared = watch.shared(place, said, makes=bool(asked & os.O_CREAT) and verb != "truncates")
    if shared is not None or watch.is_inside(place):
        return shared or 0
    if os.access(place if os.path.lexists(place) else os.path.dirname(place), os.W_OK):  # noqa: PTH120 - text
        watch.note(f"{said} {place}")
    return errno.EACCES if verb == "truncates" else 0


def _named(watch: Watch, caller: Call, *, verb: str, at: int, folder: int | None = None) -> int:
    """Look at a name that is made or taken away."""
    place = caller.place(at, folder, follow=False)
    shared = watch.shared(place, verb, makes=verb == "makes", takes=verb in {"removes", "renames"})
    if shared is not None or watch.is_inside(place):
        return shared or 0
    is_needed = os.path.lexists(place) != (verb == "makes")
    if is_needed and os.access(os.path.dirname(place), os.W_OK):  # noqa: PTH120 - text
        watch.note(f"{verb} {place}")
    return 0


def _paired(
    watch: Watch, caller: Call, *, verb: str, old: tuple[int, int | None], new: tuple[int, int | None]
) -> int:
    """Look at a name that becomes another one, or gets one besides."""
    over = caller.place(*new, follow=False)
    refused = watch.shared(over, "replaces") if os.path.lexists(over) else 0
    return (
        refused
        or _named(watch, caller, verb=verb, at=old[0], folder=old[1])
        or _named(watch, caller, verb="makes", at=new[0], folder=new[1])
    )


def _marked(  # noqa: PLR0913 - where its arguments are
    watch: Watch, caller: Call, *, what: str, at: int, folder: int | None = None, flags: int | None = None
) -> int:
    """Refuse to change what a file outside is marked with."""
    if folder is not None and (
        not caller.arguments[at] or not caller.text(at)
    ):  # the descriptor itself is meant
        return _marked_open(watch, caller, what=what, at=folder)
    return _judged(watch, what, caller.place(at, folder, follow=caller.follows(flags)))


def _marked_link(watch: Watch, caller: Call, *, what: str) -> int:
    return _judged(watch, what, caller.place(0, follow=False))


def _marked_open(watch: Watch, caller: Call, *, what: str, at: int = 0) -> int:
    return _judged(watch, what, caller.folder(at))


def _judged(watch: Watch, what: str, place: str) -> int:
    shared = watch.shared(place, f"changes the {what} of")
    if shared is not None:
        return shared
    if watch.is_inside(place) or not os.path.lexists(
        place
    ):  # pipes, memory and what is deleted have no place
        return 0
    watch.note(f"changes the {what} of {place}")
    return errno.EPERM


def _met(watch: Watch, caller: Call, *, verb: str) -> int:
    """Look at the address that a socket connects or is bound to."""
    address = caller.exactly(1, min(caller.arguments[2], _MAX_ADDRESS))
    family = struct.unpack_from("=H", address)[0]
    if family in {socket.AF_INET, socket.AF_INET6}:
        return _met_internet(watch, caller, verb, family, address)
    path = os.fsdecode(address[2:].partition(b"\0")[0])
    if family != socket.AF_UNIX or not path:
        return 0
    place = os.path.realpath(path if path.startswith("/") else f"{caller.folder(None)}/{path}")
    if verb == "listens on":
        return watch.shared(place, "makes", makes=True) or 0
    shared = watch.shared(place, "connects to the socket")
    if shared is not None:
        return shared
    if watch.is_inside(place) or place.startswith(SERVICES) or not os.path.lexists(place):
        return 0
    watch.note(f"connects to the socket {place}")
    return errno.EACCES


def _met_internet(watch: Watch, caller: Call, verb: str, family: int, address: bytes) -> int:
    is_free = verb == "listens on" and not struct.unpack_from("!H", address, 2)[0]  # the kernel chooses
    if watch.tcp or is_free or not caller.is_stream(0):
        return 0
    watch.note(f"{verb} TCP {_host(family, address)}")
    return errno.EACCES  # also where Landlock is too old to know


def _host(family: int, address: bytes) -> str:
    port = struct.unpack_from("!H", address, 2)[0]
    start, size = (4, 4) if family == socket.AF_INET else (8, 16)
    return f"{socket.inet_ntop(family, address[start : start + size])}:{port}"


def _other(watch: Watch, caller: Call, *, at: int) -> int:
    """Refuse to change limits and priorities of processes outside its session."""
    number = signed(caller.arguments[at])
    if os.getsid(number) == os.getsid(caller.pid):
        return 0
    watch.note(f"changes the limits of process {number}")
    return errno.EPERM


def _looks() -> dict[str, Callable[[Watch, Call], int]]:
    """Return who looks at which call, with the places of its arguments."""
    found: dict[str, Callable[[Watch, Call], int]] = {
        "open": partial(_written, verb="writes", at=0, flags=1),
        "openat": partial(_written, verb="writes", at=1, folder=0, flags=2),
        "openat2": partial(_written, verb="opens", at=1, folder=0),
        "creat": partial(_written, verb="writes", at=0),
        "truncate": partial(_written, verb="truncates", at=0),
        "symlink": partial(_named, verb="makes", at=1),
        "symlinkat": partial(_named, verb="makes", at=2, folder=1),
        "link": partial(_paired, verb="links to", old=(0, None), new=(1, None)),
        "linkat": partial(_paired, verb="links to", old=(1, 0), new=(3, 2)),
        "rename": partial(_paired, verb="renames", old=(0, None), new=(1, None)),
        "connect": partial(_met, verb="connects to"),
        "bind": partial(_met, verb="listens on"),
        "setpriority": partial(_other, at=1),
        "prlimit64": partial(_other, at=0),
    }
    for name in ("renameat", "renameat2"):
        found[name] = partial(_paired, verb="renames", old=(1, 0), new=(3, 2))
    for name, verb in (("mkdir", "makes"), ("mknod", "makes"), ("rmdir", "removes"), ("unlink", "removes")):
        found[name] = partial(_named, verb=verb, at=0)
        found[f"{name}at"] = partial(_named, verb=verb, at=1, folder=0)
    del found["rmdirat"]
    return found | _markings()


def _markings() -> dict[str, Callable[[Watch, Call], int]]:
    found: dict[str, Callable[[Watch, Call], int]] = {}
    by_path = {"chmod": "mode", "chown": "owner", "utime": "times", "utimes": "times"}
    by_path |= {"setxattr": "attributes", "removexattr": "attributes"}
    for name, what in by_path.items():
        found[name] = partial(_marked, what=what, at=0)
    for name, what in {"lchown": "owner", "lsetxattr": "attributes", "lremovexattr": "attributes"}.items():
        found[name] = partial(_marked_link, what=what)
    by_descriptor = {
        "fchmod": "mode",
        "fchown": "owner",
        "fsetxattr": "attributes",
        "fremovexattr": "attributes",
    }
    for name, what in by_descriptor.items():
        found[name] = partial(_marked_open, what=what)
    in_folder: dict[str, tuple[str, int | None]] = {
        "fchmodat": ("mode", None),
        "fchmodat2": ("mode", 3),
        "fchownat": ("owner", 4),
        "futimesat": ("times", None),
        "utimensat": ("times", 3),
        "setxattrat": ("attributes", 2),
        "removexattrat": ("attributes", 2),
        "file_setattr": ("attributes", 4),
    }
    for name, (what, flags) in in_folder.items():
        found[name] = partial(_marked, what=what, at=1, folder=0, flags=flags)
    return found


LOOKS = _looks()
