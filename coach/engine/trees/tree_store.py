"""Work trees by content: record one, compare two, make a copy of one; the user's repository is only read.

A tree is the id of a git tree in the private repository (see ``private_repository``), kept alive by
``refs/coach/<id>``. It holds every file of the project that is neither ignored nor too large, as the file is: no
filter runs. Recording uses git's plumbing only, since ``git add`` and ``git status`` start programs that a
submodule's configuration names.
"""

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from coach.core.localize.suspect import Touched
from coach.core.runs.changes import Changes, parse_patch
from coach.core.search.request import Place
from coach.engine.copies.complete import Unrecorded, complete, outlook, read_used, unrecorded_in, write_used
from coach.engine.process import scratch
from coach.engine.restore.restores import Restores, Wanted
from coach.engine.source.file_kinds import is_text
from coach.engine.trees import blame, compose
from coach.engine.trees.contents import contents_of
from coach.engine.trees.git import Git, GitError, names, program
from coach.engine.trees.ignored_paths import ignored_in
from coach.engine.trees.known_trees import TREE, KnownTrees
from coach.engine.trees.modes import UNKNOWN, Modes, from_json
from coach.engine.trees.object_store import ObjectFolder
from coach.engine.trees.private_repository import NEVER_RECORDED, PrivateRepository, coachs_own, unrecordable
from coach.engine.trees.tree_diff import LINK
from coach.engine.trees.tree_files import Entry, TreeFiles
from coach.engine.trees.user_repository import (
    Repository,
    commit_and_branch,
    commit_named,
    find_repository,
)
from coach.engine.trees.work_tree import WorkTree
from coach.errors import CoachError, ScratchError
from coach.private_folders import write_private
from coach.regular_files import read_json

MAX_UNTRACKED_FILES = 20_000
MAX_PATCH_BYTES = 8_000_000
MAX_NOTE_BYTES = 1_000_000
_DIFF = ("diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty")


class TreeStore:
    """The recorded work trees of one project."""

    def __init__(self, root: Path, home: Path, user: Repository | None = None) -> None:
        """``user`` is the repository that holds the project, where it was looked for already."""
        self._root = root.resolve()
        self._scratch = home / "scratch"
        self._user = user or find_repository(self._root)
        self._prefix = self._user.prefix if self._user else ""
        self._private = PrivateRepository(self._root, home, self._user)
        self._git = self._private.git
        self._private.prepare()
        self._files = TreeFiles(self._git)
        self._known = KnownTrees(self._private, self._user, self._scratch, self.contents, self._files)
        self._noted = ""
        self._work_tree = WorkTree(self._root, self._private, self._prefix, self._files)

    def record(self, *, looks_at_modes: bool = False) -> str:
        """Record the work tree as it is now; returns its id. Raises StoreError.

        ``looks_at_modes``: note the permissions of files anew also when no content changed since the last time.
        """
        try:
            if not self._private.is_there:  # somebody emptied the state directory
                self._private.prepare()
                self._work_tree.forget()
            return self._recorded(looks_at_modes=looks_at_modes)
        except OSError as error:
            raise unrecordable(self._private.folder, error) from error

    def _recorded(self, *, looks_at_modes: bool) -> str:
        with self._private.locked():
            try:
                tree = self._work_tree.record()
            except GitError:
                # The index may be broken, or a file was replaced between two of git's looks at it.
                self._private.rebuild_index()
                tree = self._work_tree.record()
        self._private.mark_exact(tree)
        if looks_at_modes or not self._private.note_of(tree) or tree != self._noted:
            self._private.note(tree, self._work_tree.modes(tree).as_json())
            self._noted = tree
        self._private.keep(tree)
        return tree

    def changes(self, base: str, tree: str = "", label: str = "") -> Changes:
        """Diff two trees; ``base`` may be a commit of the user's, an empty ``tree`` is the work tree as it is now."""
        tree = tree or self.record()
        between = self._known.pair(base, tree)
        words = ("-p", "-M", "-U3", "--no-prefix", "--full-index", *between)
        is_same = between[0] == between[1]
        patch = b"" if is_same else self._git.run("-c", "core.bigFileThreshold=1m", *_DIFF, *words)
        cut = patch[:MAX_PATCH_BYTES]
        files, left_out = parse_patch(cut.decode("utf-8", "backslashreplace"))
        if len(patch) > len(cut):
            left_out = max(left_out, len(self._names(*between)) - len(files))
        return Changes(base=base, tree=tree, label=label, files=files, left_out=left_out)

    def changed_between(self, before: str, after: str) -> tuple[str, ...]:
        """Return the source and configuration files that differ between two trees, relative to the root."""
        return tuple(name for name in self.names_between(before, after) if is_text(name))

    def names_between(self, before: str, after: str) -> list[str]:
        """Return all files that differ between two trees, relative to the root."""
        return self._names(*self._known.pair(before, after))

    def head(self) -> tuple[str, str, int]:
        """Return the user's commit, branch (empty when detached) and how many files differ from that commit."""
        commit, branch = commit_and_branch(self._root) if self._user else ("", "")
        try:
            return commit, branch, len(self._names(*self._known.pair(commit, self.record())))
        except CoachError:  # a commit whose objects are elsewhere (partial clone)
            return commit, branch, 0

    def commit(self) -> str:
        """Return the user's commit; empty where there is none."""
        return commit_and_branch(self._root)[0] if self._user else ""

    def touched(self, places: Sequence[Place]) -> tuple[Touched, ...]:
        """Return which commit touched each place last; nothing for places that are new or not tracked."""
        commit = self.commit()
        return (
            blame.touched(Git(self._root, dict(self._git.variables), timeout=10), self._root, commit, places)
            if commit
            else ()
        )

    def contents(self, blobs: Sequence[str], most_bytes: int = 0) -> dict[str, bytes]:
        """Return file contents by their ids, in order, until the next would exceed ``most_bytes`` (0: all)."""
        return contents_of(self._git, blobs, most_bytes)

    @property
    def restores(self) -> Restores:
        """What puts recorded trees back."""
        home = self._private.folder.parent
        return Restores(
            self._root,
            home,
            self._git,
            self._private.objects,
            self.contents,
            self._modes,
            self._known.tracked,
            self._unspoken,
        )

    def wanted(self, tree: str, modes: str = "") -> Wanted:
        """Return what restoring a tree means now. Raises StoreError, also for a tree whose bytes are not known."""
        goal = self._known.as_kept(tree)
        modes = modes or self.modes_of(goal)  # before those of now are noted, perhaps of the same tree
        before = self.record(looks_at_modes=True)
        self._known.refuse_converted(before, tree)
        return Wanted(goal, before, modes, self.modes_of(before))

    def restore(self, tree: str) -> tuple[str, tuple[str, ...]]:
        """Put a recorded tree into the checkout; returns the tree that was there before, and the paths put back."""
        wanted = self.wanted(tree)
        self.restores.planned(wanted)
        return wanted.before, self.restores.put_back(wanted, "")[0]

    def _unspoken(self, tree: str, other: str, paths: Collection[str]) -> frozenset[str]:
        return ignored_in(self._git, self._prefix, self._scratch, (tree, other), paths)

    def kept_as(self, tree: str) -> str:
        """Return the id under which a recorded tree is kept."""
        return self._known.as_kept(tree)

    def modes_of(self, tree: str) -> str:
        """Return the note of the modes of a tree as it was recorded last; empty when there is none."""
        return self._private.note_of(tree)

    def _modes(self, note: str) -> Modes:
        found = self.contents([note]) if note else {}
        return from_json(found[note]) if note in found else UNKNOWN

    def without(self, base: str, keep: str) -> str:
        """Return the tree of now without what was edited since ``base``, but with its tests; see ``composing.taken_out``.

        ``base`` is a recorded tree, or a commit as people name it.
        """
        if not TREE.fullmatch(base):
            base = commit_named(self._root, base)
        with compose.composing(self) as composer:
            now = self.record()
            return compose.taken_out(composer, self.beside(base, now), now, keep)

    @contextlib.contextmanager
    def materialise(self, tree: str, unrecorded: Unrecorded | None = None) -> Iterator[Path]:
        """Make a disposable folder that holds this tree, and beside it what tests need; see ``complete``. It is removed afterwards.

        ``unrecorded``: what ``unrecorded`` answered a moment ago; None: the checkout is looked at now.
        """
        with scratch.scratch_folder(self._scratch) as place:
            folder = place / (
                self._root.name or "root"
            )  # a project may be imported by the name of its folder
            folder.mkdir(mode=0o700)
            own = {"GIT_INDEX_FILE": str(folder.parent / "index"), "GIT_WORK_TREE": str(folder)}
            git = Git(folder, {**self._git.variables, **own}, timeout=120)
            files = _lay_out(git, self._known, self._files, tree)
            used, state = read_used(self._private.folder), coachs_own(self._private.folder.parent)
            complete(folder, self._root, files, unrecorded or self.unrecorded(), used, state)
            yield folder

    def unrecorded(self) -> Unrecorded | None:
        """Return what the checkout has now that no tree holds; None where git cannot tell."""
        return unrecorded_in(self._root, self._git)

    def outlook(
        self, tree: str, unrecorded: Unrecorded | None = None, *, is_confined: bool = False
    ) -> tuple[str, ...]:
        """Say what copies of a tree will lack, and which links lead out of them, before there is one.

        ``unrecorded``: what ``unrecorded`` answered.
        ``is_confined``: whether what runs there is kept from writing through such a link.
        """
        files = self._files.of(self._known.tree_of(tree))
        blobs = {path: blob for path, (mode, blob) in files.items() if mode == LINK}
        contents = self.contents(tuple(blobs.values())) if blobs else {}
        links = [(path, os.fsdecode(contents[blob])) for path, blob in blobs.items() if blob in contents]
        leading, lacking = outlook(
            self._root, unrecorded or self.unrecorded(), links, coachs_own(self._private.folder.parent)
        )
        does = "tests read it, cannot write it" if is_confined else "what tests write there is written"
        return (*(f"{each} out of the copies: {does}" for each in leading), *lacking)

    def remember_used(self, paths: Collection[str]) -> None:
        """Remember which files runs opened and imported: a copy has them before others."""
        write_used(self._private.folder, paths)

    def read_note(self, name: str) -> object:
        """Return what ``write_note`` kept beside the trees; None where there is nothing."""
        try:
            return read_json(self._private.folder / name, MAX_NOTE_BYTES)
        except OSError:
            return None

    def write_note(self, name: str, value: object) -> None:
        """Keep a JSON value beside the trees of the project; what cannot be kept is not known the next time."""
        with contextlib.suppress(OSError):
            write_private(self._private.folder / name, json.dumps(value).encode())

    @property
    def used(self) -> tuple[str, ...]:
        """The files that the newest runs of the checkout opened or imported."""
        return read_used(self._private.folder)

    @property
    def git(self) -> Git:
        """Git on the private repository: what composes trees needs its own index there."""
        return self._git

    @property
    def writer(self) -> Git:
        """Git on the private repository for what writes objects: it borrows none, whose times it would renew."""
        return self._private.writer

    @property
    def objects(self) -> ObjectFolder:
        """Where contents are kept."""
        return self._private.objects

    @property
    def scratch(self) -> Path:
        """Where disposable folders are made."""
        return self._scratch

    def files(self, tree: str) -> Mapping[str, Entry]:
        """Return mode and blob of the files of a tree by path."""
        return self._files.of(tree)

    def tree_of(self, name: str) -> str:
        """Return the tree that a recorded tree or a commit of the user's stands for."""
        return self._known.tree_of(name)

    def leftovers(self) -> tuple[Path, ...]:
        """Return copies that dead processes left behind; ``scratch.remove`` removes one."""
        return scratch.leftovers(self._scratch)

    def beside(self, base: str, recorded: str) -> str:
        """Return a tree or commit as it would be on this disk, where ``recorded`` is; see ``checked_out``."""
        return self._known.pair(base, recorded)[0]

    def _names(self, before: str, after: str) -> list[str]:
        words = ("--name-only", "--no-renames", "-z", before, after)
        return names(self._git.run(*_DIFF, *words)) if before != after else []


def _lay_out(git: Git, known: KnownTrees, listed: TreeFiles, name: str) -> Mapping[str, Entry]:
    """Write the files of a tree or commit into git's work tree; returns them. Raises ScratchError."""
    try:
        tree = known.tree_of(name)
        git.run("read-tree", "-m", "-u", tree)
        return listed.of(tree)
    except GitError as error:
        raise ScratchError(
            f"the work tree {name[:10]} could not be copied",
            why=error.why or error.what,
            do="free space in the state directory; a tree of long ago may be gone",
        ) from error


def open_trees(root: Path, home: Path) -> tuple[TreeStore | None, str]:
    """Open the recorded trees of a project, in its own folder ``home``; else None and why there are none."""
    if not program():
        return None, "git is not installed, so work trees are not compared"
    root = root.resolve()
    user = find_repository(root)
    reason = _too_much(root) if user is None else ""
    if reason:
        return None, reason
    try:
        trees = TreeStore(root, home, user)
        trees.tree_of("")  # a git that cannot even say this would end every run
    except CoachError as error:
        return None, str(error)
    return trees, ""


def _too_much(root: Path) -> str:
    """Say why a folder that is no repository is not recorded; empty when it may be."""
    if root == Path(root.anchor) or root == Path.home():
        return f"{root} is no project folder, so work trees are not compared"
    if (root / "objects").is_dir() and (root / "HEAD").is_file():
        return f"{root} is a repository without a work tree"
    count = 0
    for _, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in NEVER_RECORDED and each != ".git"]
        count += len(files)
        if count > MAX_UNTRACKED_FILES:
            return (
                f"{root} is not under git and holds more than {MAX_UNTRACKED_FILES:,} files, "
                "so work trees are not compared; run git init there"
            )
    return ""
