"""The single moves of a restore: each one rename, looked at again afterwards, and known how to take back.

What comes out of a place by a rename is compared with what was recorded. Should somebody have saved in that moment, it goes
back and is kept, so that no save is lost, whatever way an editor saves.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from coach.core.base.text import storable
from coach.core.history.kept_file import Kept
from coach.engine.restore.exchange import CannotExchangeError, exchange, give_name
from coach.engine.restore.path_state import Standing, look, opened, parent_of
from coach.engine.restore.plan import Step, why_not_ours
from coach.engine.trees.modes import Modes
from coach.engine.trees.tree_diff import Difference

PREFIX = ".coach-"
_SAVED = "it was saved while files were put back"


@dataclass(slots=True)
class Moves:
    """A restore under way."""

    top: int
    """The root, as an open folder."""
    format: str
    token: str
    """Part of the names of coach's own, so that nobody else's are taken for them."""
    modes: Modes
    doomed: frozenset[str]
    """Folders that are to be removed."""
    kept: list[Kept] = field(default_factory=list)
    prepared: dict[int, str] = field(default_factory=dict)
    """The path of the new file of each step."""
    own: dict[str, int] = field(default_factory=dict)
    """Files under names of coach's own by path → inode of what it made; 0 for what stood at a place before."""
    undo: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    """What takes back what was done to which path, in the order in which it was done."""

    def own_path(self, folder: str, number: int) -> str:
        """Return a path of coach's own in a folder, or above it where the folder will go."""
        while folder in self.doomed:
            folder = folder.rpartition("/")[0]
        name = f"{PREFIX}{self.token}-{number}"
        return f"{folder}/{name}" if folder else name

    def keep(self, path: str, why: str) -> None:
        self.kept.append(Kept(path=storable(path), why=why))

    def take_back(self) -> list[str]:
        """Undo everything, the newest first; returns the paths where that was not possible."""
        left = []
        for path, back in reversed(self.undo):
            try:
                back()
            except OSError:
                left.append(storable(path))
        return left

    def clear(self) -> None:
        """Remove the files under names of coach's own: new ones that are not used, old ones whose content is recorded."""
        for path in self.own:
            with contextlib.suppress(OSError), parent_of(self.top, path) as (folder, name):
                os.unlink(name, dir_fd=folder)

    def remove(self, number: int, step: Step) -> None:
        """Take a file away, where it is what was recorded. Raises OSError."""
        change = step.change
        try:
            with parent_of(self.top, change.path) as (folder, name):
                there = look(folder, name, self.format)
        except (FileNotFoundError, NotADirectoryError):
            return
        if there.kind != "absent" and self._is_ours(change, there):
            self._set_aside(change, self.own_path(change.path.rpartition("/")[0], number))

    def bring(self, number: int, step: Step) -> None:
        """Bring a file to what is wanted, where it is what was recorded. Raises OSError."""
        change = step.change
        try:
            self.make_folders(change.path)
        except (NotADirectoryError, FileExistsError):
            self.keep(change.path, "its folder is not one any more")
            return
        if step.keeps_content:
            self._change_rights(step)
            return
        with parent_of(self.top, change.path) as (folder, name):
            there = look(folder, name, self.format)
        if there.holds(change.new_mode, change.new_blob) or not self._is_ours(change, there):
            return
        own = self.prepared[number]
        if there.kind == "absent":
            self._place(own, change)
            return
        try:
            self._exchange(own, change)
        except CannotExchangeError:
            if self._set_aside(change, f"{own}-old"):
                self._place(own, change)

    def make_folders(self, path: str) -> None:
        """Make the folders above a path that are missing. Raises OSError where one is something else."""
        folders = path.split("/")[:-1]
        for depth in range(len(folders)):
            place = "/".join(folders[: depth + 1])
            with parent_of(self.top, place) as (fd, name):
                try:
                    os.mkdir(name, dir_fd=fd)
                except FileExistsError:
                    if look(fd, name, self.format).kind != "folder":
                        raise
                    continue
                self.undo.append((place, partial(self._drop_folder, place)))
                rights = self.modes.of_folder(place)
                if rights is not None:
                    with opened(fd, name) as folder:
                        os.fchmod(folder, rights)

    def make_folder(self, path: str) -> None:
        """Make an empty folder, where nothing else is. Raises OSError."""
        try:
            self.make_folders(f"{path}/x")
        except (NotADirectoryError, FileExistsError):
            self.keep(path, "a folder was there, and something else is now")

    def remove_folder(self, path: str) -> None:
        """Remove a folder that holds nothing; any other stays."""
        with contextlib.suppress(OSError), parent_of(self.top, path) as (fd, name):
            rights = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode & 0o7777
            os.rmdir(name, dir_fd=fd)
            self.undo.append((path, partial(self._folder_again, path, rights)))

    def _is_ours(self, change: Difference, there: Standing) -> bool:
        """Whether what is there is what was recorded; keeps it otherwise."""
        if there.holds(change.old_mode, change.old_blob) and not there.is_written:
            return True
        why = "another program has it open for writing" if there.is_written else why_not_ours(change, there)
        self.keep(change.path, why)
        return False

    def _set_aside(self, change: Difference, own: str) -> bool:
        """Rename what stands at a path to a name of ours; it goes back, and is kept, when it is not what was recorded."""
        with (
            parent_of(self.top, change.path) as (folder, name),
            parent_of(self.top, own) as (aside, own_name),
        ):
            give_name(name, folder, own_name, aside)
            there = look(aside, own_name, self.format)
            if there.holds(change.old_mode, change.old_blob) and not there.is_written:
                self.own[own] = 0
                self.undo.append((change.path, partial(self._name_again, own, change.path)))
                return True
            try:
                give_name(own_name, aside, name, folder)
                self.keep(change.path, _SAVED)
            except FileExistsError:
                self._keep_beside(own, change.path)
        return False

    def _place(self, own: str, change: Difference) -> None:
        """Give a prepared file its name, where nothing has that."""
        with (
            parent_of(self.top, own) as (source, own_name),
            parent_of(self.top, change.path) as (folder, name),
        ):
            try:
                give_name(own_name, source, name, folder)
            except FileExistsError:
                self.keep(change.path, "it was made while files were put back")
                return
        self.undo.append((change.path, partial(self._unplace, own, change, self.own.pop(own))))

    def _exchange(self, own: str, change: Difference) -> None:
        """Exchange a prepared file and the one at its place; look again at what came out."""
        with (
            parent_of(self.top, own) as (source, own_name),
            parent_of(self.top, change.path) as (folder, name),
        ):
            exchange(own_name, source, name, folder)
            out = look(source, own_name, self.format)
            if out.holds(change.old_mode, change.old_blob) and not out.is_written:
                self.undo.append((change.path, partial(self._exchange_back, own, change, self.own[own])))
                self.own[own] = 0
                return
            exchange(own_name, source, name, folder)
            if os.stat(own_name, dir_fd=source, follow_symlinks=False).st_ino == self.own[own]:
                self.keep(change.path, _SAVED)
                return
            exchange(own_name, source, name, folder)  # saved once more: the newer save stays at the name
        self._keep_beside(own, change.path)

    def _keep_beside(self, own: str, path: str) -> None:
        """Give a save that was overtaken by another one a name that can be seen."""
        self.own.pop(own, None)
        visible = f"{path.rpartition('/')[2]}.kept-{self.token}"
        with parent_of(self.top, own) as (aside, own_name), parent_of(self.top, path) as (folder, _):
            give_name(own_name, aside, visible, folder)
        self.keep(
            path, f"it was saved twice while files were put back; the first save is {storable(visible)}"
        )

    def _name_again(self, own: str, path: str) -> None:
        self.make_folders(path)
        with parent_of(self.top, own) as (source, own_name), parent_of(self.top, path) as (folder, name):
            give_name(own_name, source, name, folder)
        self.own.pop(own, None)

    def _unplace(self, own: str, change: Difference, made: int) -> None:
        with (
            parent_of(self.top, own) as (source, own_name),
            parent_of(self.top, change.path) as (folder, name),
        ):
            self._must_be_new(folder, name, change)
            give_name(name, folder, own_name, source)
        self.own[own] = made

    def _exchange_back(self, own: str, change: Difference, made: int) -> None:
        with (
            parent_of(self.top, own) as (source, own_name),
            parent_of(self.top, change.path) as (folder, name),
        ):
            self._must_be_new(folder, name, change)
            exchange(own_name, source, name, folder)
        self.own[own] = made

    def _must_be_new(self, folder: int, name: str, change: Difference) -> None:
        if not look(folder, name, self.format).holds(change.new_mode, change.new_blob):
            raise OSError(0, "it was saved meanwhile")

    def _change_rights(self, step: Step) -> None:
        with parent_of(self.top, step.path) as (folder, name), opened(folder, name) as fd:
            before = os.fstat(fd).st_mode & 0o7777
            if before != step.rights:
                os.fchmod(fd, step.rights)
                self.undo.append((step.path, partial(self._change_rights_back, step.path, before)))

    def _change_rights_back(self, path: str, rights: int) -> None:
        with parent_of(self.top, path) as (folder, name), opened(folder, name) as fd:
            os.fchmod(fd, rights)

    def _folder_again(self, path: str, rights: int) -> None:
        with parent_of(self.top, path) as (fd, name), contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=fd)
            with opened(fd, name) as folder:
                os.fchmod(folder, rights)

    def _drop_folder(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), parent_of(self.top, path) as (fd, name):
            os.rmdir(name, dir_fd=fd)
