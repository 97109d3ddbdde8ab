"""Which tree a name stands for: of a recorded one itself, of a commit what a checkout of it would be on this disk."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from coach.core.base.formatting import count
from coach.core.base.text import storable
from coach.engine.trees.commit_tree import CheckedOut
from coach.engine.trees.git import GitError, an_id
from coach.engine.trees.private_repository import PrivateRepository
from coach.engine.trees.tree_diff import EXECUTABLE, PLAIN, RAW, differences
from coach.engine.trees.tree_files import TreeFiles
from coach.engine.trees.user_repository import Repository, listed_entries
from coach.errors import StoreError

TREE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class KnownTrees:
    """The trees and commits of one project by name."""

    def __init__(
        self,
        private: PrivateRepository,
        user: Repository | None,
        scratch: Path,
        contents: Callable[[Sequence[str]], Mapping[str, bytes]],
        files: TreeFiles,
    ) -> None:
        self._private, self._user = private, user
        self._prefix = user.prefix if user else ""
        self._kinds: dict[str, str] = {}
        self._trees: dict[str, str] = {}
        """By whole id."""
        self._checked_out = CheckedOut(user, files, private.objects, scratch, contents) if user else None

    def pair(self, before: str, after: str) -> tuple[str, str]:
        """Return two trees to compare: one of the disk and one of a commit only after that was made one of the disk."""
        old, new = self.as_kept(before), self.as_kept(after)
        if self._checked_out is None or self._is_exact(before) == self._is_exact(after):
            return old, new
        if self._is_exact(after):
            return self._checked_out.beside(old, new), new
        return old, self._checked_out.beside(new, old)

    def tree_of(self, name: str) -> str:
        """Return the tree of the disk that a name stands for: of a commit, what a checkout writes."""
        tree = self.as_kept(name)
        return tree if self._checked_out is None or self._is_exact(name) else self._checked_out.tree(tree)

    def _is_exact(self, name: str) -> bool:
        """Whether a tree holds the bytes of the disk: composed ones and those recorded so; not commits, nor older records."""
        if not name or self._private.is_exact(name):
            return True
        return not self._is_recorded(name) and self._kind(name) == "tree"

    def _is_recorded(self, name: str) -> bool:
        return bool(TREE.fullmatch(name)) and (self._private.folder / "refs/coach" / name).is_file()

    def _kind(self, name: str) -> str:
        if name in self._kinds:
            return self._kinds[name]
        kind = self._private.git.run("cat-file", "-t", "--end-of-options", name).decode().strip()
        if TREE.fullmatch(name):  # what an id stands for never changes, unlike a branch
            self._kinds[name] = kind
        return kind

    def as_kept(self, name: str) -> str:
        """Return the tree a name stands for, as git keeps it; a commit's tree is narrowed to the project's folder."""
        if not name:
            return self.empty()
        if self._is_recorded(name):
            return name
        if name in self._trees:
            return self._trees[name]
        # Where the project is the whole repository, a commit's tree is the project's: its kind need not be asked for.
        is_narrowed = bool(self._prefix) and self._kind(name) == "commit"
        within = f":{self._prefix}" if is_narrowed else "^{tree}"
        try:
            said = self._private.git.run("rev-parse", "--verify", "--end-of-options", f"{name}{within}")
        except GitError:
            self._kind(name)  # tells content that is nowhere from a name that stands for nothing
            raise
        tree = said.decode().split()[-1]
        if TREE.fullmatch(name):
            self._trees[name] = tree
            self._kinds.setdefault(name, "tree" if tree == name else "commit")
        return tree

    def refuse_converted(self, before: str, name: str) -> None:
        """An older coach recorded through attributes of the tree: what the bytes of those files were is not known."""
        if self._checked_out is None or not self._is_recorded(name) or self._is_exact(name):
            return
        tree = self.as_kept(name)
        changed = differences(self._private.git.run("diff-tree", "-r", *RAW, before, tree))
        paths = [each.path for each in changed if each.new_mode in {PLAIN, EXECUTABLE}]
        if unknown := self._checked_out.converted(tree, paths):
            what = f"{storable(unknown[0])} cannot be put back"
            why = f"an older coach recorded {count(len(unknown), 'file')} through .gitattributes, not their bytes"
            raise StoreError(
                what, why=why, do="nothing was changed; take the files from git, or restore a newer run"
            )

    def tracked(self) -> frozenset[str]:
        """Return the paths that the user's git tracks, relative to the project."""
        entries = listed_entries(self._user, self._private.folder) if self._user else None
        inside = (each.path for each in entries or () if each.path.startswith(self._prefix))
        return frozenset(path.removeprefix(self._prefix) for path in inside)

    def empty(self) -> str:
        """Return the tree that holds nothing."""
        return an_id(self._private.writer.run("mktree"))
