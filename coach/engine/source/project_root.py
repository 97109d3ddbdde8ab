"""Where a project is: the folder its runs start in, and the folder whose files belong together.

The **project** is found from the target, not from where somebody stands: the nearest folder whose settings pytest itself
would choose, else the nearest one that is built or installed as a package, else the repository. The **root** is the top of
the repository that tracks it (siblings in one repository are one body of code), else the project itself. Ids, paths of
frames, recorded trees and diffs are relative to the root; pytest starts in the project.

Links are followed as pytest does it: not at all. ``tests/shared`` that leads elsewhere is a folder of the project.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.base.text import safe_line
from coach.engine.trees.user_repository import find_repository
from coach.errors import TargetError, UsageError
from coach.regular_files import is_file, is_there, read_ini, read_toml

VARIABLE = "COACH_PROJECT"
"""Names the project's folder when it is to be another one than is found."""
_PACKAGE_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})


@dataclass(frozen=True, slots=True)
class Located:
    """A project and the root it belongs to."""

    root: Path
    project: Path
    """As it was reached: perhaps through links."""
    folder: str = ""
    """The project below the root, with ``/``; empty: they are the same."""

    @property
    def home(self) -> Path:
        """Where coach's own settings are: the project, or the root when only that has some."""
        return (
            self.root
            if self.folder and _has_coach(self.root) and not _has_coach(self.project)
            else self.project
        )


def locate(words: Sequence[str], here: Path, named: str = "") -> Located:
    """Find the project of a target typed in ``here``.

    Args:
        words: the target's words; none: the project of ``here``.
        here: an absolute folder.
        named: the project's folder as somebody named it; empty: it is found.

    Raises:
        UsageError: the named folder is none.

    """
    if named:
        project = tidy(here, named)
        if not is_folder(project):
            raise UsageError(
                f"no such folder: {safe_line(named)}",
                why="it was named as the project",
                do="name the project's folder",
            )
        return _located(project)
    starts = [start for word in words if (start := _folder_of(word, here)) is not None]
    start = Path(os.path.commonpath(starts)) if starts else here
    found = _marked(start) or _marked(start.resolve())
    if found is None:  # nothing says whose it is: where somebody stands does, unless that is nowhere either
        found = here if start.is_relative_to(here) else _marked(here) or start
    return _located(found)


def located_here(words: Sequence[str] = ()) -> Located:
    """Return the project of a target typed here, or the one we stand in. Raises UsageError."""
    return locate(words, Path.cwd(), os.environ.get(VARIABLE, ""))


def project_here() -> Path:
    """Return the folder of the project we stand in."""
    place = located_here()
    return place.root / place.folder if place.folder else place.root


def at(root: str | Path, folder: str = "") -> Located:
    """Return the place of a project whose root and folder are known, as those of a session."""
    root = Path(root)
    return Located(root, root / folder if folder else root, folder)


def project_of(start: Path) -> Path:
    """Return the folder in which pytest is started for tests below ``start``; itself when nothing says more."""
    return _marked(start) or start


def _marked(start: Path) -> Path | None:
    above = list(_up_to_repository(start))
    for folder in above:
        if _has_pytest_settings(folder) and not _is_only_of_tests(folder, above):
            return folder
    for folder in above:
        if any(is_file(folder / name) for name in _PACKAGE_FILES):
            return folder
    return next((folder for folder in above if is_there(folder / ".git")), None)


def tidy(here: Path, name: str) -> Path:
    """Return a typed path as an absolute one; links stay. Raises TargetError for what is no path."""
    if "\0" in name:
        raise TargetError(
            "a word of the target holds a NUL character", do="name a file or node id pytest knows"
        )
    return Path(os.path.normpath(here / name))


def exists(path: Path) -> bool:
    """Whether something is there. What is too long or strange to be a name is not."""
    return is_there(path)


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def relative_to(path: Path, located: Located) -> str | None:
    """Return a tidy absolute path below the root as coach names it, links unfollowed; None when it is outside."""
    for base, folder in ((located.project, located.folder), (located.root, "")):
        for spelled in (base, base.resolve()):
            if path.is_relative_to(spelled):
                inside = path.relative_to(spelled).as_posix()
                return str(PurePosixPath(folder) / inside) if folder else inside
    return _through_links(path, located)


def _through_links(path: Path, located: Located) -> str | None:
    """A folder above may be spelled through a link of its own: then the first folder that is the root's counts."""
    for above in path.parents:
        try:
            if above.resolve() == located.root.resolve():
                return path.relative_to(above).as_posix()
        except (OSError, RuntimeError):
            continue
    try:
        real, root = path.resolve(), located.root.resolve()
    except (OSError, RuntimeError):
        return None
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else None


def _located(project: Path) -> Located:
    repository = None
    if not is_there(project / ".git") and any(is_there(each / ".git") for each in project.resolve().parents):
        repository = find_repository(project)
    if repository is None or not repository.prefix:
        return Located(project.resolve(), project)
    return Located(repository.top, project, repository.prefix.rstrip("/"))


def _folder_of(word: str, here: Path) -> Path | None:
    """Return the nearest folder that a word of a target lies in; None when it leads nowhere."""
    name = TestId(word).file
    if not name or name.startswith("-") or "\0" in name:
        return None
    path = tidy(here, name)
    if not is_there(path):
        return None
    return path if is_folder(path) else path.parent


def _up_to_repository(start: Path) -> Iterator[Path]:
    """Yield a folder and those above it, up to the top of its repository."""
    for folder in (start, *start.parents):
        yield folder
        if is_there(folder / ".git"):
            return


def folders_above(project: Path) -> list[Path]:
    """Return the folders above a project up to the top of its repository, nearest first; none when it is in none."""
    found = list(_up_to_repository(project))
    return found[1:] if is_there(found[-1] / ".git") else []


def _is_only_of_tests(folder: Path, above: Iterable[Path]) -> bool:
    """Whether settings lie among the tests of a package that is above: pytest is started there, and finds them by itself."""
    is_package = any(is_file(folder / name) for name in _PACKAGE_FILES)
    outer = (
        each for each in above if each != folder and any(is_file(each / name) for name in _PACKAGE_FILES)
    )
    return folder.name in _TEST_FOLDERS and not is_package and next(outer, None) is not None


def _has_pytest_settings(folder: Path) -> bool:
    """Whether pytest would take this folder for its root because of a settings file in it."""
    if any(is_file(folder / name) for name in ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")):
        return True
    tool = _toml(folder / "pyproject.toml").get("tool", {})
    if isinstance(tool, dict) and isinstance(tool.get("pytest"), dict):
        return True
    sections = (("tox.ini", "pytest"), ("tox.ini", "tool:pytest"), ("setup.cfg", "tool:pytest"))
    return any(_has_section(folder / name, section) for name, section in sections)


def _has_coach(folder: Path) -> bool:
    tool = _toml(folder / "pyproject.toml").get("tool", {})
    return isinstance(tool, dict) and "coach" in tool


def _toml(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except OSError:
        return {}


def _has_section(path: Path, section: str) -> bool:
    try:
        return section in read_ini(path)
    except OSError:
        return False
