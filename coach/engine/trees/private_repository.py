"""A repository of coach's own for one project: it reads the user's objects and writes only its own.

    <home>/trees.git/                         made by `git init --bare`, without templates
        exact.index                           began with what the user's says, each file of which was compared once
        exact/<tree>                          there for every tree whose files were recorded byte for byte
        info/attributes                       takes every conversion of content away: these win over all other attributes
        info/exclude                          the user's ignore rules, and what coach never records
    <home>/trees.lock                         flocked around every use of the index

Git that reads borrows the user's objects, so that nothing they committed is stored twice. Git that writes does not: it
would renew the times of objects that the user's repository has already. The user's ``.git/config`` is never in force here;
so its filters, hooks and monitors do not exist.
"""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from coach.engine.trees.git import Git, names
from coach.engine.trees.object_store import ObjectFolder
from coach.engine.trees.user_repository import Repository, ignore_rules, listed_entries
from coach.errors import StoreError
from coach.private_folders import make_folders, write_private

NEVER_RECORDED = (
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".hypothesis",
    "*.py[co]",
    ".coach-*",
)
EXACT = b"* -text -crlf -ident -filter !eol !working-tree-encoding\n"
"""Attributes of the highest precedence, with which git takes in and gives out the bytes that a file has. Every attribute
that ``convert.c`` of git asks for is here; macros of others set these, and cannot where they are set already."""
_LOCK_SECONDS = 30.0


class PrivateRepository:
    """The files of the private repository, and git as called on them."""

    def __init__(self, root: Path, home: Path, user: Repository | None) -> None:
        self._root, self._home, self._user = root, home, user
        self.folder = home / "trees.git"
        self.index = self.folder / "exact.index"
        top = user.top if user else root
        places = {
            "GIT_DIR": str(self.folder),
            "GIT_WORK_TREE": str(top),
            "GIT_INDEX_FILE": str(self.index),
        }
        self.writer = Git(root, places, timeout=120)
        lent = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": user.lent_objects} if user else {}
        self.git = Git(root, places | lent, timeout=120)

    def prepare(self) -> None:
        """Make the repository, or bring its links and rules up to date."""
        try:
            make_folders(self._home)
            with self.locked():
                if not self.is_there:
                    self._make()
                self._link()
                if not self.index.is_file():
                    self._seed()
        except OSError as error:
            raise unrecordable(self.folder, error) from error

    @property
    def is_there(self) -> bool:
        return (self.folder / "HEAD").is_file()

    @property
    def objects(self) -> ObjectFolder:
        """Where contents are kept."""
        return ObjectFolder(self.folder / "objects", self._user.format if self._user else "sha1")

    def mark_exact(self, tree: str) -> None:
        """Note that a tree holds the bytes of the disk, which those of earlier coaches may not."""
        place = self.folder / "exact" / tree
        if not place.exists():
            make_folders(place.parent)
            place.touch(mode=0o600)

    def is_exact(self, tree: str) -> bool:
        return "/" not in tree and (self.folder / "exact" / tree).is_file()

    def keep(self, tree: str) -> None:
        """Name a tree, so that no collector of garbage takes it: as git writes a name, without starting it."""
        place = self.folder / "refs/coach" / tree
        if not place.is_file():
            make_folders(place.parent)
            _write(place, f"{tree}\n".encode())

    def note(self, tree: str, text: bytes) -> None:
        """Keep what is to be known of a tree besides what git holds. Raises OSError."""
        place = self.folder / "modes" / tree
        make_folders(place.parent)
        _write(place, self.objects.keep(text).encode())

    def note_of(self, tree: str) -> str:
        """Return the id of the newest note; empty when there is none."""
        try:
            return (self.folder / "modes" / tree).read_text("ascii").strip()
        except (OSError, ValueError):
            return ""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Use the index alone. A lock file found inside is of a dead git, and is removed."""
        fd = os.open(self._home / "trees.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            wait_for(
                fd, _LOCK_SECONDS, "the work tree cannot be recorded", "another coach has been recording it"
            )
            self.index.with_name(f"{self.index.name}.lock").unlink(missing_ok=True)
            yield
        finally:
            os.close(fd)

    def rebuild_index(self) -> None:
        """Begin the index anew; for one that git can no longer read."""
        self.index.unlink(missing_ok=True)
        self._seed()

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        place = self.folder.with_name("trees.git.new")
        shutil.rmtree(place, ignore_errors=True)
        format_ = self._user.format if self._user else "sha1"
        Git(self._home).run("init", "-q", "--bare", "--template=", f"--object-format={format_}", str(place))
        place.chmod(0o700)
        for folder in ("objects/info", "info"):
            make_folders(place / folder)
        place.rename(self.folder)  # a repository under this name is a whole one

    def _link(self) -> None:
        _write(self.folder / "objects/info/alternates", b"")  # where an older coach named the user's
        _write(self.folder / "info/attributes", EXACT)
        rules = "\n".join((ignore_rules(self._root, self._user), *NEVER_RECORDED, *self._own_state(), ""))
        _write(self.folder / "info/exclude", rules.encode("utf-8", "surrogateescape"))

    def _own_state(self) -> list[str]:
        """Return the rule that leaves out the state directory, where that lies in the work tree: it would record itself."""
        state, top = coachs_own(self._home), self._user.top if self._user else self._root
        if state == top or not state.is_relative_to(top):
            return []
        return ["/" + re.sub(r"([\\*?\[ ])", r"\\\1", state.relative_to(top).as_posix()) + "/"]

    def _seed(self) -> None:
        """Begin with what the user's index says of each file; none of it is believed before the file was compared."""
        if self._user is None or not self._user.index.is_file():
            return
        entries = listed_entries(self._user, self.folder)
        if not entries:  # unreadable, or all of it unmerged
            return  # every file is read once and kept here
        new = self.index.with_name("index.seed")
        new.unlink(missing_ok=True)
        git = Git(self._user.top, {**self.writer.variables, "GIT_INDEX_FILE": str(new)}, timeout=120)
        try:
            lines = b"".join(each.line for each in entries)
            git.run("update-index", "-z", "--index-info", stdin=lines)
            left_out = [each.path for each in entries if each.is_left_out]
            _each(git, ("update-index", "-z", "--skip-worktree", "--stdin"), left_out)
            _write(self.folder / LEFT_OUT, b"\0".join(map(os.fsencode, left_out)))
            new.rename(self.index)
        except StoreError:
            new.unlink(missing_ok=True)

    def unmark(self) -> None:
        """Take the mark off files that a sparse checkout left out and that are there now."""
        place = self.folder / LEFT_OUT
        left_out = names(place.read_bytes()) if place.is_file() else []
        top = Path(self.writer.variables["GIT_WORK_TREE"])
        there = [each for each in left_out if os.path.lexists(top / each)]
        if there:
            git = Git(top, self.writer.variables, timeout=120)
            _each(git, ("update-index", "-z", "--no-skip-worktree", "--stdin"), there)
            _write(place, b"\0".join(os.fsencode(each) for each in left_out if each not in set(there)))


LEFT_OUT = "left-out"
"""Names the files that the index holds and a sparse checkout left out."""


def coachs_own(home: Path) -> Path:
    """Return the folder of everything coach keeps, by the folder of one project in it."""
    resolved = home.resolve()
    return resolved.parents[1] if resolved.parent.name == "projects" else resolved


def unrecordable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"work trees cannot be recorded in {folder}",
        why=error.strerror or str(error),
        do="free space and rights there",
    )


def _each(git: Git, words: tuple[str, ...], paths: list[str]) -> None:
    if paths:
        git.run(*words, stdin=b"\0".join(os.fsencode(path) for path in paths) + b"\0")


def wait_for(fd: int, seconds: float, what: str, who: str) -> None:
    """Lock a file that is open. Raises StoreError, in these words, when it is locked for longer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise StoreError(
                    what, why=f"{who} for {seconds:g} s", do="try again when it is done"
                ) from error
            time.sleep(0.02)
        except OSError:
            return  # no locks on this file system: one coach per project is then the user's word
        else:
            return


def _write(place: Path, content: bytes) -> None:
    """Replace a small file at once, and only when it differs."""
    if place.is_file() and place.read_bytes() == content:
        return
    new = place.with_name(f"{place.name}.new-{os.getpid()}")
    write_private(new, content)
    new.replace(place)
