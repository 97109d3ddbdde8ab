"""Whether a session may be open around a folder: a look that costs next to nothing, for programs that ask at every edit.

It reads file names and the index as it is, and nothing of a log. Where it cannot be sure it says yes, and the slower look
(``library.newest_open``) decides.
"""

import contextlib
import os
import sqlite3
from pathlib import Path

from coach.store.paths import INDEX_NAME, LOG_NAME, is_id, sessions_folder, stamp_of, state_home

_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", ".pytest.ini", "tox.ini", "pytest.toml")
"""Files that make a folder a project, where there is no repository."""


def may_be_open(folder: Path) -> bool:
    """Whether a session of a project around or below ``folder`` may be open."""
    with contextlib.suppress(OSError):
        with os.scandir(sessions_folder()) as entries:
            names = {each.name for each in entries if is_id(each.name)}
        return bool(names) and _is_any_near(names, folder)
    return False


def _is_any_near(names: set[str], folder: Path) -> bool:
    """Whether one of these sessions is not known to be another project's, or closed since before it was indexed."""
    known = _indexed()
    top = _top(folder)
    return any(name not in known or _is_near(name, *known[name], folder, top) for name in names)


def _is_near(name: str, project: str, state: str, stamp: str, folder: Path, top: Path) -> bool:  # noqa: PLR0913, PLR0917 - a row
    its = Path(os.path.realpath(project))
    if not (folder.is_relative_to(its) or its.is_relative_to(top)):
        return False
    return state == "open" or stamp != _stamp(name)


def _stamp(name: str) -> str:
    try:
        return stamp_of((sessions_folder() / name / LOG_NAME).stat())
    except OSError:
        return ""


def _indexed() -> dict[str, tuple[str, str, str]]:
    """Return id → (project, state, what its log looked like) of the index as it is; nothing when it cannot be read."""
    place = state_home() / INDEX_NAME
    if not place.is_file():
        return {}
    with contextlib.suppress(sqlite3.Error):
        base = sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True, timeout=0.2)
        with contextlib.closing(base):
            rows = base.execute("SELECT id, project, state, stamp FROM sessions").fetchall()
        return {each[0]: each[1:] for each in rows if all(isinstance(word, str) for word in each)}
    return {}


def _top(folder: Path) -> Path:
    """Return the outermost folder whose sessions count here: the repository's, else the outermost that looks like a project."""
    marked = folder
    for each in (folder, *folder.parents):
        if (each / ".git").exists():
            return each
        if any((each / name).exists() for name in _MARKS):
            marked = each
    return marked
