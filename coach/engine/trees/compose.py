"""Make trees that never were: an old commit with the tests of now, some hunks of an edit, another input file.

Every tree is written into the private repository through an index in a scratch folder. The user's repository lends its
objects and does not notice.
"""

import contextlib
import itertools
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import FileChange, parse_patch
from coach.engine.process import scratch
from coach.engine.trees.git import Git, GitError
from coach.engine.trees.object_store import ObjectFolder
from coach.engine.trees.tree_files import Entry
from coach.errors import ScratchError

_CONFLICTS = 127
"""git merge-file ends with the number of conflicts, this at most; with more when it could not merge at all."""


class Objects(Protocol):
    """What composing needs of a store of trees: its private repository, and how trees are found in it."""

    @property
    def git(self) -> Git: ...
    @property
    def writer(self) -> Git: ...
    @property
    def objects(self) -> ObjectFolder: ...
    @property
    def scratch(self) -> Path: ...
    def files(self, tree: str) -> Mapping[str, Entry]: ...
    def tree_of(self, name: str) -> str: ...
    def contents(self, blobs: Sequence[str]) -> Mapping[str, bytes]: ...


class Composer:
    """Composes trees; any thread may."""

    def __init__(self, trees: Objects, folder: Path) -> None:
        self._trees, self._folder = trees, folder
        self._numbers = itertools.count()
        self._known: dict[tuple[str, frozenset[tuple[str, Entry | None]]], str] = {}

    def entries(self, tree: str) -> Mapping[str, Entry]:
        """Return the files of a tree or commit by path."""
        return self._trees.files(self._trees.tree_of(tree))

    def compose(self, base: str, files: Mapping[str, Entry | None]) -> str:
        """Return the tree ``base`` with these files replaced, added or (None) taken out."""
        tree = self._trees.tree_of(base)
        there = self._trees.files(tree) if files else {}
        if all(there.get(path) == entry for path, entry in files.items()):
            return tree
        key = (tree, frozenset(files.items()))
        if key not in self._known:
            self._known[key] = self._write(tree, files)
        return self._known[key]

    def store(self, content: bytes) -> str:
        """Keep a content and return its blob id."""
        return self._trees.objects.keep(content)

    def content(self, blob: str) -> bytes:
        return self._trees.contents([blob])[blob]

    def contents(self, blobs: Sequence[str]) -> Mapping[str, bytes]:
        """Return several contents by their blob ids, at the price of one."""
        return self._trees.contents(blobs)

    def commit_and_parent(self, name: str) -> tuple[str, str]:
        """Return the ids of a commit and its first parent. Raises GitError where there are none."""
        words = ("rev-parse", "--end-of-options", f"{name}^{{commit}}", f"{name}^1^{{commit}}")
        commit, parent = self._trees.git.run(*words).decode().split()[-2:]
        return commit, parent

    def merged(self, ours: str, base: str, theirs: str) -> bytes | None:
        """Return the content ``ours`` with what leads from ``base`` to ``theirs``; None when the two do not go together.

        Contents are given by their blob ids. Lines beside each other that both sides changed do not go together.
        """
        found = self._trees.contents([ours, base, theirs])
        mark = f"conflict {secrets.token_hex(8)}"
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            sides = [Path(folder) / name for name in ("ours", "base", "theirs")]
            for side, blob in zip(sides, (ours, base, theirs), strict=True):
                side.write_bytes(found[blob])
            labels = (word for _ in sides for word in ("-L", mark))
            try:
                merged = self._trees.git.run(
                    "merge-file", "-p", "-q", *labels, *map(str, sides), accept=range(_CONFLICTS + 1)
                )
            except GitError:  # not text
                return None
        return None if mark.encode() in merged else merged

    def differences(self, base: str, tree: str, paths: Sequence[str] = ()) -> tuple[FileChange, ...]:
        """Return what differs (in ``paths``, if there are any), in the smallest hunks (no context lines).

        A renamed file is gone and added.
        """
        between = (self._trees.tree_of(base), self._trees.tree_of(tree))
        words = (
            "-r",
            "-p",
            "-U0",
            "--no-renames",
            "--no-prefix",
            "--full-index",
            "--no-ext-diff",
            "--no-textconv",
        )
        plain = ("--no-color", "--ignore-submodules=dirty")
        patch = self._trees.git.run(
            "--literal-pathspecs", "diff-tree", *words, *plain, *between, "--", *paths
        )
        files, _ = parse_patch(patch.decode("utf-8", "backslashreplace"), most_lines=10**9)
        return files

    def _write(self, tree: str, files: Mapping[str, Entry | None]) -> str:
        index = self._folder / f"index-{next(self._numbers)}"
        git = Git(self._folder, {**self._trees.git.variables, "GIT_INDEX_FILE": str(index)})
        try:
            git.run("read-tree", tree)
            git.run("update-index", "-z", "--index-info", stdin=b"".join(_index_lines(files.items(), tree)))
            own = Git(self._folder, {**self._trees.writer.variables, "GIT_INDEX_FILE": str(index)})
            return own.run("write-tree", "--missing-ok").decode().strip()
        finally:
            index.unlink(missing_ok=True)


def _index_lines(files: Iterable[tuple[str, Entry | None]], tree: str) -> Iterator[bytes]:
    for path, entry in files:
        head = f"{entry.mode} {entry.blob}" if entry else f"0 {'0' * len(tree)}"
        yield head.encode() + b"\t" + os.fsencode(path) + b"\0"


def taken_out(composer: Composer, base: str, now: str, keep: str) -> str:
    """Return the tree ``now`` with the code of ``base``: a fix taken out, the tests that ask about it left in.

    When only the test side differs, the defect was there: all of it is taken out but the file ``keep``.

    Raises:
        ScratchError: nothing, or nothing but that file, differs, so there is no fix to take out.

    """
    old, new = composer.entries(base), composer.entries(now)
    differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    code = {path for path in differing if not is_test_path(path)} or differing
    what = "the fix cannot be taken out"
    if not differing:
        raise ScratchError(what, why="nothing was changed", do="mend the code first")
    code.discard(keep)
    if not code:
        raise ScratchError(
            what, why="nothing but the pinned test was changed", do="mend the code, not the test"
        )
    return composer.compose(now, {path: old.get(path) for path in code})


@contextlib.contextmanager
def composing(trees: Objects) -> Iterator[Composer]:
    """Compose trees; what that needs is gone afterwards."""
    with scratch.scratch_folder(trees.scratch) as folder:
        yield Composer(trees, folder)
