"""Where things are kept: one place that turns names into paths, and refuses names that lead elsewhere.

    <state>/sessions/<id>/log.jsonl, lock      one session
    <state>/artefacts/<2 hex>/<sha256>         outputs, by content
    <state>/projects/<hash of root>/           what is coach's own about one project

Folders are 0700 and files 0600: output and names of a project are nobody else's business. An id is opened only when it
has the shape of an id *and* the path it gives lies inside ``sessions``; each check alone lets something through.
"""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from coach.errors import SessionError, StoreError

VARIABLE = "COACH_STATE_DIR"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base32 without i, l, o, u: nothing to mix up when an id is read aloud."""
ID_LENGTH = 8

NOWHERE = Path(os.devnull, "coach")
"""A place where nothing can be made: the state directory of a user without a home."""

_ID = re.compile(f"[{ALPHABET}]{{{ID_LENGTH}}}")


def new_session_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))


def is_id(word: str) -> bool:
    return _ID.fullmatch(word) is not None


def make_private(folder: Path) -> Path:
    """Create a folder (and its parents) that only the user can look into."""
    try:
        for each in (*reversed(folder.parents), folder):
            if not each.exists():
                each.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, os.strerror(20), str(folder))
    except OSError as error:
        raise unusable(folder, error) from error
    return folder


def unusable(place: Path, error: OSError) -> StoreError:
    """Say that the state directory cannot be used, and how to get on."""
    return StoreError(
        f"{place} cannot be used",
        why=error.strerror or str(error),
        do=f"set {VARIABLE} to a folder you can write to, or free the space and the rights there",
    )


def state_home() -> Path:
    """Find the state directory: ``COACH_STATE_DIR``, else the platform's own place. Creates nothing and never raises."""
    chosen = os.environ.get(VARIABLE, "").strip()
    try:
        place = Path(chosen).expanduser() if chosen else Path(platformdirs.user_state_dir("coach"))
        # An older platformdirs leaves the ~ of a user without a home as it is: that would be a folder of the project.
        return NOWHERE if not chosen and not place.is_absolute() else place.absolute()
    except (RuntimeError, OSError):
        return NOWHERE


@contextlib.contextmanager
def other_home(place: Path) -> Iterator[None]:
    """Make ``place`` the state directory of this process; what goes wrong inside takes that back."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(place)
    try:
        yield
    except BaseException:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        raise


def sessions_folder() -> Path:
    return state_home() / "sessions"


def artefacts_folder() -> Path:
    return state_home() / "artefacts"


def session_folder(session: str) -> Path:
    """Return the folder of a session; refuses anything that is not an id inside ``sessions``."""
    sessions = sessions_folder()
    folder = sessions / session if is_id(session) else None
    try:
        if folder is not None and folder.resolve() == sessions.resolve() / session:
            return folder
    except OSError as error:
        raise unusable(sessions, error) from error
    raise SessionError(
        f"{session[:40]!r} is not a session",
        why=f"a session id is {ID_LENGTH} letters and digits, and its folder lies in {sessions}",
        do="see `coach sessions`",
    )


def project_home(root: Path) -> Path:
    """Return the folder for what coach keeps about the project at ``root``; not created here."""
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return state_home() / "projects" / name
