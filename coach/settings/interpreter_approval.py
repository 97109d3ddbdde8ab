"""The interpreter that a project's own settings name: a program of somebody else's choice.

It runs only once the engineer has seen it: the path, the folder it would run in and, when the project itself holds
the file, its content are approved together; whatever of that changes asks again. Whoever names it on the command line
has approved it.
"""

import hashlib
import os
from pathlib import Path

from coach.errors import UsageError
from coach.regular_files import is_folder, is_there, read_bytes
from coach.settings.project import Settings
from coach.store.trust import approval_of, approve, is_approved

MAX_BYTES = 500_000_000


def python_for(root: Path, settings: Settings) -> str:
    """Return the interpreter that is wished for, empty when none is named. Raises UsageError for one nobody approved."""
    if not settings.project_python:
        return settings.python
    own = _whole(root, settings.project_python)
    if settings.is_project_python:
        if not is_approved(_approval(root, own)):
            raise UsageError(
                "the interpreter of this project is not approved",
                why=f"pyproject.toml names {own}, to be run in {root}",
                do=f"look at it, then name it yourself once: --python {own}",
            )
        return own
    if _is_same(own, settings.python):
        agree(root, settings)
    return settings.python


def refuse_changed(root: Path, settings: Settings, path: str) -> None:
    """Raise UsageError when a session would run the project's interpreter, and that changed since it was approved."""
    own = _whole(root, settings.project_python) if settings.project_python else ""
    if own and _is_same(own, path) and not is_approved(_approval(root, own)):
        raise UsageError(
            "the interpreter of this project changed since it was approved",
            why=f"{path}, to be run in {root}",
            do=f"look at it, then name it yourself once: coach run --new TARGET --python {path}",
        )


def agree(root: Path, settings: Settings) -> None:
    """Remember that the engineer has seen the project's interpreter. Raises StoreError."""
    own = _whole(root, settings.project_python)
    approve(_approval(root, own), [own])


def _approval(root: Path, own: str) -> str:
    return approval_of(root / "pyproject.toml", ["python", own, _content(root, own)], root)


def _whole(root: Path, named: str) -> str:
    """Return a path of the settings as one that holds from any folder; a bare name is looked up on PATH later."""
    path = Path(named).expanduser()
    if os.sep in named or is_there(root / path):
        return str(root / path)
    return named


def _is_same(own: str, named: str) -> bool:
    return own == named or (os.sep in named and Path(own) == Path(named).absolute())


def _content(root: Path, own: str) -> str:
    """Return the hash of a file that the project holds; what lies elsewhere is not the project's to change."""
    path = Path(own)
    try:
        real = (path / "bin" / "python" if is_folder(path) else path).resolve()
        if not real.is_relative_to(root.resolve()):
            return ""
        return hashlib.sha256(read_bytes(real, MAX_BYTES)).hexdigest()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a link that leads to itself
        return ""
