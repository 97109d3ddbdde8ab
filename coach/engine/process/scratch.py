"""Disposable folders: made, used, removed; what a dead process left behind can be found and removed.

``<scratch>/<name>/owner`` is flocked by the process that made the folder, so a leftover is one whose lock is free.
``<scratch>/<name>/tree`` is the folder itself. Copies of trees lie in the state directory, the files of runs in one
private folder among the system's temporary ones.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from coach.errors import ScratchError
from coach.private_folders import OPEN_TO_OTHERS, can_be_exchanged_in, make_folders

_OTHER_PLACES = ("/tmp", "/var/tmp")  # noqa: S108 - sticky ones are as good as that of TMPDIR
_NO_LOCKS = frozenset((errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL))
LOCK_SECONDS = 5.0
"""How long making or listing folders waits for another coach that does the same: milliseconds as a rule."""


@contextlib.contextmanager
def scratch_folder(scratch: Path) -> Iterator[Path]:
    """Make a private empty folder that is gone afterwards, also after errors."""
    place = scratch / f"{os.getpid()}-{secrets.token_hex(4)}"
    try:
        make_folders(scratch)
        with _guarded(scratch):  # nobody may look while the folder is there and its lock is not
            make_folders(place / "tree")
            owner = os.open(place / "owner", os.O_WRONLY | os.O_CREAT, 0o600)
            _try_lock(owner)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise _unusable(place, error) from error
    try:
        yield place / "tree"
    finally:
        os.close(owner)
        remove(place)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make an empty folder among the system's temporary ones; like ``scratch_folder`` where nobody else stands in the way."""
    with contextlib.ExitStack() as made:
        with no_room_said():
            home = temporary_home()
            with contextlib.suppress(OSError):
                home.mkdir(mode=0o700)
            folder = None
            if _is_private(home):
                with contextlib.suppress(
                    ScratchError
                ):  # another coach stands still with the lock in its hand
                    folder = made.enter_context(scratch_folder(home))
            folder = folder or Path(made.enter_context(tempfile.TemporaryDirectory(prefix="coach-")))
        yield folder


@contextlib.contextmanager
def no_room_said() -> Iterator[None]:
    """Say in words what keeps the files of a run from being written."""
    try:
        yield
    except OSError as error:
        raise ScratchError(
            "the files of a run cannot be written",
            why=error.strerror or str(error),
            do="free space and rights in TMPDIR, or set it to a folder you can write to",
        ) from error


def temporary_home() -> Path:
    """Return where the temporary folders of this user's coaches lie. Creates nothing.

    What decides how tests run lies there: not where anybody could put another folder in its place.
    """
    places = [Path(each) for each in (tempfile.gettempdir(), *_OTHER_PLACES) if Path(each).is_dir()]
    chosen = next((each for each in places if not can_be_exchanged_in(each)), places[0])
    return chosen / f"coach-{os.getuid()}"


def _is_private(place: Path) -> bool:
    """Whether a folder is ours alone: its name can be guessed, so anybody may have made it."""
    try:
        seen = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & OPEN_TO_OTHERS


def leftovers(scratch: Path) -> tuple[Path, ...]:
    """Return the folders of processes that died before they could remove them."""
    try:
        with _guarded(scratch):
            places = sorted(each for each in scratch.iterdir() if each.is_dir() and not each.is_symlink())
            return tuple(place for place in places if _is_abandoned(place))
    except OSError:
        return ()


def temporary_leftovers() -> tuple[Path, ...]:
    """Return the temporary folders of processes that died before they could remove them."""
    try:
        home = temporary_home()
    except OSError:  # nothing can be written in any of the system's places
        return ()
    return leftovers(home) if _is_private(home) else ()


def remove(place: Path) -> None:
    """Remove a folder with all it holds, also what a test made unremovable."""
    try:
        shutil.rmtree(place)
    except FileNotFoundError:
        return
    except OSError:
        _allow_removal(place)
        try:
            shutil.rmtree(place)
        except OSError as error:
            raise ScratchError(
                f"the disposable copy {place} could not be removed",
                why=error.strerror or str(error),
                do="delete it when nothing uses it any more",
            ) from error


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say, as long as this lasts, that a folder which is kept for longer is in use just now. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # no locks on this file system: nobody can tell
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)


def is_in_use(folder: Path) -> bool:
    """Whether some coach says that it uses a folder just now."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        _try_lock(fd)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


@contextlib.contextmanager
def _guarded(scratch: Path) -> Iterator[None]:
    """Hold the lock of a folder of folders. Raises OSError when another coach keeps it: one that is stopped does so for ever."""
    folder = os.open(scratch, os.O_RDONLY)
    try:
        _lock(folder)
        yield
    finally:
        os.close(folder)


def _try_lock(file: int) -> None:
    """Lock where the file system has locks. Elsewhere no folder is ever taken for left behind, since nobody can tell."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _lock(folder: int) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            _try_lock(folder)
        except BlockingIOError:
            if time.monotonic() > until:
                raise BlockingIOError(errno.EAGAIN, "another coach holds it and does nothing") from None
            time.sleep(0.01)
        else:
            return


def _is_abandoned(place: Path) -> bool:
    try:
        owner = os.open(place / "owner", os.O_WRONLY)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(owner)


def _allow_removal(place: Path) -> None:
    folders = [place]
    while folders:
        folder = folders.pop()
        with contextlib.suppress(OSError):
            folder.chmod(stat.S_IRWXU)
            folders.extend(Path(each) for each in os.scandir(folder) if each.is_dir(follow_symlinks=False))


def _unusable(place: Path, error: OSError) -> ScratchError:
    return ScratchError(
        f"no disposable copy could be made at {place}",
        why=error.strerror or str(error),
        do="free space and rights there",
    )
