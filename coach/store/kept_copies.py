"""What was copied from the screen, and pictures of it, as files: no program is told whether a terminal took a text.

``<state>/copies/MMDD-HHMMSS-mmm.ENDING``, 0600. Where the state directory cannot be written, a folder of this process among the
system's temporary ones takes them; never the folder one works in, which ``tempfile`` falls back to.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from coach.core.base.text import storable
from coach.errors import StoreError
from coach.private_folders import private_opener
from coach.store.paths import make_private, state_home, unusable

MOST = 30
"""Files that are kept; a new one takes the place of the oldest."""


def keep(text: str, ending: str) -> Path:
    """Write a text into a new file whose name has this ending, and return its path. Raises StoreError."""
    places = _folders()
    failure = unusable(state_home(), OSError("no folder can be written"))
    for folder in places:
        try:
            make_private(folder)
            place = _write(folder, ending, storable(text))
        except StoreError as error:
            failure = error
        except OSError as error:
            failure = unusable(folder, error)
        else:
            _forget_oldest(folder)
            return place
    raise failure


def _folders() -> Iterator[Path]:
    yield state_home() / "copies"
    for each in (os.environ.get("TMPDIR", ""), "/tmp", "/var/tmp"):  # noqa: S108 - a folder of its own is made in it
        if each and (made := _temporary(each)):
            yield made


@cache
def _temporary(folder: str) -> Path | None:
    """Return a new folder that only this user can look into; None where none can be made."""
    try:
        return Path(tempfile.mkdtemp(prefix="coach-copies-", dir=folder))
    except OSError:
        return None


def _write(folder: Path, ending: str, text: str) -> Path:
    """Write a file that was not there, whole or not at all."""
    while True:
        now = time.time_ns()
        named = time.strftime("%m%d-%H%M%S", time.localtime(now // 10**9))
        place = folder / f"{named}-{now // 10**6 % 1000:03}.{ending}"
        try:
            with open(place, "x", encoding="utf-8", opener=private_opener) as file:
                file.write(text)
        except FileExistsError:  # of this millisecond
            continue
        except OSError:
            place.unlink(missing_ok=True)
            raise
        return place


def _forget_oldest(folder: Path) -> None:
    for each in sorted(folder.glob("????-??????-???.*"), key=_age)[:-MOST]:
        each.unlink(missing_ok=True)


def _age(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:  # another coach removed it
        return 0.0
