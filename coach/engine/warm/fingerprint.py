"""Has anything changed that a long-lived interpreter would not notice: dependencies, locks, configuration, the python?

Only looks at times, sizes and numbers of files; nothing is read. An upgrade changes the folder of the installed
packages; an edit inside an installed package (a ``print`` while debugging) changes that file.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = (
    "pyproject.toml",
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "setup.cfg",
    "setup.py",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "conda-lock.yml",
)

_Look = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """How the files were; ``changed`` looks again."""

    looks: tuple[tuple[str, _Look], ...]

    def changed(self) -> str:
        """Return the name of the first file that is not as it was; empty when all are."""
        return next((os.path.basename(path) for path, seen in self.looks if _look(path) != seen), "")  # noqa: PTH119 - hot


def stamp_of(root: Path, python: str, files: Sequence[str]) -> Stamp:
    """Look at the configuration of a project, its interpreter, and files and folders named besides."""
    environment = Path(python).parent.parent / "pyvenv.cfg"
    paths = [*(str(root / name) for name in _CONFIGURATION), python, str(environment), *files]
    return Stamp(tuple((path, _look(path)) for path in paths))


def _look(path: str) -> _Look:
    try:
        seen = os.stat(path)  # noqa: PTH116 - hot: thousands at every run
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
