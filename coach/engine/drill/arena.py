"""The arena: a copy of the project with the bug in it, in which nothing tells what the bug is.

One commit without remotes, tags, reflogs and unreachable objects. Of what no tree holds (generated files, data) it has what tests
need, without caches, bytecode, builds, archives and backups, and without any file in which a line of the fix stands.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from coach.core.base.text import storable
from coach.core.drill.drill import Drill
from coach.engine.copies.import_roots import moved_paths
from coach.engine.drill.answers import answers_of
from coach.engine.drill.arena_environment import Environment, make_environment
from coach.engine.drill.left import given_tree
from coach.engine.process.run_context import RunContext
from coach.engine.trees.compose import composing
from coach.engine.trees.git import Git, an_id
from coach.engine.trees.tree_store import TreeStore
from coach.errors import ScratchError
from coach.private_folders import make_folders
from coach.regular_files import is_file, read_bytes

TELLING = (
    *("build", "dist", "sdist", "wheels", "*.egg-info", "*.dist-info", "*.egg", ".eggs", "_build", "htmlcov"),
    *("__pycache__", "*.py[co]", "*.whl", "*.zip", "*.tar", "*.tar.*", "*.tgz", "*.pex"),
    *(".coverage", ".coverage.*", "coverage.xml", ".hypothesis", ".cache", ".*_cache", ".git", ".hg", ".svn"),
    *("*.orig", "*.rej", "*.bak", "*.swp", "*~", "*.patch", "*.diff", ".aider*", ".idea", ".vscode"),
)
"""Names of what no tree holds and may hold the code as it was: it is never in an arena."""
MAX_LOOKED_AT = 20_000_000
"""Bytes of a file that is looked through for lines of the fix; one that is larger is left out."""
_NEEDED = frozenset(
    [
        "HOME",
        "TMPDIR",
        "COACH_STATE_DIR",
        "COACH_CONFIG_DIR",
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
    ]
)
"""Variables that stay also where they name a folder of the checkout: without them others would be used."""
_COMMITTED = "The project\n"
_WHO = {
    "GIT_AUTHOR_NAME": "coach",
    "GIT_AUTHOR_EMAIL": "coach@localhost",
    "GIT_COMMITTER_NAME": "coach",
    "GIT_COMMITTER_EMAIL": "coach@localhost",
}


@dataclass(frozen=True, slots=True)
class Arena:
    """A copy in which a drill is played."""

    root: Path
    given: str
    """The tree it was made from, in the store of the project."""
    environment: Environment
    left_out: tuple[str, ...] = ()
    """What no tree holds and tests may need, and that may tell the bug."""


def make_arena(drill: Drill, trees: TreeStore, place: Path, around: RunContext) -> Arena:
    """Make the arena of a drill.

    Args:
        drill: the drill.
        trees: the store of the project.
        place: a private folder whose name says nothing; the arena is made in it, beside its environment.
        around: the project, its interpreter, and the environment of its runs.

    Raises:
        ScratchError: there is no room, or a test cannot be held.
        StoreError: a tree is gone.
        TargetError: the project would not be imported from the arena.

    """
    arena = place / (around.root.name or "root")
    try:
        make_folders(place)
        with composing(trees) as composer:
            given = given_tree(drill, composer)
            held = frozenset(composer.entries(given))
            distinctive = frozenset(line for each in answers_of(drill, composer) for line in each.distinctive)
        with trees.materialise(given) as copy:
            left_out = _laid_out(copy, arena, held, distinctive)
        _commit(arena, held)
        environment = make_environment(arena, place / "env", around)
    except OSError as error:
        raise ScratchError(
            f"no arena could be made in {place}",
            why=error.strerror or str(error),
            do="free space and rights there",
        ) from error
    return Arena(arena, given, environment, left_out)


def _laid_out(
    copy: Path, arena: Path, held: frozenset[str], distinctive: frozenset[bytes]
) -> tuple[str, ...]:
    """Copy a laid-out tree into the arena; returns what was left out of that which no tree holds."""
    left_out: list[str] = []

    def unwanted(folder: str, names: list[str]) -> set[str]:
        above = Path(folder).relative_to(copy)
        paths = {name: (above / name).as_posix() for name in names}
        found = {
            name
            for name, path in paths.items()
            if not _is_held(path, held) and tells(copy / path, distinctive)
        }
        left_out.extend(storable(paths[each]) for each in sorted(found))
        return found

    shutil.copytree(copy, arena, symlinks=True, ignore=unwanted, copy_function=_copied)
    arena.chmod(0o700)
    return tuple(left_out)


def _copied(source: str, target: str) -> str:
    """Copy a file with its mode and without its time, which would tell which file was edited last."""
    return shutil.copy(source, target)


def _is_held(path: str, held: frozenset[str]) -> bool:
    """Whether the tree holds a file, or something below a folder."""
    return path in held or any(each.startswith(f"{path}/") for each in held)


def tells(place: Path, distinctive: frozenset[bytes]) -> bool:
    """Whether a file or folder that no tree holds may tell the bug, by its name or by a line in it."""
    if any(fnmatchcase(place.name, pattern) for pattern in TELLING):
        return True
    if place.is_symlink() or not is_file(place):
        return False
    try:
        content = read_bytes(place, MAX_LOOKED_AT)
    except OSError:
        return True
    return any(line in content for line in distinctive)


def _commit(arena: Path, held: Iterable[str]) -> None:
    """Make the one commit there is, without a reflog. No hook, no filter and no template of anybody's is used."""
    git = Git(arena, {**_WHO, "GIT_DIR": str(arena / ".git"), "GIT_WORK_TREE": str(arena)}, timeout=120)
    Git(arena).run("init", "-q", "-b", "main", "--template=", ".")
    there = (each for each in held if (arena / each).is_symlink() or is_file(arena / each))
    git.run(
        "update-index", "--add", "-z", "--stdin", stdin=b"\0".join(sorted(map(os.fsencode, there))) + b"\0"
    )
    tree = an_id(git.run("write-tree"))
    commit = an_id(git.run("commit-tree", "-m", _COMMITTED.strip(), tree))
    git.run("-c", "core.logAllRefUpdates=false", "update-ref", "refs/heads/main", commit)


def played_environment(arena: Arena, root: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of whoever plays: the arena's interpreter first, and no variable that names the checkout.

    Args:
        arena: where the drill is played.
        root: the checkout.
        env: the environment in which the drill was started, perhaps in that very checkout.

    """
    folder = Path(arena.environment.python).parent
    moved = moved_paths(env, root, arena.root)
    places = {str(root), os.path.realpath(root)}
    kept = {
        name: value
        for name, value in moved.items()
        if name in _NEEDED or not any(each in value for each in places)
    }
    path = [each for each in env.get("PATH", "").split(os.pathsep) if not any(map(each.startswith, places))]
    for name in ("OLDPWD", "PYTHONHOME", "_", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        kept.pop(name, None)
    own = {
        "PATH": os.pathsep.join((str(folder), *path)),
        "PWD": str(arena.root),
        "VIRTUAL_ENV": str(folder.parent),
    }
    return kept | own
