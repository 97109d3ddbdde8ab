"""Take a commit back on top of the work tree of now, as a tree that never was: what proves that the failure came with it.

The tests of now stay: they ask the question. A file that nobody changed since becomes the old one; of one that was changed
since, the commit's part is taken out: by a merge of three sides, or line by line where nobody touched the commit's own lines.
What does neither is a conflict, never a guess. Conflicts only in files that the test is not seen to load stay as they are, and
are named: what the test says without the rest is an answer all the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from coach.core.search.hunks import lines_of, taken_out
from coach.core.search.taken_back import TakenBack
from coach.engine.search.kinds.task import Task
from coach.engine.trees.checkout import CONFIG_FILES
from coach.engine.trees.compose import Composer, Entry

_FILES = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class WithoutCommit:
    """The work tree without a commit: the tree, or the files in conflict; neither where none of the commit is left."""

    tree: str = ""
    conflicts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files in conflict that the tree holds as they are."""


def taking_back(task: Task, commit: str, parent: str) -> TakenBack:
    """Return what the test says without the commit, judged alone. Raises CoachError where git cannot say. Raises Stopped."""
    without = without_commit(task, commit, parent)
    if without.conflicts:
        return TakenBack(how="conflict", conflicts=without.conflicts)
    if not without.tree:
        return TakenBack(how="nothing")
    probe = replace(
        task.probe(without.tree, f"now, without {commit[:8]}", is_mixed=True),
        grain="exception",  # code that was never together fails in ways of its own
    )
    outcome, left_out = task.settled(probe), without.left_out
    if outcome == "UNRESOLVED":
        return TakenBack(how="unresolved", why=task.driver.reason(probe), left_out=left_out)
    if outcome == "FAIL":
        return TakenBack(how="red", left_out=left_out)
    is_red = task.request.red_tree == task.now or task.settled(task.probe(task.now, "now, with it")) == "FAIL"
    return TakenBack(how="green" if is_red else "not red", left_out=left_out)


def without_commit(task: Task, commit: str, parent: str) -> WithoutCommit:
    """Compose the work tree of now without what a commit changed in code."""
    sides = _Sides.of(task, commit, parent)
    files, conflicts = sides.merged(without=task.test_files())
    loaded = _loaded(task)
    if conflicts and (not files or not loaded or not loaded.isdisjoint(conflicts)):
        return WithoutCommit(conflicts=conflicts)
    return WithoutCommit(task.composer.compose(task.now, files) if files else "", left_out=conflicts)


def _loaded(task: Task) -> frozenset[str]:
    """Return the files that runs opened or imported, and those that decide how tests run; nothing where that is not known."""
    used = task.trees.used if task.request.target.can("trace") else ()
    return CONFIG_FILES.union(used) if used else frozenset()


@dataclass(frozen=True, slots=True)
class _Sides:
    """The three versions that a commit is taken out of: the work tree of now, after the commit, before it. Trees and entries."""

    composer: Composer
    trees: tuple[str, str, str]
    now: Mapping[str, Entry]
    after: Mapping[str, Entry]
    before: Mapping[str, Entry]

    @classmethod
    def of(cls, task: Task, commit: str, parent: str) -> "_Sides":
        beside = task.trees.beside
        trees = (task.now, beside(commit, task.now), beside(parent, task.now))
        return cls(task.composer, trees, *map(task.composer.entries, trees))

    def merged(self, without: Collection[str]) -> tuple[dict[str, Entry | None], tuple[str, ...]]:
        """Return the files of now that are others without the commit, and those in conflict; the files ``without`` stay."""
        files: dict[str, Entry | None] = {}
        conflicts = []
        for path in sorted(self.after.keys() | self.before.keys()):
            now, after, before = self.now.get(path), self.after.get(path), self.before.get(path)
            if path in without or before in {now, after}:
                continue
            merged = before if now == after else self._merged(path, now, after, before)
            if isinstance(merged, _Conflict):
                conflicts.append(path)
            elif merged != now:
                files[path] = merged
        return files, tuple(conflicts)

    def _merged(
        self, path: str, now: Entry | None, after: Entry | None, before: Entry | None
    ) -> "Entry | _Conflict":
        if now is None or after is None or before is None:
            return _Conflict()
        if not all(each.mode in _FILES for each in (now, after, before)):
            return _Conflict()  # links and submodules are whole or not at all
        content = self.composer.merged(now.blob, after.blob, before.blob)
        if content is None:
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
