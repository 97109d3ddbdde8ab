"""Lay the probe out with its bytecode in the state directory, once for each version of coach and of python.

Runs write no bytecode, so an uncompiled probe would be compiled by every one of them: 13 ms of a small run's 300
(measured with python 3.11). The state directory is private, and the bytecode there is trusted unchecked.
"""

import contextlib
import functools
import hashlib
import py_compile
import shutil
import struct
import subprocess
import sys
import tempfile
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from py_compile import PycInvalidationMode

from coach.core.log.events import Interpreter
from coach.private_folders import make_folders, narrow_all

PROBE_FOLDER = Path(__file__).parent.parent / "probe"

_COMPILE_SECONDS = 20


def probe_folder(home: Path | None, interpreter: Interpreter) -> Path:
    """Return where a run imports the probe from: its compiled copy below ``home``, or the sources where none can be made."""
    if home is None:
        return PROBE_FOLDER
    place = _laid_out(home, interpreter.path, interpreter.version)
    if not place.is_dir():  # somebody emptied the state directory
        _laid_out.cache_clear()
        return _laid_out(home, interpreter.path, interpreter.version)
    return place


@functools.cache
def _laid_out(home: Path, python: str, version: str) -> Path:
    place = home / "probe" / f"{_digest()}-{version or 'unknown'}"
    if place.is_dir():
        return place
    try:
        make_folders(place.parent)
        with tempfile.TemporaryDirectory(prefix="new-", dir=place.parent) as new:
            copy = Path(new) / "probe"
            shutil.copytree(PROBE_FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
            _compile(copy, python, version)
            narrow_all(copy)
            with contextlib.suppress(OSError):  # another coach was faster
                copy.rename(place)
    except (OSError, subprocess.SubprocessError):
        return PROBE_FOLDER
    return place if place.is_dir() else PROBE_FOLDER


def _compile(folder: Path, python: str, version: str) -> None:
    if version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]:
        for source in folder.glob("*.py"):
            if not _took_bytecode(source):
                py_compile.compile(str(source), quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        return
    words = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "."]
    subprocess.run(
        [python, "-I", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_COMPILE_SECONDS,
        check=True,
        start_new_session=True,
    )


def _took_bytecode(source: Path) -> bool:
    """Give a copied source the bytecode that Python has of the original, where that is of this very text.

    An installation compiled it already; doing it again would be a quarter of the first run.
    """
    original, text = PROBE_FOLDER / source.name, source.read_bytes()
    written = int(original.stat().st_mtime)
    of_this_text = MAGIC_NUMBER + struct.pack("<III", 0, written & 0xFFFF_FFFF, len(text) & 0xFFFF_FFFF)
    try:
        kept = Path(cache_from_source(str(original))).read_bytes()
    except OSError:
        return False
    if kept[: len(of_this_text)] != of_this_text:
        return False
    target = Path(cache_from_source(str(source)))
    target.parent.mkdir(exist_ok=True)
    unchecked = MAGIC_NUMBER + struct.pack("<I", 1) + source_hash(text)
    target.write_bytes(unchecked + kept[len(of_this_text) :])
    return True


@functools.cache
def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(PROBE_FOLDER.glob("*.py")):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]
