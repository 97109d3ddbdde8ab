"""Take what a commit changed out of a tree that came later, file by file: a merge of three sides, never a guess.

A file that nobody changed since becomes the old one; of one that was changed since, the commit's part is taken out: by a merge of
three sides, or line by line where nobody touched the commit's own lines. What does neither is a conflict.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coach.core.search.hunks import lines_of, taken_out
from coach.engine.trees.compose import Composer
from coach.engine.trees.tree_files import Entry

_FILES = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class CommitSides:
    """The three versions that a commit is taken out of: the work tree of now, after the commit, before it. Trees and entries."""

    composer: Composer
    trees: tuple[str, str, str]
    now: Mapping[str, Entry]
    after: Mapping[str, Entry]
    before: Mapping[str, Entry]

    @classmethod
    def of(
        cls, composer: Composer, beside: Callable[[str, str], str], now: str, commit: str, parent: str
    ) -> "CommitSides":
        """Read the three sides; ``beside`` makes of a commit what a checkout of it is where ``now`` is recorded."""
        trees = (now, beside(commit, now), beside(parent, now))
        return cls(composer, trees, *map(composer.entries, trees))

    @property
    def paths(self) -> frozenset[str]:
        """All files before or after the commit."""
        return frozenset(self.after.keys() | self.before.keys())

    def merged(
        self, without: Collection[str], moved: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[dict[str, Entry | None], tuple[str, ...]]:
        """Return the files of now that are others without the commit, and those in conflict.

        Args:
            without: files that stay as they are.
            moved: where files of the commit are now, if they have another name since.

        """
        files: dict[str, Entry | None] = {}
        conflicts = []
        for path in sorted(self.paths.difference(without)):
            here = moved.get(path, path)
            now, after, before = self.now.get(here), self.after.get(path), self.before.get(path)
            if before in {now, after}:
                continue
            merged = before if now == after else self._merged((path, here), now, after, before)
            if isinstance(merged, _Conflict):
                conflicts.append(path)
            elif merged != now:
                files[here] = merged
        return files, tuple(conflicts)

    def _merged(
        self, paths: tuple[str, str], now: Entry | None, after: Entry | None, before: Entry | None
    ) -> "Entry | _Conflict":
        if now is None or after is None or before is None:
            return _Conflict()
        if not all(each.mode in _FILES for each in (now, after, before)):
            return _Conflict()  # links and submodules are whole or not at all
        content = self.composer.merged(now.blob, after.blob, before.blob)
        path, here = paths
        if content is None and path == here:
            content = self._line_by_line(path, now, before)
        return _Conflict() if content is None else Entry(now.mode, self.composer.store(content))

    def _line_by_line(self, path: str, now: Entry, before: Entry) -> bytes | None:
        """Return a file of now without the lines of the commit, where nobody touched those since."""
        tree_now, tree_after, tree_before = self.trees
        since = self.composer.differences(tree_after, tree_now, [path])
        own = self.composer.differences(tree_after, tree_before, [path])
        if not all(each.hunks for each in (*since, *own)):  # not text
            return None
        lines_now, lines_before = (lines_of(self.composer.content(each.blob)) for each in (now, before))
        hunks = [[hunk for each in found for hunk in each.hunks] for found in (since, own)]
        return taken_out(lines_now, lines_before, *hunks)


class _Conflict:
    """The sides do not go together."""
