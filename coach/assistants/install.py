"""Put coach's parts into the files of a host, and take them out again.

First a plan (what each file is, and what it would be), then, when the engineer agrees, the writing. What a file was is kept in
the state directory before it is written: where nobody changed it since, it comes back byte for byte.
"""

import base64
import contextlib
import difflib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.assistants.hosts import FOLDER, Host, Part, Scope, own_program, places, text_of
from coach.assistants.merging import MERGES, CannotMerge
from coach.errors import UsageError
from coach.private_folders import umask_now, write_private
from coach.regular_files import is_there, read_bytes, reason
from coach.store.paths import make_private, state_home

MAX_BYTES = 4_000_000
"""Of a host's file."""
INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a host: what it is (None: not there), what it is to be, or why it stays as it is."""

    path: Path
    before: bytes | None
    after: bytes | None
    why_not: str = ""
    """Why nothing is changed although it was asked for."""
    was: bytes | None = None
    """What it was before anything of coach was in it."""

    @property
    def is_needed(self) -> bool:
        return not self.why_not and self.before != self.after

    def diff(self) -> Iterator[str]:
        """Yield the change line by line, as ``diff -u`` does."""
        old, new = (
            (each or b"").decode("utf-8", "backslashreplace").splitlines()
            for each in (self.before, self.after)
        )
        here = str(self.path)
        first = "/dev/null" if self.before is None else here
        yield from difflib.unified_diff(
            old, new, first, "/dev/null" if self.after is None else here, lineterm=""
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a file that was written."""

    written: str = ""
    """Hash of what was written."""
    was: bytes | None = None
    folders: tuple[str, ...] = ()
    """Folders that were made for it, outermost first."""

    def is_as_written(self, now: bytes | None) -> bool:
        return now is not None and bool(self.written) and self.written == _hash(now)


def plan_install(host: Host, scope: Scope, project: Path) -> list[Change]:
    """Return what each file of a host would become."""
    return [
        _planned(part, path, scope, project, takes_out=False) for part, path in places(host, scope, project)
    ]


def plan_remove(host: Host, scope: Scope, project: Path) -> list[Change]:
    """Return what each file of a host would become without coach."""
    return [
        _planned(part, path, scope, project, takes_out=True) for part, path in places(host, scope, project)
    ]


def _planned(part: Part, path: Path, scope: Scope, project: Path, *, takes_out: bool) -> Change:
    real = Path(os.path.realpath(path))
    if scope == "project" and not real.is_relative_to(Path(os.path.realpath(project))):
        return Change(path, None, None, f"it leads out of the project, to {real}")
    try:
        before = read_bytes(real, MAX_BYTES) if is_there(real) or real.is_symlink() else None
        text = (before or b"").decode()
    except UnicodeDecodeError:
        return Change(real, None, None, "it is no UTF-8")
    except OSError as error:
        return Change(real, None, None, reason(error))
    kept = _kept(real)
    try:
        was = _without(part, before, text, kept)
        if takes_out:
            return Change(real, before, was, _why_left(part, before, was), was)
        made = MERGES[part.shape].put((was or b"").decode(), text_of(part, own_program()))
    except CannotMerge as error:
        do = "" if takes_out else f"; to put it in yourself: {FOLDER / part.source}"
        return Change(real, before, before, f"{error}{do}")
    return Change(real, before, made.encode(), "", was)


def _without(part: Part, before: bytes | None, text: str, kept: _Kept) -> bytes | None:
    """Return the file without what is coach's: as it was, where nobody changed it since. Raises CannotMerge."""
    if before is None or kept.is_as_written(before):
        return kept.was if before is not None else None
    if text == text_of(part, own_program()):
        return None
    if part.shape == "own":
        return before
    taken = MERGES[part.shape].take(text).encode()
    is_empty = taken.strip() in {b"", b"{}"} or (part.shape == "hooks" and _holds_no_hooks(taken))
    return None if taken != before and is_empty and kept.written and kept.was is None else taken


def _holds_no_hooks(text: bytes) -> bool:
    with contextlib.suppress(ValueError):
        held = json.loads(text)
        return isinstance(held, dict) and set(held) <= {"version"}
    return False


def _why_left(part: Part, before: bytes | None, was: bytes | None) -> str:
    return "it was changed since" if part.shape == "own" and before is not None and before == was else ""


def carry_out(changes: list[Change]) -> None:
    """Write what is needed. Raises UsageError when a file cannot be written, or is no longer what was shown."""
    for each in changes:
        if each.is_needed:
            try:
                _write(each)
            except OSError as error:
                raise UsageError(f"{each.path} cannot be written", why=reason(error)) from None


def _write(change: Change) -> None:
    now = read_bytes(change.path, MAX_BYTES) if is_there(change.path) else None
    if now != change.before:
        raise UsageError(f"{change.path} was changed meanwhile", do="look again: run the command once more")
    kept = _kept(change.path)
    if change.after is None:
        change.path.unlink(missing_ok=True)
        _remove_empty(kept.folders)
    else:
        missing = [each for each in (*reversed(change.path.parents),) if not each.exists()]
        if (
            change.after != change.was
        ):  # said before it is done: a kill in between leaves a file that is known
            folders = tuple(map(str, missing)) or kept.folders
            _keep(change.path, _Kept(_hash(change.after), change.was, folders))
        change.path.parent.mkdir(parents=True, exist_ok=True)
        _replace(change.path, change.after)
    if change.after == change.was:
        _record_of(change.path).unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Exchange the whole file at once, with the rights it has."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask_now()
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        os.replace(name, path)  # noqa: PTH105 - as it is called everywhere
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_empty(folders: tuple[str, ...]) -> None:
    for each in reversed(folders):
        with contextlib.suppress(OSError):
            Path(each).rmdir()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record_of(path: Path) -> Path:
    return state_home() / INSTALLED / f"{_hash(os.fsencode(path))[:16]}.json"


def _kept(path: Path) -> _Kept:
    try:
        held = json.loads(read_bytes(_record_of(path), 2 * MAX_BYTES))
        was = base64.b64decode(held["was"]) if held["was"] is not None else None
        return _Kept(str(held["written"]), was, tuple(map(str, held["folders"])))
    except (OSError, ValueError, KeyError, TypeError):
        return _Kept()


def _keep(path: Path, kept: _Kept) -> None:
    make_private(state_home() / INSTALLED)
    was = base64.b64encode(kept.was).decode() if kept.was is not None else None
    held = {"path": str(path), "written": kept.written, "was": was, "folders": kept.folders}
    write_private(_record_of(path), json.dumps(held).encode("utf-8", "backslashreplace"))
