"""Where things are kept: one place that turns names into paths, and refuses names that lead elsewhere.

    <state>/sessions/<id>/log.jsonl, lock      one session
    <state>/artefacts/<2 hex>/<sha256>         outputs, by content
    <state>/projects/<hash of root>/           what is coach's own about one project
    <state>/drills/<set>/                      one set of drills, with its answers
    <state>/arenas/<letters and digits>/       one copy in which a drill is played

Folders are 0700 and files 0600: output and names of a project are nobody else's business. A state directory that somebody
else owns or could exchange is not used at all: neither read, since approvals lie in it, nor written. An id is opened only when
it has the shape of an id *and* the path it gives lies inside ``sessions``; each check alone lets something through.
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
from coach.private_folders import make_folders, narrow, why_unsafe
from coach.regular_files import read_head

VARIABLE = "COACH_STATE_DIR"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base32 without i, l, o, u: nothing to mix up when an id is read aloud."""
ID_LENGTH = 8

LOG_NAME = "log.jsonl"
INDEX_NAME = "library.sqlite3"
IMPORTED = "imported.txt"
"""Beside the log of a session that came from elsewhere; says from where, and is never taken away."""

MAX_LINE = 64_000_000
"""Bytes of one event that are read; events are written far shorter, a longer line is damage."""

NOWHERE = Path(os.devnull, "coach")
"""A place where nothing can be made: the state directory of a user without a home."""

_OURS = re.compile(
    r"sessions|artefacts|copies|projects|drills|arenas|approved|installed|scratch|probe|canary|theme|welcomed|library\.sqlite3.*|diagnostics\.log|\.doctor-\d+"
)
"""What coach makes in the state directory."""

_ID = re.compile(f"[{ALPHABET}]{{{ID_LENGTH}}}")


def new_session_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))


def is_id(word: str) -> bool:
    return _ID.fullmatch(word) is not None


def stamp_of(seen: os.stat_result) -> str:
    """Return what a log looks like from outside; the index and the look before it compare this."""
    return f"{seen.st_ino} {seen.st_size} {seen.st_mtime_ns}"


def make_private(folder: Path) -> Path:
    """Create a folder (and its parents) that only the user can look into; those of ours that are wider become so."""
    try:
        make_folders(folder)
    except OSError as error:
        raise unusable(folder, error) from error
    home = state_home()
    if folder == home or home in folder.parents:
        for each in (*reversed(folder.parents), folder):
            if home in each.parents:
                narrow(each)
        narrow_state()
    return folder


def narrow_state() -> None:
    """Take the rights of others from the state directory and what lies in it: an older coach left what the umask left.

    A folder that holds other things too was chosen with rights of its own: it keeps them, and what is coach's in it is closed.
    """
    home = state_home()
    with contextlib.suppress(OSError):
        inside = list(os.scandir(home))
        ours = [each for each in inside if _OURS.fullmatch(each.name)]
        if len(ours) == len(inside):
            narrow(home)
        for each in ours:
            narrow(Path(each))


def unusable(place: Path, error: OSError) -> StoreError:
    """Say that the state directory cannot be used, and how to get on."""
    named, is_chosen = _named_home()
    if why := why_unsafe(named, is_chosen=is_chosen):
        sudo = "run coach without sudo, or " if os.environ.get("SUDO_UID") and os.geteuid() == 0 else ""
        own = f"{sudo}set {VARIABLE} to a folder of your own: mkdir -m 700 FOLDER"
        return StoreError(f"{named} cannot be used", why=why, do=own)
    return StoreError(
        f"{place} cannot be used",
        why=error.strerror or str(error),
        do=f"set {VARIABLE} to a folder you can write to, or free the space and the rights there",
    )


def state_home() -> Path:
    """Find the state directory: ``COACH_STATE_DIR``, else the platform's own place. Creates nothing and never raises.

    One that is not this user's alone is nowhere: everything that would read or make something there finds that it cannot.
    """
    place, is_chosen = _named_home()
    return NOWHERE if why_unsafe(place, is_chosen=is_chosen) else place


def _named_home() -> tuple[Path, bool]:
    """Return the place that variables and platform name, and whether a variable named it."""
    chosen = os.environ.get(VARIABLE, "").strip()
    try:
        place = Path(chosen).expanduser() if chosen else Path(platformdirs.user_state_dir("coach"))
        # An older platformdirs leaves the ~ of a user without a home as it is: that would be a folder of the project.
        return (NOWHERE if not chosen and not place.is_absolute() else place.absolute()), bool(chosen)
    except (RuntimeError, OSError):
        return NOWHERE, False


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


def arenas_folder() -> Path:
    """Return where the copies lie in which drills are played."""
    return state_home() / "arenas"


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


def imported_from(folder: Path) -> str:
    """Return where a session was imported from; empty for one's own."""
    try:
        return read_head(folder / IMPORTED, 1_000).decode("utf-8", "replace").strip()[:200] or "a file"
    except FileNotFoundError:
        return ""
    except OSError:
        return "a file"
