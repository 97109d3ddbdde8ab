"""Folders and files for the eyes of one user only, whatever the umask leaves and whatever is made first.

``mkdir(parents=True, mode=...)`` gives the mode to the last folder alone, and every mode loses what the umask takes. Here each
folder that is made gets 0700 and each file 0600. Where somebody else could read, write or exchange a folder, it is no place
for what tests print: :func:`why_unsafe` says so in words.
"""

import contextlib
import os
import pwd
import re
import stat
from collections.abc import Iterator
from pathlib import Path

OPEN_TO_OTHERS = 0o077
"""The bits of a mode that let anybody else in."""


def make_folders(folder: Path) -> None:
    """Make a folder, and the folders above it that are missing, all of them 0700. Raises OSError."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            with contextlib.suppress(FileExistsError):  # somebody was quicker, or a link leads nowhere
                each.mkdir(mode=0o700)
                each.chmod(0o700)
    if not folder.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(folder))


def write_private(place: Path, content: bytes) -> None:
    """Write a file that only this user can read; one that is there is written anew. Raises OSError."""
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        _narrow_open(file.fileno())
        file.write(content)


def private_opener(path: str, flags: int) -> int:
    """Open a file for ``open(..., opener=...)`` so that a new one is 0600."""
    return os.open(path, flags, 0o600)


def _narrow_open(fd: int) -> None:
    seen = os.fstat(fd)
    if stat.S_ISREG(seen.st_mode) and seen.st_mode & OPEN_TO_OTHERS and seen.st_uid == os.geteuid():
        os.fchmod(fd, 0o600)


def narrow(place: Path) -> None:
    """Take the rights of others from a folder or file of ours; a link, and what is not ours, stay as they are."""
    with contextlib.suppress(OSError):
        seen = place.lstat()
        is_plain = stat.S_ISDIR(seen.st_mode) or stat.S_ISREG(seen.st_mode)
        if is_plain and seen.st_uid == os.geteuid() and seen.st_mode & OPEN_TO_OTHERS:
            place.chmod(stat.S_IMODE(seen.st_mode) & ~OPEN_TO_OTHERS)


def narrow_all(folder: Path) -> None:
    """Take the rights of others from a folder and all below it; links are not followed."""
    for inner, folders, files in os.walk(folder):
        for name in (*folders, *files):
            narrow(Path(inner) / name)
    narrow(folder)


def why_unsafe(place: Path, *, is_chosen: bool) -> str:
    """Say why a folder is no private place of this user: whose it is, or who could exchange it. Empty when it is one.

    ``is_chosen``: the engineer named this very folder. One that follows from HOME is another user's too when it is not there
    yet and HOME is that user's: what ``sudo`` made in it nobody but root could write later.
    """
    return next(_faults(place, is_chosen=is_chosen), "")


def _faults(place: Path, *, is_chosen: bool) -> Iterator[str]:
    me = os.geteuid()
    seen, link = _seen(place)
    if seen is not None and link is not None:
        if seen.st_uid != me:
            yield f"it belongs to {user(seen.st_uid)}, and coach runs as {user(me)}"
        if link.st_uid not in {me, 0}:
            yield f"the link to it belongs to {user(link.st_uid)}, who can lead it elsewhere"
    elif me == 0 and (not is_chosen or os.environ.get("SUDO_UID")):
        owner, folder = _nearest_owner(place)
        if owner != me:
            yield f"{folder} belongs to {user(owner)}, and coach runs as {user(me)}: what it makes there would be root's"
    for parent in dict.fromkeys((place.parent, Path(os.path.realpath(place)).parent)):
        if can_be_exchanged_in(parent):
            yield f"everybody can put another folder in its place: {parent} is open to all and not sticky"


def _seen(place: Path) -> tuple[os.stat_result | None, os.stat_result | None]:
    try:
        return place.stat(), place.lstat()
    except OSError:
        return None, None


def _nearest_owner(place: Path) -> tuple[int, Path]:
    for each in place.parents:
        with contextlib.suppress(OSError):
            return each.stat().st_uid, each
    return os.geteuid(), place


def can_be_exchanged_in(parent: Path) -> bool:
    """Whether anybody may rename what lies in a folder, and put something else in its place."""
    try:
        mode = parent.stat().st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX


def user(number: int) -> str:
    """Name a user for people."""
    with contextlib.suppress(KeyError):
        return f"user {pwd.getpwuid(number).pw_name}"
    return f"user {number}"


def umask_now() -> int:
    """Return what new files lose. Asking the usual way sets it for a moment: what another thread makes then is open to all."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(
            re.findall(r"(?m)^Umask:\s+([0-7]+)$", Path("/proc/self/status").read_text("ascii", "replace"))[
                0
            ],
            8,
        )
    before = os.umask(0o077)  # the strictest of usual ones, where there is no other way
    os.umask(before)
    return before
