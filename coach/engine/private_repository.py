"""A repository of coach's own for one project: it reads the user's objects and writes only its own.

    <home>/trees.git/                         made by `git init --bare`, without templates
        objects/info/alternates               the user's objects, so that nothing they committed is stored twice
        index                                 began as a copy of the user's, so that unchanged files are not read
        info/exclude                          the user's ignore rules, and what coach never records
    <home>/trees.lock                         flocked around every use of the index

The user's ``.git/config`` is never in force here; so its filters, hooks and monitors do not exist.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from coach.engine.git import Git, names
from coach.engine.repository import Repository, converts_line_ends, ignore_rules, tracked_with_filter
from coach.errors import StoreError
from coach.private_folders import make_folders, narrow, write_private

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
)
_LOCK_SECONDS = 30.0


class PrivateRepository:
    """The files of the private repository, and git as called on them."""

    def __init__(self, root: Path, home: Path, user: Repository | None) -> None:
        self._root, self._home, self._user = root, home, user
        self.folder = home / "trees.git"
        self.index = self.folder / "index"
        top = user.top if user else root
        self.git = Git(root, {"GIT_DIR": str(self.folder), "GIT_WORK_TREE": str(top)}, timeout=120)

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

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Use the index alone. A lock file found inside is of a dead git, and is removed."""
        fd = os.open(self._home / "trees.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            _wait_for(fd)
            self.index.with_name("index.lock").unlink(missing_ok=True)
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
        alternates = b'"' + _quoted(self._user.objects) + b'"\n' if self._user else b""
        _write(self.folder / "objects/info/alternates", alternates)
        rules = "\n".join((ignore_rules(self._root, self._user), *NEVER_RECORDED, ""))
        _write(self.folder / "info/exclude", rules.encode("utf-8", "surrogateescape"))

    def _seed(self) -> None:
        """Begin with the user's index when what it says about files is what we would say."""
        if self._user is None or not self._user.index.is_file() or converts_line_ends(self._root):
            return
        copy = self.index.with_name("index.seed")
        _copy_with_age(self._user.index, copy)
        top = self._user.top
        git = Git(top, {**self.git.variables, "GIT_INDEX_FILE": str(copy)})
        try:
            self._unmark(git)
            filtered = tracked_with_filter(self._user, git.run("ls-files", "-z"))
            _each(git, ("update-index", "-z", "--force-remove", "--stdin"), filtered)
            git.run(
                "write-tree", "--missing-ok", accept=(0, 128)
            )  # 128: unmerged entries, settled by recording
            copy.rename(self.index)
        except StoreError:
            # A split or newer index: begin with an empty one, and read every file once.
            copy.unlink(missing_ok=True)

    def _unmark(self, git: Git) -> None:
        """Take the marks off that hide changes; what a sparse checkout left out keeps its mark."""
        listed = names(git.run("ls-files", "-v", "-z"))
        assumed = [each[2:] for each in listed if each[0].islower()]
        skipped = [each[2:] for each in listed if each[0] in "Ss" and os.path.lexists(git.cwd / each[2:])]
        _each(git, ("update-index", "-z", "--no-assume-unchanged", "--stdin"), assumed)
        _each(git, ("update-index", "-z", "--no-skip-worktree", "--stdin"), skipped)


def _copy_with_age(index: Path, copy: Path) -> None:
    """Copy an index with its age: a file of the same second is read by its content, but only where the index is that old."""
    seen = index.stat()  # before the copy: should git replace it now, too old only costs reading
    shutil.copyfile(index, copy)
    narrow(copy)
    os.utime(copy, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def unrecordable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"work trees cannot be recorded in {folder}",
        why=error.strerror or str(error),
        do="free space and rights there",
    )


def _each(git: Git, words: tuple[str, ...], paths: list[str]) -> None:
    if paths:
        git.run(*words, stdin=b"\0".join(os.fsencode(path) for path in paths) + b"\0")


def _wait_for(fd: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise StoreError(
                    "the work tree cannot be recorded",
                    why=f"another coach has been recording it for {_LOCK_SECONDS:g} s",
                    do="try again when it is done",
                ) from error
            time.sleep(0.02)
        except OSError:
            return  # no locks on this file system: one coach per project is then the user's word
        else:
            return


def _quoted(path: Path) -> bytes:
    raw = os.fsencode(path)
    return raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def _write(place: Path, content: bytes) -> None:
    """Replace a small file at once, and only when it differs."""
    if place.is_file() and place.read_bytes() == content:
        return
    new = place.with_name(f"{place.name}.new-{os.getpid()}")
    write_private(new, content)
    new.replace(place)
