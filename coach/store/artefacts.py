"""Outputs of runs, kept by content: the same text twice is one file.

``<state>/artefacts/<first 2 hex>/<sha256>``, 0600, UTF-8. A file appears under its name only when it is complete.
"""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from coach.core.base.text import storable
from coach.regular_files import read_bytes
from coach.store.paths import artefacts_folder, make_private, unusable

MAX_BYTES = 512 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


def content_of(text: str) -> tuple[str, bytes]:
    """Return the name of a text, its sha256, and what is stored under it."""
    content = storable(text).encode("utf-8")
    return hashlib.sha256(content).hexdigest(), content


def keep(text: str) -> str:
    """Store a text; returns its sha256. Raises StoreError."""
    name, content = content_of(text)
    place = _place(name)
    try:
        if place.exists() and place.stat().st_size == len(content) and read(name):
            return name
        make_private(place.parent)
        write_whole(place, content)
    except OSError as error:
        raise unusable(place, error) from error
    return name


def read(name: str) -> str:
    """Return a kept text; empty when it is gone, when ``name`` is no hash, and when it is not what was kept."""
    if _HASH.fullmatch(name) is None:
        return ""
    try:
        content = read_bytes(_place(name), MAX_BYTES)
    except OSError:
        return ""
    # One that was cut or exchanged would be taken for what a run printed.
    return content.decode("utf-8", "replace") if hashlib.sha256(content).hexdigest() == name else ""


def _place(name: str) -> Path:
    return artefacts_folder() / name[:2] / name


def write_whole(place: Path, content: bytes) -> None:
    """Put a file that only this user can read in its place, whole or not at all. Raises OSError."""
    fd, temporary = tempfile.mkstemp(dir=place.parent, prefix=".new-")  # 0600 by itself
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def drop_all_but(named: Collection[str], place: Path) -> int:
    """Remove texts that are not named and older than an hour; returns the bytes freed."""
    freed = 0
    for path in place.glob("??/" + "?" * 64):
        try:
            seen = path.stat()
            if path.name not in named and time.time() - seen.st_mtime > 3600:
                path.unlink()
                freed += seen.st_size
        except OSError:
            continue  # another coach was faster
    return freed
