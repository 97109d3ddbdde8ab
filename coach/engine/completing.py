"""Complete a copy of a tree with what the tests find in the checkout and no tree holds, and say what it lacks all the same.

A tree holds what git does not ignore. Tests also read what is ignored: generated modules, built extensions, example
databases, ``.env.test``. These are copied (never linked: a run in the copy must not write the person's file), the small ones
first and within limits; environments and caches are not. Installed packages (``node_modules``) are copied whole or not at
all: half of them is none. So are the files of a submodule whose commit is the tree's. Empty folders are made. A link stays one, and leads to the same place from the copy.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.core.text import storable
from coach.engine.git import Git, GitError, names
from coach.private_folders import write_private
from coach.regular_files import read_json

MOST_FILES = 3_000
MOST_BYTES = 100_000_000
MOST_FILE_BYTES = 50_000_000
MOST_FOLDERS = 500
MOST_LOOKED_AT = 40_000
"""Names of one ignored folder: more than may be copied, so that what is too large is seen to be."""
LARGEST_RECORDED = 20_000_000
"""Bytes of a file beyond which it is data, and in no tree: recording it at every run would fill the disk."""
MOST_NAMED = 5_000
NEVER = frozenset(
    (
        ".git",
        ".venv",
        "venv",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
        ".eggs",
        "htmlcov",
    )
)
"""Environments and caches: what they hold is made anew, or found where it is."""
_LAST = frozenset(("build", "dist", "target"))
"""Large as a rule: copied when there is room left."""
WHOLE = frozenset(("node_modules", "bower_components", "vendor"))
"""Folders of installed packages, which are of use only whole."""
MOST_PACKAGED = 30_000
MOST_PACKAGED_BYTES = 400_000_000
_ABOUT = "completed.json"
_OTHER_COMMIT = "it is in a submodule of which another commit is checked out"
_USED = "coach-used.json"


@dataclass(frozen=True, slots=True)
class Completed:
    """What a copy has besides its tree, and what it has not."""

    copied: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """Paths of the checkout that the copy lacks, each with the reason."""
    links: tuple[str, ...] = ()
    """Links that lead out of the tree, as ``path -> place``."""


def complete(  # noqa: PLR0913, PLR0917 - two trees, and what is known of them
    copy: Path, root: Path, git: Git, own: Git, used: Collection[str] = (), state: Path | None = None
) -> None:
    """Add to a copy what the checkout has besides the tree.

    Args:
        copy: the folder that holds the tree.
        root: the checkout.
        git: git on the private repository and the checkout's files.
        own: git on the copy and its index.
        used: files that runs opened or imported: copied before all others.
        state: where coach keeps everything, which may lie in the checkout: no copy holds the copies.

    """
    try:
        folders = _listed(git, "-o", "--directory", "--exclude-standard")
        ignored = _listed(git, "-o", "-i", "--directory", "--exclude-standard")
        links = _paths(own, b"120000 ")
        modules, others = _submodules(root, own)
    except GitError:
        return  # the copy holds its tree; what else there is in the checkout cannot be told
    for each in folders[:MOST_FOLDERS]:
        if each.endswith("/"):
            _make_folders(root / each, copy / each)
    large = [each for each in folders if not each.endswith("/") and _is_unrecorded(root / each)]
    found = _found(root, [*ignored, *large, *modules], frozenset(used), state)
    copied, left_out = _copy(found, root, copy)
    left_out = (*((path, _OTHER_COMMIT) for path, _ in _found(root, others, ())), *left_out)
    about = Completed(copied[:MOST_NAMED], left_out[:MOST_NAMED], _lead_out(links, root, copy))
    with contextlib.suppress(OSError):
        (copy.parent / _ABOUT).write_text(json.dumps(asdict(about)), "utf-8")


def completed(copy: Path) -> Completed:
    """Return what ``complete`` did to a copy; nothing, when it is none."""
    try:
        about = read_json(copy.parent / _ABOUT, MOST_BYTES)
        left_out = tuple((str(path), str(why)) for path, why in about["left_out"])
        return Completed(tuple(about["copied"]), left_out, tuple(about["links"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Completed()


def read_used(folder: Path) -> tuple[str, ...]:
    """Return the files that the newest runs of the checkout opened or imported, as ``write_used`` kept them."""
    try:
        return tuple(map(str, read_json(folder / _USED, MOST_BYTES)))
    except (OSError, TypeError):
        return ()


def write_used(folder: Path, paths: Collection[str]) -> None:
    """Keep them, the newest first; nothing is written when all are known."""
    known = read_used(folder)
    if set(paths) <= set(known):
        return
    kept = [*dict.fromkeys((*paths, *known))][:MOST_NAMED]
    with contextlib.suppress(OSError):
        write_private(folder / _USED, json.dumps(kept).encode())


def _is_unrecorded(place: Path) -> bool:
    """Whether a file that git does not ignore is in no tree for its size."""
    try:
        return place.lstat().st_size > LARGEST_RECORDED
    except OSError:
        return False


def _listed(git: Git, *words: str) -> list[str]:
    return names(git.run("ls-files", "-z", *words))


def _found(
    root: Path, ignored: Iterable[str], used: Collection[str], state: Path | None = None
) -> list[tuple[str, int]]:
    """Return ignored files with their sizes: what runs used first, then what is small and near."""
    found: list[tuple[str, int]] = []
    for each in ignored:
        for count, path in enumerate(_files(root, each.rstrip("/"), state)):
            if count > MOST_LOOKED_AT:
                break
            with contextlib.suppress(OSError):
                found.append((path, (root / path).lstat().st_size))
    return sorted(
        found,
        key=lambda each: (each[0] not in used, not _LAST.isdisjoint(each[0].split("/")), each[1], each[0]),
    )


def _files(root: Path, path: str, state: Path | None) -> Iterator[str]:
    place = root / path
    if not NEVER.isdisjoint(path.split("/")) or place == state:
        return
    if place.is_symlink() or not place.is_dir():
        yield path
        return
    for folder, inside, files in os.walk(place):
        links = [each for each in inside if (Path(folder) / each).is_symlink()]
        inside[:] = [each for each in inside if each not in NEVER and Path(folder, each) != state]
        for name in (
            each for each in (*files, *links) if each not in NEVER
        ):  # a submodule has a file named .git
            yield (Path(folder) / name).relative_to(root).as_posix()


def _package_folder(path: str) -> str:
    """Return the folder of installed packages that a file lies in; empty when it lies in none."""
    parts = path.split("/")
    at = next((number for number, part in enumerate(parts) if part in WHOLE), None)
    return "/".join(parts[: at + 1]) if at is not None else ""


def _copy(
    found: Iterable[tuple[str, int]], root: Path, copy: Path
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Copy file by file what fits, and each folder of packages if all of it fits."""
    single: list[tuple[str, int]] = []
    packaged: dict[str, list[tuple[str, int]]] = {}
    for path, size in found:
        folder = _package_folder(path)
        (packaged.setdefault(folder, []) if folder else single).append((path, size))
    copied: list[str] = []
    left_out: list[tuple[str, str]] = []
    room = MOST_BYTES
    for path, size in single:
        if os.path.lexists(copy / path) or path.endswith((".pyc", ".pyo")):
            continue
        if size > MOST_FILE_BYTES or size > room or len(copied) >= MOST_FILES:
            left_out.append((storable(path), "no tree holds it, and it is too large to copy"))
        elif _copy_one(path, root, copy, left_out):
            copied.append(storable(path))
            room -= size
    files, room = MOST_PACKAGED, MOST_PACKAGED_BYTES
    for folder, inside in packaged.items():
        files, room = files - len(inside), room - sum(size for _, size in inside)
        if files < 0 or room < 0:
            left_out.append((storable(folder), "no tree holds it, and it is too large to copy"))
            break
        if any([_copy_one(path, root, copy, left_out) for path, _ in inside]):  # noqa: C419 - all of them are copied
            copied.append(storable(folder))
    return tuple(copied), tuple(left_out)


def _copy_one(path: str, root: Path, copy: Path, left_out: list[tuple[str, str]]) -> bool:
    """Copy a file, or a link as a link; one that cannot be read is named. Returns whether it is there now."""
    target = copy / path
    if os.path.lexists(target):
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if (root / path).is_symlink():
            _copy_link(root / path, target, root)
        else:
            shutil.copy2(root / path, target)
    except OSError as error:
        left_out.append((storable(path), f"no tree holds it, and it cannot be read: {error.strerror}"))
        return False
    return True


def _copy_link(link: Path, target: Path, root: Path) -> None:
    """Make a link that leads within the copy where it leads within the checkout, and else to the same place.

    A link out of the checkout is followed, when it is one to a file: a run in the copy must not write that.
    """
    way = os.readlink(link)  # noqa: PTH115 - compared as text
    there = os.path.normpath(link.parent / way)
    if Path(there).is_relative_to(root):
        target.symlink_to(os.path.relpath(there, link.parent))
    elif link.is_file():
        shutil.copy2(link, target)
    else:
        target.symlink_to(there)


def _make_folders(place: Path, target: Path) -> None:
    """Make a folder with those in it: files are the tree's matter."""
    for count, (folder, inside, _) in enumerate(os.walk(place)):
        inside[:] = [each for each in inside if each not in NEVER]
        if count > MOST_FOLDERS:
            return
        with contextlib.suppress(OSError):
            (target / Path(folder).relative_to(place)).mkdir(parents=True, exist_ok=True)


def _paths(own: Git, mode: bytes) -> list[str]:
    """Return the paths of a tree whose entries have this mode."""
    return names(b"\0".join(path for head, path in _entries(own) if head.startswith(mode)))


def _entries(own: Git) -> Iterator[tuple[bytes, bytes]]:
    for line in own.run("ls-files", "-s", "-z").split(b"\0"):
        head, _, path = line.partition(b"\t")
        yield head, path


def _submodules(root: Path, own: Git) -> tuple[list[str], list[str]]:
    """Return the submodules of a tree that are checked out as it wants them, and those of which another commit is."""
    as_wanted: list[str] = []
    others: list[str] = []
    for head, name in _entries(own):
        path = os.fsdecode(name)
        if head.startswith(b"160000 ") and (root / path / ".git").exists():
            commit = Git(root / path).run("rev-parse", "HEAD", accept=(0, 128)).split()
            (as_wanted if commit == head.split()[1:2] else others).append(path)
    return as_wanted, others


def _lead_out(links: Iterable[str], root: Path, copy: Path) -> tuple[str, ...]:
    """Turn links whose relative way leads out of the tree to where they lead from the checkout."""
    said = []
    for path in links:
        link = copy / path
        with contextlib.suppress(OSError):
            way = os.readlink(link)  # noqa: PTH115 - compared as text
            there = os.path.normpath(root / Path(path).parent / way)
            inside = Path(there).is_relative_to(root)
            if inside and os.path.isabs(way):  # noqa: PTH117
                _point(link, os.path.relpath(there, root / Path(path).parent))
            elif not inside:
                _point(link, there)
                said.append(storable(f"{path} -> {there}"))
    return tuple(said[:MOST_NAMED])


def _point(link: Path, way: str) -> None:
    link.unlink()
    link.symlink_to(way)
