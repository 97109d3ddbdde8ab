"""Put a recorded tree back into the checkout: only files that differ, each replaced at once, nothing outside the project.

What git ignores, and what was never recorded, stays as it is. When anything fails, what was done is taken back.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from coach.engine.differences import EXECUTABLE, GONE, LINK, Difference
from coach.errors import StoreError

Contents = Callable[[Sequence[str]], Mapping[str, bytes]]


def put_back(root: Path, changes: Sequence[Difference], contents: Contents) -> tuple[str, ...]:
    """Bring the files from the old side of each difference to the new one; returns the paths.

    Raises:
        StoreError: nothing was changed, or what was is taken back as far as possible.

    """
    wanted = [each for each in changes if each.is_restorable]
    both = contents([blob for each in wanted for blob in (each.old_blob, each.new_blob) if blob.strip("0")])
    for each in wanted:
        if ".." in Path(each.path).parts or Path(each.path).is_absolute():
            raise _failed(each.path, "it is outside the project")
        if each.new_mode != GONE and each.new_blob not in both:
            raise _failed(each.path, "its recorded content is gone")
    done: list[Difference] = []
    try:
        for each in sorted(
            wanted, key=lambda each: each.new_mode != GONE
        ):  # what goes makes room for what comes
            done.append(each)
            _apply(root, each, both)
    except OSError as error:
        for each in reversed(done):
            with contextlib.suppress(OSError, KeyError):
                _apply(root, each.reversed(), both)
        raise _failed(each.path, error.strerror or str(error)) from error
    return tuple(each.path for each in wanted)


def _refuse_outside(root: Path, place: Path) -> None:
    """Refuse a place whose folder is now a link that leads out of the project."""
    if not place.parent.resolve().is_relative_to(root.resolve()):
        raise OSError(0, "its folder is a link that leads out of the project")


def _apply(root: Path, change: Difference, contents: Mapping[str, bytes]) -> None:
    place = root / change.path
    _refuse_outside(root, place)
    if change.new_mode == GONE:
        place.unlink(missing_ok=True)
        _remove_empty(place.parent, root)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    content = contents[change.new_blob]
    if change.new_mode == LINK:
        _replace_link(place, os.fsdecode(content))
    else:
        _replace_file(place, content, executable=change.new_mode == EXECUTABLE)


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove folders left without files, as git does; stops at the first that holds something."""
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _replace_file(place: Path, content: bytes, *, executable: bool) -> None:
    fd, name = tempfile.mkstemp(prefix=".coach-", dir=place.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
        Path(name).chmod(_mode(place, executable=executable))
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(place: Path, *, executable: bool) -> int:
    """Keep the file's own rights apart from the one git knows; a new file gets what the umask leaves."""
    try:
        rights = stat.S_IMODE(place.lstat().st_mode) if not place.is_symlink() else 0
    except OSError:
        rights = 0
    if not rights:
        umask = os.umask(0)
        os.umask(umask)
        rights = 0o666 & ~umask
    readers = (rights & 0o444) >> 2
    return rights | readers if executable else rights & ~0o111


def _replace_link(place: Path, target: str) -> None:
    fd, name = tempfile.mkstemp(prefix=".coach-", dir=place.parent)
    os.close(fd)
    Path(name).unlink()
    Path(name).symlink_to(target)
    Path(name).replace(place)


def _failed(path: str, why: str) -> StoreError:
    return StoreError(
        f"{path} could not be put back", why=why, do="look at the file; nothing else was changed"
    )
