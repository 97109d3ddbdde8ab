"""Which folders and files of a project are worth watching.

Watching a whole project with its environments costs thousands of system watches and 0.3 s; its sources cost nothing.
So: the test paths pytest is configured with, ``src``, ``tests``, and every folder at the top that holds Python, each
with all below it; and of the top itself only its files.
"""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from coach.regular_files import is_folder, read_ini, read_toml

SUFFIXES = frozenset({".py", ".json", ".toml", ".yaml", ".yml", ".txt", ".csv", ".cfg", ".ini"})
TOP_NAMES = frozenset({"pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".pytest.ini"})
NEVER_ENTERED = frozenset(
    {
        "venv",
        "env",
        "node_modules",
        "__pycache__",
        "__pypackages__",
        "site-packages",
        "build",
        "dist",
        "htmlcov",
    }
)
_MAX_LOOKED_AT = 2_000
"""Names looked at before a folder without Python is given up: it is data."""


def folders_to_watch(root: Path, paths: Sequence[str] = ()) -> tuple[Path, ...]:
    """Return the folders below ``root`` to watch with all they hold, none inside another."""
    named = [root / each for each in paths] if paths else [*_test_paths(root), *_python_folders(root)]
    wanted: list[Path] = []
    for each in sorted({place for place in named if is_folder(place)}):
        if (
            each != root
            and each.is_relative_to(root)
            and not any(each.is_relative_to(kept) for kept in wanted)
        ):
            wanted.append(each)
    return tuple(wanted)


def is_source(relative: str) -> bool:
    """Whether a change of this file (posix, relative to the root) is a change of the project."""
    *folders, name = relative.split("/")
    if not folders:
        return name in TOP_NAMES or (name.endswith(".py") and not name.startswith((".", "#")))
    if name.startswith((".", "#")) or os.path.splitext(name)[1] not in SUFFIXES:  # noqa: PTH122 - a name, hot
        return False
    return all(is_entered(folder) for folder in folders)


def is_entered(folder: str) -> bool:
    """Whether a folder of this name can hold sources."""
    return folder not in NEVER_ENTERED and not folder.startswith(".") and not folder.endswith(".egg-info")


def sources(root: Path, folders: Sequence[Path]) -> Iterator[str]:
    """Yield every source file of the watched folders and of the top, relative to the root."""
    yield from (each for each in _names(root) if is_source(each) and (root / each).is_file())
    for folder in folders:
        for place, below, files in os.walk(folder):
            below[:] = [each for each in below if is_entered(each)]
            prefix = Path(place).relative_to(root).as_posix()
            yield from (path for name in files if is_source(path := f"{prefix}/{name}"))


def _test_paths(root: Path) -> list[Path]:
    found: list[Path] = []
    for words in (
        _from_pyproject(root),
        *(_from_ini(root / name) for name in ("pytest.ini", "tox.ini", "setup.cfg")),
    ):
        for word in words:
            # ``Path.glob`` raises for patterns that pytest takes, such as two stars beside other letters.
            is_pattern = glob.has_magic(word) and not word.startswith("/")  # of the project alone
            names = glob.glob(word, root_dir=root, recursive=True) if is_pattern else [word]  # noqa: PTH207
            found += [root / name for name in names]
    return [Path(os.path.normpath(each)) for each in found]


def _from_pyproject(root: Path) -> list[str]:
    try:
        tool = read_toml(root / "pyproject.toml")["tool"]["pytest"]
        words = tool["ini_options"]["testpaths"]
    except (OSError, KeyError, TypeError):
        return []
    listed = words.split() if isinstance(words, str) else words if isinstance(words, list) else []
    return [each for each in listed if isinstance(each, str)]


def _from_ini(file: Path) -> list[str]:
    try:
        sections = read_ini(file)
    except OSError:
        return []
    section = "tool:pytest" if file.name == "setup.cfg" else "pytest"
    return sections.get(section, {}).get("testpaths", "").split()


def _python_folders(root: Path) -> list[Path]:
    candidates = [root / each for each in _names(root) if is_entered(each) and (root / each).is_dir()]
    return [each for each in candidates if each.name in {"src", "tests", "test"} or _holds_python(each)]


def _holds_python(folder: Path) -> bool:
    if (folder / "pyvenv.cfg").is_file():
        return False  # an environment, whatever its name
    looked_at = 0
    for _, below, files in os.walk(folder):
        below[:] = [each for each in below if is_entered(each)]
        if any(each.endswith(".py") for each in files):
            return True
        looked_at += len(files) + len(below)
        if looked_at > _MAX_LOOKED_AT:
            return False
    return False


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return []
