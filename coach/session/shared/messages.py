"""What two processes on one session send each other: JSON lines on a Unix socket beside the log.

The process that holds the session's lock listens, others ask. First it sends every event of the log, then each new one,
so that both sides fold the same state; between them stand answers to commands, and notices for the person at the front end.

    holder → client   {"record": {...}}   {"notice": TEXT, "refusal": BOOL}   {"answer": N, "refused": TEXT | null, "notice": TEXT}
                      {"idle": N, "reached": BOOL}
    client → holder   {"ask": N, "command": NAME, "fields": {...}}   {"idle": N, "seconds": S}
"""

import contextlib
import json
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command

SOCKET = "door"
LONGEST_LINE = 64 * 1024 * 1024
_LONGEST_PATH = 100
"""Bytes a socket's path may have on every platform (103 on macOS)."""
_CREDENTIALS = struct.Struct("3i")
"""Process, user and group of a peer, as Linux tells them."""
_ONLY_OF_THE_HOLDER = (cmd.Begin, cmd.Resume, cmd.Interrupted, cmd.KeepElsewhere)
_COMMANDS = {kind.__name__: kind for kind in Command.__args__ if kind not in _ONLY_OF_THE_HOLDER}


def packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def unpacked(line: bytes) -> dict[str, Any]:
    """Read one line; empty for what is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def is_for_all(command: Command) -> bool:
    """Whether a second process may ask this; the rest is about the process that holds the session."""
    return not isinstance(command, _ONLY_OF_THE_HOLDER)


def command_from(name: object, fields: object) -> Command | None:
    """Return the command of that name; None for one that is unknown, malformed, or the holder's own."""
    kind = _COMMANDS.get(str(name))
    if kind is None:
        return None
    try:
        command: Command = kind.model_validate(fields)
    except ValidationError:
        return None
    return command


@contextlib.contextmanager
def address(folder: Path) -> Iterator[str]:
    """Give a name for the socket in a folder that fits into a socket's address. Raises OSError when none does."""
    path = str(folder / SOCKET)
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    if not sys.platform.startswith("linux"):
        raise OSError(36, "the path of the state directory is too long for a socket")
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)


def connect(folder: Path, seconds: float) -> socket.socket | None:
    """Connect to the holder of the session in a folder; None when nobody listens there."""
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.settimeout(seconds)
    try:
        with address(folder) as name:
            found.connect(name)
    except OSError:
        found.close()
        return None
    if not is_ours(found):
        found.close()
        return None
    found.settimeout(None)
    return found


def is_ours(found: socket.socket) -> bool:
    """Whether the process at the other end is this user's; where the system cannot be asked, the rights of the folder decide."""
    asked = getattr(socket, "SO_PEERCRED", None)
    if asked is None:
        return True
    try:
        seen = found.getsockopt(socket.SOL_SOCKET, asked, _CREDENTIALS.size)
        return bool(_CREDENTIALS.unpack(seen)[1] == os.geteuid())
    except (OSError, struct.error):
        return False
