"""Restores of one project: planned, carried out by one coach at a time, and found again after a kill.

<home>/restore.lock     flocked while files are put back
<home>/restore.json     there from before the first file is touched until the last is done
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.core.base.text import storable
from coach.core.history.kept_file import Kept
from coach.engine.restore.apply import UNFINISHED, Source, in_parts, put_back
from coach.engine.restore.exchange import give_name
from coach.engine.restore.moves import PREFIX
from coach.engine.restore.path_state import look, parent_of, root_folder
from coach.engine.restore.plan import IGNORED, Plan, Sides, failed, plan, progress
from coach.engine.trees.git import Git, names
from coach.engine.trees.modes import Modes, folders_of
from coach.engine.trees.object_store import ObjectFolder
from coach.engine.trees.private_repository import wait_for
from coach.engine.trees.tree_diff import GONE, RAW, Difference, differences
from coach.errors import StoreError
from coach.private_folders import write_private
from coach.regular_files import read_bytes

LOCK_SECONDS = 10.0
_MAX_BYTES = 100_000_000
"""Of contents held at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Two states of the checkout by their trees and notes of modes."""

    tree: str
    before: str
    modes: str = ""
    before_modes: str = ""
    written: tuple[str, ...] = ()
    """Paths of which the tree speaks although git ignored them when it was recorded."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A restore that a kill ended."""

    wanted: Wanted
    why: str
    paths: tuple[str, ...]
    written: int
    """How many of them are as wanted."""
    aside: tuple[str, ...] = ()
    """Files that hold saves of that moment under a name of their own."""


@dataclass(frozen=True, slots=True)
class Restores:
    """Puts recorded trees back into one checkout."""

    root: Path
    home: Path
    git: Git
    objects: ObjectFolder
    contents: Callable[[Sequence[str], int], Mapping[str, bytes]]
    modes: Callable[[str], Modes]
    tracked: Callable[[], Collection[str]]
    """The paths that the user's git tracks."""
    unspoken: Callable[[str, str, Collection[str]], frozenset[str]]
    """Which paths git ignored by the rules of the first tree, where those are not the second one's."""

    def planned(self, wanted: Wanted) -> Plan:
        """Find out what a restore will do, and make sure that it can be undone. Raises StoreError."""
        made = self._plan(wanted)
        self._hold([each.change for each in made.steps])
        return made

    def put_back(self, wanted: Wanted, why: str) -> tuple[tuple[str, ...], tuple[Kept, ...]]:
        """Carry it out; returns the paths put back, and what was kept. Raises StoreError: nothing is changed then."""
        with self.alone():
            made = self._plan(wanted)
            token = secrets.token_hex(4)
            self._begin(wanted, why, token)
            source = Source(self._some, self.objects.format, self.modes(wanted.modes))
            try:
                kept = (*made.kept, *put_back(self.root, made, source, token))
            finally:
                self._note.unlink(missing_ok=True)
        left = {each.path for each in kept}
        return tuple(path for path in made.paths if storable(path) not in left), kept

    def is_part_of(self, wanted: Wanted, now: str) -> bool:
        """Whether the files of now are a restore that was interrupted and nothing else."""
        asked, found = (set(self._differences(wanted.before, each)) for each in (wanted.tree, now))
        return found <= asked

    def interrupted(self) -> Interrupted | None:
        """Look for a restore that a kill ended, and remove what it left beside the files."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, StoreError):
            about = json.loads(read_bytes(self._note, 1_000_000))
            with self.alone(seconds=0):
                keys = ("tree", "before", "modes", "before_modes")
                tree, before, modes, before_modes = (str(about["wanted"][key]) for key in keys)
                wanted = Wanted(tree, before, modes, before_modes)
                return self.state_of(wanted, str(about["why"]), str(about["token"]))
        return None

    def state_of(self, wanted: Wanted, why: str, token: str = "") -> Interrupted:
        """Say how far a restore came, path by path. Raises StoreError."""
        sides = self._sides(wanted)
        with root_folder(self.root) as top:
            aside = self._tidy(top, sides.changes, token) if token else ()
            came = progress(top, self.objects.format, sides)
        return Interrupted(wanted, why, tuple(path for path, _ in came), sum(done for _, done in came), aside)

    def settle(self) -> None:
        """Take the note of an interrupted restore away: it is finished, taken back or was never begun."""
        with contextlib.suppress(OSError):
            self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.home / "restore.json"

    def _begin(self, wanted: Wanted, why: str, token: str) -> None:
        about = {"wanted": asdict(wanted), "why": why, "token": token}
        new = self._note.with_name("restore.json.new")
        try:
            write_private(new, json.dumps(about).encode())
            with new.open("r+b") as file:
                os.fsync(file.fileno())
            new.replace(self._note)
        except OSError as error:
            what = "nothing was put back"
            raise StoreError(
                what, why=f"{self._note}: {error.strerror or error}", do="free space there"
            ) from error

    def _plan(self, wanted: Wanted) -> Plan:
        return plan(self.root, self.objects.format, self._sides(wanted), self._ignored)

    def _sides(self, wanted: Wanted) -> Sides:
        changes = self._differences(wanted.before, wanted.tree)
        files = self._files(wanted.tree)
        old, new = self.modes(wanted.before_modes), self.modes(wanted.modes)
        asked = [
            each for each in changes if each.old_mode != GONE and storable(each.path) not in wanted.written
        ]
        gone = {each.path for each in asked if each.new_mode == GONE}
        unknown = (self.unspoken(wanted.tree, wanted.before, gone) | new.left_out) & gone if gone else ()
        left = dict.fromkeys(unknown, "whether it was there is not known: it was not recorded then")
        left |= dict.fromkeys(self._ignored([each.path for each in asked]), IGNORED)
        return Sides(changes, files, old, new, left)

    def _differences(self, before: str, after: str) -> tuple[Difference, ...]:
        return differences(self.git.run("diff-tree", "-r", *RAW, before, after))

    def _files(self, tree: str) -> dict[str, str]:
        listed = self.git.run("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")
        return {
            os.fsdecode(path): head[:6].decode()
            for head, _, path in (each.partition(b"\t") for each in listed)
            if path
        }

    def _ignored(self, paths: Collection[str]) -> Collection[str]:
        """Return those that git ignores now, and does not track all the same."""
        if not paths:
            return ()
        asked = b"".join(os.fsencode(each) + b"\0" for each in paths)
        found = names(
            self.git.run("check-ignore", "-z", "--no-index", "--stdin", stdin=asked, accept=(0, 1, 128))
        )
        tracked = self.tracked() if found else ()
        return [each for each in found if each not in tracked]

    def _some(self, blobs: Sequence[str]) -> Mapping[str, bytes]:
        return self.contents(blobs, _MAX_BYTES)

    def _hold(self, changes: Sequence[Difference]) -> None:
        """Keep both sides in coach's own store: what the user's repository lends, it may throw away. Raises StoreError."""
        paths = {
            blob: each.path
            for each in changes
            for mode, blob in ((each.old_mode, each.old_blob), (each.new_mode, each.new_blob))
            if mode != GONE and blob.strip("0") and not self.objects.holds(blob)
        }
        for blob, content in in_parts(self._some, list(paths)):
            if content is None:
                raise failed(paths[blob], "its recorded content is gone")
            try:
                self.objects.keep(content)
            except OSError as error:
                raise failed(paths[blob], f"its undo cannot be kept: {error.strerror or error}") from error

    @contextlib.contextmanager
    def alone(self, seconds: float | None = None) -> Iterator[None]:
        """Be the only coach that puts files back. Raises StoreError when another one is."""
        fd = os.open(self.home / "restore.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            wait_for(
                fd,
                LOCK_SECONDS if seconds is None else seconds,
                "nothing was put back",
                "another coach is putting files back",
            )
            yield
        finally:
            os.close(fd)

    def _tidy(self, top: int, changes: Sequence[Difference], token: str) -> tuple[str, ...]:
        """Remove files under names of coach's own whose content is recorded; give any other a name that can be seen."""
        held = {blob for each in changes for blob in (each.old_blob, each.new_blob)}
        aside = []
        for folder in folders_of([each.path for each in changes]):
            with contextlib.suppress(OSError), parent_of(top, f"{folder}/x" if folder else "x") as (fd, _):
                for name in os.listdir(fd):  # noqa: PTH208 - of an open folder
                    if not name.startswith(f"{PREFIX}{token}-"):
                        continue
                    if name.endswith(UNFINISHED) or look(fd, name, self.objects.format).blob in held:
                        os.unlink(name, dir_fd=fd)
                    else:
                        visible = f"kept{name}"
                        give_name(name, fd, visible, fd)
                        aside.append(f"{folder}/{visible}" if folder else visible)
        return tuple(aside)
