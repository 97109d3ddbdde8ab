"""Complete a copy of a tree with what the tests find in the checkout and no tree holds, and say what it lacks all the same.

A tree holds what git does not ignore. Tests also read what is ignored: generated modules, built extensions, example
databases, ``.env.test``. These are copied (never linked: a run in the copy must not write the person's file), the small ones
first and within limits; environments and caches are not. Installed packages (``node_modules``) are copied whole or not at
all: half of them is none. So are the files of a submodule whose commit is the tree's. Empty folders are made. A link stays one, and leads to the same place from the copy.
"""

import contextlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.core.base.formatting import count, size_of
from coach.core.base.text import storable
from coach.engine.copies.large_files import fill_pointers
from coach.engine.copies.links import InCopy, leading_out, settle
from coach.engine.copies.untracked import MAX_BYTES, NEVER, Selected, copy_selected, find, select
from coach.engine.trees.git import Git, GitError, names
from coach.engine.trees.tree_diff import LINK
from coach.engine.trees.tree_files import SUBMODULE, Entry
from coach.private_folders import write_private
from coach.regular_files import read_json

MAX_FOLDERS = 500
LARGEST_RECORDED = 20_000_000
"""Bytes of a file beyond which it is data, and in no tree: recording it at every run would fill the disk."""
MAX_NAMED = 5_000
MAX_SAID = 3
"""Links, and files that are left out, that are named before the first probe."""
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


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What the checkout has that no tree holds, as git lists it."""

    folders: tuple[str, ...]
    """Those that hold nothing recorded, each with a slash at its end."""
    paths: tuple[str, ...]
    """Files and whole folders."""


def complete(  # noqa: PLR0913, PLR0917 - two trees, and what is known of them
    copy: Path,
    root: Path,
    files: Mapping[str, Entry],
    unrecorded: Unrecorded | None,
    used: Collection[str] = (),
    state: Path | None = None,
) -> None:
    """Add to a copy what the checkout has besides the tree.

    Args:
        copy: the folder that holds the tree.
        root: the checkout.
        files: those of the tree, by path.
        unrecorded: what the checkout has that no tree holds; None where that cannot be told.
        used: files that runs opened or imported: copied before all others.
        state: where coach keeps everything, which may lie in the checkout: no copy holds the copies.

    """
    if unrecorded is None:
        return  # the copy holds its tree
    try:
        modules, others = _submodules(root, files)
    except GitError:
        return
    links = [path for path, (mode, _) in files.items() if mode == LINK]
    leading = settle(links, root, copy)
    inside = InCopy(copy)
    for each in unrecorded.folders[:MAX_FOLDERS]:
        if inside.holds(each) and inside.holds(f"{each}x"):
            _make_folders(root / each, copy / each)
    pointers = fill_pointers(copy, root, list(files))
    chosen = select(find(root, [*unrecorded.paths, *modules], frozenset(used), state), copy)
    copied, left_out = copy_selected(chosen, root, copy)
    leading += settle(_links(chosen.all, copy), root, copy)
    other = find(root, others).files
    left_out = (*pointers, *((storable(path), _OTHER_COMMIT) for path, _ in other), *left_out)
    about = Completed(copied[:MAX_NAMED], left_out[:MAX_NAMED], leading[:MAX_NAMED])
    with contextlib.suppress(OSError):
        (copy.parent / _ABOUT).write_text(json.dumps(asdict(about)), "utf-8")


def outlook(
    root: Path, unrecorded: Unrecorded | None, links: Iterable[tuple[str, str]], state: Path | None = None
) -> tuple[list[str], list[str]]:
    """Say, before there is a copy, which links lead (``x -> y leads``), and what copies will lack.

    Args:
        root: the checkout.
        unrecorded: what the checkout has that no tree holds; None where that cannot be told.
        links: those of the tree, with their texts.
        state: where coach keeps everything.

    """
    if unrecorded is None:
        return [], []
    chosen = select(find(root, unrecorded.paths, state=state))
    ignored = [
        (each, os.readlink(root / each))  # noqa: PTH115 - text
        for each in chosen.all
        if (root / each).is_symlink() and not (root / each).is_file()
    ]
    said = [f"{each} leads" for each in leading_out([*links, *ignored], root)]
    if len(said) > MAX_SAID:
        said = [*said[:MAX_SAID], f"{count(len(said) - MAX_SAID, 'other link')} lead"]
    return said, _lacks(chosen)


def _lacks(chosen: Selected) -> list[str]:
    if not chosen.left_out:
        return []
    named = [
        storable(path) + (f" ({size_of(chosen.sizes[path])})" if path in chosen.sizes else "")
        for path in sorted(chosen.left_out, key=lambda each: -chosen.sizes.get(each, 0))[:MAX_SAID]
    ]
    more = len(chosen.left_out) - len(named)
    rest = f" and {more} more" if more else ""
    return [
        f"the copies lack what git ignores and is too large, too much or no file: {', '.join(named)}{rest}"
    ]


def unrecorded_in(root: Path, git: Git) -> Unrecorded | None:
    """Return what the checkout has that no tree holds; None where git cannot tell.

    Args:
        root: the checkout.
        git: git on the private repository and the checkout's files.

    """
    try:
        untracked = _listed(git, "-o", "--directory", "--exclude-standard")
        ignored = _listed(git, "-o", "-i", "--directory", "--exclude-standard")
    except GitError:
        return None
    large = [each for each in untracked if not each.endswith("/") and _is_unrecorded(root / each)]
    return Unrecorded(tuple(each for each in untracked if each.endswith("/")), (*ignored, *large))


def _links(paths: Iterable[str], copy: Path) -> list[str]:
    return [each for each in paths if (copy / each).is_symlink()]


def completed(copy: Path) -> Completed:
    """Return what ``complete`` did to a copy; nothing, when it is none."""
    try:
        about = read_json(copy.parent / _ABOUT, MAX_BYTES)
        left_out = tuple((str(path), str(why)) for path, why in about["left_out"])
        return Completed(tuple(about["copied"]), left_out, tuple(about["links"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Completed()


def read_used(folder: Path) -> tuple[str, ...]:
    """Return the files that the newest runs of the checkout opened or imported, as ``write_used`` kept them."""
    try:
        return tuple(map(str, read_json(folder / _USED, MAX_BYTES)))
    except (OSError, TypeError):
        return ()


def write_used(folder: Path, paths: Collection[str]) -> None:
    """Keep them, the newest first; nothing is written when all are known."""
    known = read_used(folder)
    if set(paths) <= set(known):
        return
    kept = [*dict.fromkeys((*paths, *known))][:MAX_NAMED]
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


def _make_folders(place: Path, target: Path) -> None:
    """Make a folder with those in it: files are the tree's matter."""
    for number, (folder, inside, _) in enumerate(os.walk(place)):
        inside[:] = [each for each in inside if each not in NEVER]
        if number > MAX_FOLDERS:
            return
        with contextlib.suppress(OSError):
            (target / Path(folder).relative_to(place)).mkdir(parents=True, exist_ok=True)


def _submodules(root: Path, files: Mapping[str, Entry]) -> tuple[list[str], list[str]]:
    """Return the submodules of a tree that are checked out as it wants them, and those of which another commit is."""
    as_wanted: list[str] = []
    others: list[str] = []
    for path, (mode, wanted) in files.items():
        if mode == SUBMODULE and (root / path / ".git").exists():
            commit = Git(root / path).run("rev-parse", "HEAD", accept=(0, 128)).split()
            (as_wanted if commit == [wanted.encode()] else others).append(path)
    return as_wanted, others
