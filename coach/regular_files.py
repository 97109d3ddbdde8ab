"""The one place that opens a file because a project, a run or a command line names it.

A name says nothing about what it leads to: a pipe that nobody writes to, a device without an end, a link in a circle, a
folder, gigabytes. So only regular files are opened, after a look, and never in a way that waits; at most so many bytes are
read, within so many seconds. Everything else is an ``OSError`` whose ``strerror`` is the reason, in words; also a name that
no file can have (a NUL, a lone surrogate) and content that is not what it should be.

Files that coach made for itself and nobody else writes are opened directly; ``tests/test_foreign_files.py`` lists them.
"""

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO

MAX_SETTINGS = 2_000_000
"""Bytes of a settings file: pyproject.toml, a workflow, config.toml, setup.cfg."""
MAX_SOURCE = 2_000_000
"""Bytes of one source file that is read as text or parsed."""
MAX_SECONDS = 20.0
"""For reading one file: a file system that trickles must not hold coach for ever."""
_CHUNK = 1 << 20
_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")
_OPENED_AS = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
_OF_THE_SYSTEM = ("/proc", "/sys")
"""File systems whose regular files have no size, no end, or an effect when they are read."""


class Unreadable(OSError):
    """A file that is not read; ``strerror`` says why."""

    def __init__(self, why: str, path: Path | str, number: int = errno.EINVAL) -> None:
        super().__init__(number, why, str(path))


def reason(error: BaseException) -> str:
    """Return why something could not be read, without numbers and paths: to be put after a colon."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return said.partition("\n")[0][:300]


def is_file(path: Path | str) -> bool:
    """Whether a name leads to a regular file; False also for names that no file can have."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - raises alike for every kind of wrong name
    except (OSError, ValueError):
        return False


def is_file_of(path: Path | str, most: int) -> bool:
    """Whether a name leads to a regular file of at most so many bytes: cheaper than to open it and read nothing."""
    try:
        seen = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_size <= most


def is_folder(path: Path | str) -> bool:
    """Whether a name leads to a folder; False also for names that none can have."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def is_there(path: Path | str) -> bool:
    """Whether a name leads to anything; False also for names that nothing can have."""
    try:
        os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return True


def real_path(path: Path | str) -> Path:
    """Return where a name leads in the end, links followed; the name itself where that cannot be said."""
    try:
        return Path(path).resolve()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a link that leads to itself
        return Path(path)


def kept_path(text: str) -> Path:
    """Return the path that a log tells of. Bytes of a name that are no text are kept there as their escapes."""
    if "\\udc" not in text or is_there(text):
        return Path(text)
    return Path(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


@contextmanager
def opened(path: Path | str, most: int | None = None) -> Iterator[BinaryIO]:
    """Open a regular file for reading. Raises OSError: Unreadable for what is none, or is larger than ``most`` bytes."""
    with os.fdopen(_descriptor(path, most), "rb") as file:
        yield file


def read_bytes(path: Path | str, most: int) -> bytes:
    """Return the whole content of a regular file of at most ``most`` bytes. Raises OSError."""
    with opened(path, most) as file:
        content = _read(file, most + 1, path)
    if len(content) > most:  # it grew, or has no size of its own
        raise _too_large(path, most)
    return content


def read_head(path: Path | str, most: int) -> bytes:
    """Return the first ``most`` bytes of a regular file of any size. Raises OSError."""
    with opened(path) as file:
        return _read(file, most, path)


def read_text(path: Path | str, most: int, *, errors: str = "strict") -> str:
    """Return a file of UTF-8 as text with plain newlines. Raises OSError, also for other bytes unless ``errors`` takes them."""
    try:
        text = read_bytes(path, most).decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 (byte {error.start:,})", path) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_source(path: Path | str, most: int = MAX_SOURCE) -> str:
    """Return Python source as text, in the encoding it declares. Raises OSError."""
    import io
    import tokenize

    content = read_bytes(path, most)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        with io.TextIOWrapper(io.BytesIO(content), encoding, line_buffering=True) as file:
            return file.read()
    except (SyntaxError, ValueError, LookupError) as error:
        raise Unreadable(f"it is not text: {reason(error)}", path) from None


def read_toml(path: Path | str, most: int = MAX_SETTINGS) -> dict[str, Any]:
    """Return a TOML file as a table. Raises OSError, also for what is no TOML."""
    from coach.core.base.settings_text import toml_table

    text = read_text(path, most)
    try:
        return toml_table(text)
    except ValueError as error:
        raise Unreadable(reason(error), path) from None


def read_ini(path: Path | str, most: int = MAX_SETTINGS) -> dict[str, dict[str, str]]:
    """Return an INI file as sections of texts; a key without a value is empty. Raises OSError, also for what is no INI."""
    from coach.core.base.settings_text import ini_sections

    text = read_text(path, most, errors="replace")
    try:
        parser = ini_sections(text, with_bare_keys=True)
    except ValueError as error:
        raise Unreadable(reason(error), path) from None
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}


def read_json(path: Path | str, most: int) -> Any:
    """Return what a JSON file holds. Raises OSError, also for what is no JSON."""
    import json

    content = read_bytes(path, most)
    try:
        return json.loads(content)
    except RecursionError:
        raise Unreadable("its values lie too deep in one another", path) from None
    except ValueError as error:
        raise Unreadable(f"it is not JSON: {reason(error)}", path) from None


def bounded_lines(file: BinaryIO, most: int) -> Iterator[tuple[bytes, int]]:
    """Yield each line and its length in bytes; a line longer than ``most`` comes cut, with its line end where it has one."""
    for first in iter(partial(file.readline, most), b""):
        length, last = len(first), first
        while len(last) == most and not last.endswith(b"\n") and (last := file.readline(most)):
            length += len(last)
        if length == len(first):
            yield first, length
        else:
            yield first + b"\n" * last.endswith(b"\n"), length


def _descriptor(path: Path | str, most: int | None) -> int:
    """Look first, since opening alone can wake a writer or move a tape; look again at what was opened, since names move."""
    try:
        _refuse(os.stat(path), path, most)  # noqa: PTH116
        descriptor = os.open(path, _OPENED_AS)
    except ValueError:
        raise Unreadable("no file can have this name", path) from None
    try:
        _refuse(os.fstat(descriptor), path, most)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse(seen: os.stat_result, path: Path | str, most: int | None) -> None:
    if not stat.S_ISREG(seen.st_mode):
        why = next((words for is_kind, words in _KINDS if is_kind(seen.st_mode)), "it is no regular file")
        raise Unreadable(why, path, errno.EISDIR if stat.S_ISDIR(seen.st_mode) else errno.EINVAL)
    if seen.st_dev in _devices_of_the_system():
        raise Unreadable("it is a file of the system, not of a project", path)
    if most is not None and seen.st_size > most:
        raise _too_large(path, most)


@cache
def _devices_of_the_system() -> frozenset[int]:
    """Return the devices of such file systems; where none is mounted its folder is one of the root's own."""
    found = {os.stat(each).st_dev for each in _OF_THE_SYSTEM if is_folder(each)}  # noqa: PTH116
    return frozenset(found - {os.stat("/").st_dev})  # noqa: PTH116


def _too_large(path: Path | str, most: int) -> Unreadable:
    size = f"{most / 1_000_000:,.0f} MB" if most >= 1_000_000 else f"{most:,} bytes"
    return Unreadable(f"it is larger than {size}", path, errno.EFBIG)


def _read(file: BinaryIO, most: int, path: Path | str) -> bytes:
    parts, left, until = [], most, time.monotonic() + MAX_SECONDS
    while left > 0 and (part := file.read(min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
        if time.monotonic() > until:
            raise Unreadable(f"reading it takes longer than {MAX_SECONDS:.0f} s", path, errno.ETIMEDOUT)
    return b"".join(parts)
