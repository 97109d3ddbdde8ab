"""Bring one defect of a repository's history onto the disk: the tree of a fix, with the change of its sources undone.

Clones lie in one folder as ``NAME.git`` (``git clone --bare``); they are read and never written.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.loops.analysis.syntax import is_test_path

SECONDS = 120
_AUTHOR = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost", "-c", "commit.gpgsign=false")
_TEXTS = (".rst", ".md", ".txt", ".cfg", ".toml", ".in", ".yml", ".yaml", "")


def git(folder: Path, *words: str) -> str:
    """Run git on a folder without the machine's own settings. Raises CalledProcessError, TimeoutExpired."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-C", str(folder), *_AUTHOR, *words],
        check=True,
        capture_output=True,
        env=env,
        timeout=SECONDS,
    )
    return done.stdout.decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Change:
    """What a fix changed, by kind of file."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    """Test files and their data."""
    others: tuple[str, ...]
    """Neither: settings, documents."""


def clone_of(mirrors: Path, repository: str) -> Path:
    return mirrors / f"{repository.rpartition('/')[2]}.git"


def change_of(clone: Path, fix: str) -> Change:
    return by_kind(git(clone, "diff", "--name-only", "--no-renames", f"{fix}^", fix).splitlines())


def by_kind(names: Sequence[str]) -> Change:
    tests = [each for each in names if _is_of_tests(each)]
    sources = [each for each in names if each not in tests and each.endswith(".py") and not _is_aside(each)]
    others = [each for each in names if each not in tests and each not in sources]
    return Change(tuple(sources), tuple(tests), tuple(others))


def only_sources_and_texts(change: Change) -> bool:
    """Whether undoing the sources undoes the fix: data files that changed too would be a part of it."""
    return all(Path(each).suffix in _TEXTS or _is_aside(each) for each in change.others)


def _is_of_tests(path: str) -> bool:
    return is_test_path(path) or bool({"test", "tests"} & set(path.split("/")[:-1]))


def _is_aside(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in {
        "docs",
        "doc",
        "examples",
        "benchmark",
        "benchmarks",
        "scripts",
    } or path in {
        "setup.py",
        "conf.py",
        "tasks.py",
        "noxfile.py",
    }


def text_at(clone: Path, commit: str, path: str) -> str:
    """Return a file at a commit; empty when it has none there."""
    try:
        return git(clone, "show", f"{commit}:{path}")
    except subprocess.CalledProcessError:
        return ""


def committed(clone: Path, fix: str, folder: Path) -> Change:
    """Lay the defect out as a repository of one commit that holds everything, the fix's tests as well."""
    change = change_of(clone, fix)
    _clone(clone, folder, fix)
    undo(folder, fix, change.sources)
    shutil.rmtree(folder / ".git")
    commit_all(folder, "everything")
    return change


def uncommitted(clone: Path, fix: str, folder: Path) -> Change:
    """Lay the defect out on its real history, with the fix's tests in the work tree only."""
    change = change_of(clone, fix)
    _clone(clone, folder, f"{fix}^")
    for path in change.tests:
        write(folder / path, git(folder, "show", f"{fix}:{path}")) if _has(folder, fix, path) else (
            folder / path
        ).unlink(missing_ok=True)
    return change


def undo(folder: Path, fix: str, sources: Sequence[str]) -> None:
    """Bring source files back to what they were before the fix, and take away those that it added."""
    for path in sources:
        if _has(folder, f"{fix}^", path):
            write(folder / path, git(folder, "show", f"{fix}^:{path}"))
        else:
            (folder / path).unlink()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))


def commit_all(folder: Path, subject: str) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "-b", "main")
    git(folder, "add", "--all", "--force", "--", ".", ":!**/__pycache__")
    git(folder, "commit", "--quiet", "--no-verify", "-m", subject)


def _clone(clone: Path, folder: Path, commit: str) -> None:
    """Share the clone's objects: a copy of a large history would cost more than the session that is measured."""
    full = git(clone, "rev-parse", commit).strip()
    git(clone, "clone", "--quiet", "--shared", "--no-checkout", str(clone.resolve()), str(folder))
    git(folder, "remote", "remove", "origin")
    git(folder, "checkout", "--quiet", "-B", "main", full)


def _has(folder: Path, commit: str, path: str) -> bool:
    return bool(git(folder, "ls-tree", "--name-only", commit, "--", path).strip())
