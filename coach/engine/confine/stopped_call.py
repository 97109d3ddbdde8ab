"""A system call that waits for an answer: whose it is, and what its arguments name.

Addresses are read in the memory of the process, descriptors and folders below ``/proc``.
"""

import ctypes
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

HERE, NO_FOLLOW = -100, 0x100
_MAX_PATH, _PAGE = 4096, 4096
_GET_DESCRIPTOR = 438
"""pidfd_getfd(2), on every architecture."""


@dataclass(frozen=True, slots=True)
class Call:
    """A stopped system call: whose, and its arguments."""

    pid: int
    arguments: tuple[int, ...]

    def text(self, at: int) -> str:
        return os.fsdecode(self.memory(self.arguments[at], _MAX_PATH).partition(b"\0")[0])

    def memory(self, address: int, most: int) -> bytes:
        """Read its memory as far as a string may reach, page by page: the next one may not be there."""
        fd = os.open(f"/proc/{self.pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            parts: list[bytes] = []
            while most > 0 and (not parts or b"\0" not in parts[-1]):
                size = min(_PAGE - address % _PAGE, most)
                part = os.pread(fd, size, address)
                if not part:
                    break
                parts.append(part)
                address, most = address + size, most - size
            return b"".join(parts)
        except OSError:
            if parts:
                return b"".join(parts)
            raise
        finally:
            os.close(fd)

    def words(self, at: int, most: int) -> list[str]:
        """Read an array of strings that ends with a null pointer, such as the arguments of a program; at most so many."""
        array = self.exactly(at, 8 * most)
        found = []
        for (address,) in struct.iter_unpack("=Q", array[: len(array) // 8 * 8]):
            if not address:
                break
            found.append(os.fsdecode(self.memory(address, _MAX_PATH).partition(b"\0")[0]))
        return found

    def folder(self, at: int | None) -> str:
        number = HERE if at is None else signed(self.arguments[at])
        way = "cwd" if number == HERE else f"fd/{number}"
        return os.readlink(f"/proc/{self.pid}/{way}")  # noqa: PTH115 - as text

    def exactly(self, at: int, size: int) -> bytes:
        fd = os.open(f"/proc/{self.pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(fd, size, self.arguments[at])
        finally:
            os.close(fd)

    def is_stream(self, at: int) -> bool:
        """Whether a socket is one of TCP; one that cannot be looked at is taken for one."""
        status = Path(f"/proc/{self.pid}/status").read_bytes()
        group = next(int(line.split()[1]) for line in status.split(b"\n") if line.startswith(b"Tgid:"))
        process = os.pidfd_open(group)
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            fd = libc.syscall(_GET_DESCRIPTOR, process, signed(self.arguments[at]), 0)
        finally:
            os.close(process)
        if fd < 0:
            return True
        with socket.socket(fileno=fd) as found:
            return found.type == socket.SOCK_STREAM

    def follows(self, at: int | None) -> bool:
        """Whether links are followed; ``at`` is the argument that holds the flags."""
        return at is None or not self.arguments[at] & NO_FOLLOW

    def place(self, at: int, folder: int | None = None, *, follow: bool = True) -> str:
        """Return where a path in its arguments leads."""
        path = self.text(at)
        for word in ("/proc/self/", "/proc/thread-self/", "/dev/fd/"):
            if path.startswith(word):
                own = f"/proc/{self.pid}/" + ("fd/" if word == "/dev/fd/" else "")
                path = own + path[len(word) :]
        if not path.startswith("/"):
            path = f"{self.folder(folder)}/{path}"
        if follow:
            return os.path.realpath(path)
        head, tail = os.path.split(path.rstrip("/"))
        return os.path.join(os.path.realpath(head), tail)  # noqa: PTH118 - text as the kernel reads it


def signed(number: int) -> int:
    number &= 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number
