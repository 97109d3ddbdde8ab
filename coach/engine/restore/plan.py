"""What a restore will do, found out before the first file is touched: step by step, what is left alone, what stands in the way.

A file is replaced or removed only where the disk holds what was recorded. What it holds otherwise (ignored now, too large,
unreadable, saved meanwhile) is kept and named. What could end a restore half way (rights, marks, names that collide) refuses
it before it begins.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.base.text import storable
from coach.core.history.kept_file import Kept
from coach.engine.copies.complete import LARGEST_RECORDED
from coach.engine.restore.path_state import (
    Standing,
    is_immutable,
    look_at,
    nearest_folder,
    parent_of,
    root_folder,
)
from coach.engine.trees.modes import UNKNOWN, Modes, folders_of
from coach.engine.trees.tree_diff import GONE, LINK, Difference
from coach.errors import StoreError
from coach.private_folders import umask_now

IGNORED = "git ignores it, so it is not coach's to replace"
_EDITORS_OWN = re.compile(r"(?:\..*\.sw[a-p]|\.#.*|#.*#|\..*\.kate-swp|\.~lock\..*#|4913)")
"""Names of files in which an editor keeps what it has open now."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Two recorded states of the checkout: what is there, and what is wanted."""

    changes: tuple[Difference, ...]
    wanted: Mapping[str, str] = field(default_factory=dict)
    """Every file that is wanted, path → git's mode."""
    old: Modes = UNKNOWN
    new: Modes = UNKNOWN
    left: Mapping[str, str] = field(default_factory=dict)
    """Paths that are to stay as they are, with the reason: git ignores them now, or did so then."""

    def rights_of(self, path: str, mode: str, there: Standing) -> int:
        """Return the permissions a file is to have: as recorded; else those it has, or a new file gets."""
        known = self.new.of_file(path, mode)
        if known is not None:
            return known
        if there.kind == "file" and there.seen is not None:
            rights = there.seen.st_mode & 0o7777
        else:
            rights = 0o666 & ~umask_now()
        return rights | (rights & 0o444) >> 2 if mode == "100755" else rights & ~0o111


@dataclass(frozen=True, slots=True)
class Step:
    """One path to be brought from one state to another."""

    change: Difference
    rights: int = 0
    """Of a file, when it is there."""
    there: Standing = field(default_factory=lambda: Standing("absent"))
    """What was found."""

    @property
    def path(self) -> str:
        return self.change.path

    @property
    def keeps_content(self) -> bool:
        """Whether only the permissions are to change."""
        change = self.change
        return change.old_blob == change.new_blob and LINK not in {change.old_mode, change.new_mode}


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done."""

    steps: tuple[Step, ...] = ()
    kept: tuple[Kept, ...] = ()
    make: tuple[str, ...] = ()
    """Empty folders that are wanted."""
    remove: tuple[str, ...] = ()
    """Folders that are not wanted, deepest first; those that hold anything stay."""

    @property
    def is_empty(self) -> bool:
        """Whether no file is to be touched."""
        return not (self.steps or self.make)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(each.path for each in self.steps), *self.make)))


def plan(
    root: Path,
    format_: str,
    sides: Sides,
    ignored: Callable[[Collection[str]], Collection[str]] = lambda _: (),
) -> Plan:
    """Look at every path that differs.

    Raises:
        StoreError: it could not be done as a whole; nothing was changed.

    """
    _refuse_names(root, sides)
    steps: list[Step] = []
    left: list[tuple[str, str]] = []
    changes = _with_modes(sides)
    gone = {each.path for each in changes if each.new_mode == GONE}
    with root_folder(root) as top:
        for change in changes:
            there = look_at(top, change.path, format_)
            why = _why_left(top, change, there, gone | {f"{each}/" for each in sides.old.empty})
            if there.kind != "absent" and not there.holds(change.new_mode, change.new_blob):
                why = sides.left.get(change.path, why)
            if why:
                left.append((change.path, why))
            elif not there.holds(change.new_mode, change.new_blob) or change.old_blob == change.new_blob:
                _refuse_hindered(top, change)
                steps.append(Step(change, sides.rights_of(change.path, change.new_mode, there), there))
        make = _folders_to_make(top, sides, gone)
    told = set(ignored([path for path, _ in left])) if left else set()
    kept = tuple(
        Kept(
            path=storable(path),
            why=IGNORED if path in told else why,
        )
        for path, why in left
    )
    return Plan(tuple(steps), kept, make, _folders_to_remove(sides, gone, ignored))


def progress(top: int, format_: str, sides: Sides) -> list[tuple[str, bool]]:
    """Return every path that a restore brings to another state, and whether it is there already."""
    found = []
    for each in _with_modes(sides):
        if each.is_restorable:
            there = look_at(top, each.path, format_)
            rights = sides.new.of_file(each.path, each.new_mode) if each.new_mode.startswith("100") else None
            is_new = there.holds(each.new_mode, each.new_blob) or (not each.new_blob and there.kind == "file")
            has_rights = rights is None or there.seen is None or there.seen.st_mode & 0o7777 == rights
            found.append((each.path, is_new and has_rights))
    folders = sides.new.empty - sides.old.empty if sides.new.is_known else ()
    found += [(each, look_at(top, each, format_).kind == "folder") for each in sorted(folders)]
    return found


def _with_modes(sides: Sides) -> list[Difference]:
    """Add the files of which only the permissions differ that git does not know."""
    changed = {each.path for each in sides.changes}
    found = list(sides.changes)
    if sides.old.is_known and sides.new.is_known:
        for path, mode in sides.wanted.items():
            if path not in changed and mode.startswith("100"):
                before, after = sides.old.of_file(path, mode), sides.new.of_file(path, mode)
                if before is not None and after is not None and before != after:
                    found.append(Difference(path, mode, mode, "", ""))
    return found


def _why_left(top: int, change: Difference, there: Standing, gone: Collection[str]) -> str:
    """Say why a path is left as it is; empty when it may be changed, or need not be."""
    is_new, is_old = (
        there.holds(change.new_mode, change.new_blob),
        there.holds(change.old_mode, change.old_blob),
    )
    if not change.is_restorable:
        why = "a submodule is a repository of its own"
    elif _EDITORS_OWN.fullmatch(change.path.rpartition("/")[2]):
        why = "an editor keeps there what it has open"
    elif change.old_blob == "" == change.new_blob:  # only permissions differ
        why = "" if there.kind == "file" else "it is no file any more"
    elif is_new:
        why = ""
    elif there.is_written:
        why = "another program has it open for writing"
    elif is_old:
        why = "" if change.new_mode == GONE else _why_no_room(top, change.path, gone)
    elif change.old_mode == GONE and there.kind == "folder" and _is_emptied(change.path, gone):
        why = ""
    else:
        why = why_not_ours(change, there)
    return why


def _is_emptied(folder: str, gone: Collection[str]) -> bool:
    return any(each.startswith(f"{folder}/") for each in gone)


_NOT_OURS = {
    "folder": "a folder is there, with what coach does not hold",
    "other": "it is a pipe, a socket or a device",
    "unreadable": "it cannot be read",
    "absent": "it is not on the disk any more",
}


def why_not_ours(change: Difference, there: Standing) -> str:
    """Say what is wrong with something that is neither as it was recorded nor as it is wanted."""
    if there.kind in _NOT_OURS:
        return _NOT_OURS[there.kind]
    if there.seen is not None and there.seen.st_size > LARGEST_RECORDED:
        return "it is too large to be recorded"
    if change.old_mode == GONE:
        return "coach never recorded what is in it"
    return "it was changed since its content was recorded"


def _why_no_room(top: int, path: str, gone: Collection[str]) -> str:
    _, first = nearest_folder(top, path)
    if first == path or first in gone:
        return ""
    there = look_at(top, first, "sha1")
    return "" if there.kind == "absent" else f"its folder {first} is a {there.kind} now"


def _refuse_names(root: Path, sides: Sides) -> None:
    for each in sides.changes:
        parts = each.path.split("/")
        if each.path.startswith("/") or ".." in parts or "" in parts:
            raise failed(each.path, "it is outside the project")
        if any(part.casefold() == ".git" for part in parts):
            raise failed(each.path, "it belongs to git")
    coming = [each.path for each in sides.changes if each.new_mode != GONE]
    twins = same_name(coming, sides.wanted) if coming and ignores_case(root) else ()
    if twins:
        raise failed(twins[0], f"this disk does not tell it from {twins[1]}")


def same_name(coming: Iterable[str], wanted: Iterable[str]) -> tuple[str, str] | tuple[()]:
    """Return two names that a disk which ignores case takes for one, of which at least one is coming."""
    by_name: dict[str, str] = {}
    new = set(coming)
    for path in (*wanted, *new):
        other = by_name.setdefault(path.casefold(), path)
        if other != path and new & {path, other}:
            return (path, other) if path in new else (other, path)
    return ()


def ignores_case(folder: Path) -> bool:
    """Whether names that differ by case only are one on this disk; told by a name that is there."""
    for name in os.listdir(folder)[:50]:  # noqa: PTH208 - names only
        other = name.swapcase()
        if other != name:
            try:
                return (folder / name).samefile(folder / other)
            except OSError:
                return False
    return False


def _refuse_hindered(top: int, change: Difference) -> None:
    """Refuse what the disk would refuse half way."""
    folder, _ = nearest_folder(top, change.path)
    with parent_of(top, f"{folder}/x" if folder else "x") as (fd, _name):
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=fd):
            raise failed(change.path, f"its folder {folder or '.'} may not be written to")
        if is_immutable(fd, "."):
            raise failed(change.path, f"its folder {folder or '.'} is marked immutable")
        if change.path.rpartition("/")[0] == folder and is_immutable(fd, change.path.rpartition("/")[2]):
            raise failed(change.path, "it is marked immutable")


def _folders_to_make(top: int, sides: Sides, gone: Collection[str]) -> tuple[str, ...]:
    if not sides.new.is_known:
        return ()
    missing = sorted(sides.new.empty - sides.old.empty)
    return tuple(each for each in missing if each in gone or look_at(top, each, "sha1").kind == "absent")


def _folders_to_remove(
    sides: Sides, gone: Collection[str], ignored: Callable[[Collection[str]], Collection[str]]
) -> tuple[str, ...]:
    """Return the folders that hold nothing when all is done, and were not there; deepest first."""
    wanted = folders_of((*sides.wanted, *(f"{each}/x" for each in sides.new.empty)))
    emptied = folders_of(tuple(gone)) - wanted
    if not sides.new.is_known:  # it may have been there, empty: it goes only where a file is to stand
        return tuple(sorted((each for each in emptied if _is_below(each, sides.wanted)), key=_depth))
    empty = sides.old.empty - wanted
    empty -= set(ignored(tuple(f"{each}/" for each in empty))) if empty else set()
    return tuple(sorted(emptied | empty, key=_depth))


def _is_below(folder: str, files: Collection[str]) -> bool:
    parts = folder.split("/")
    return any("/".join(parts[: number + 1]) in files for number in range(len(parts)))


def _depth(folder: str) -> tuple[int, str]:
    return -folder.count("/"), folder


def failed(path: str, why: str, do: str = "nothing was changed") -> StoreError:
    return StoreError(f"{storable(path)} could not be put back", why=why, do=do)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Return steps so that what goes makes room for what comes."""
    return sorted(steps, key=lambda each: each.change.new_mode != GONE)
