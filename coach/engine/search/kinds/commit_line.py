"""The line of commits that a search walks: the user's first-parent history, and what one of its commits changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coach.core.base.formatting import count
from coach.core.runs.changes import FileChange
from coach.core.runs.oracle import Outcome
from coach.core.search.bisect import Culprit, NoGoodCommit
from coach.core.search.kinds import Commit
from coach.core.search.noisy_bisect import Believed
from coach.core.search.regression import NewestDiffers, Regression
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.kinds.task import Task, ended
from coach.engine.trees.git import Git, GitError
from coach.engine.trees.tree_files import Entry
from coach.engine.trees.user_repository import commit_and_branch, commit_named
from coach.errors import ScratchError, UsageError

MAX_COMMITS = 20_000
MAX_LINES = 400
"""Of a commit's patch that are kept in the log."""
MAX_LOOKED = 2_000
"""Commits that are compared with the trees of earlier runs."""
MAX_BETWEEN = 4
"""Commits between the last good and the first bad that could not be judged, to be judged again alone."""
_FIELDS = 3
_TREE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CommitLine:
    """The commits that a search asks, newest first, with the tests of now over each."""

    task: Task
    history: list[Commit]
    tests: Mapping[str, Entry]
    is_older: bool = False
    """Whether a test that could not ask old code is no failure; see ``Candidate``."""

    @classmethod
    def of(cls, task: Task, *, is_older: bool = False) -> "CommitLine":
        return cls(task, history_of(task.driver.context.root), task.test_files(), is_older)

    def probe(self, question: tuple[int, int]) -> Candidate:
        """Ask the commit at a position, in a round."""
        position, number = question
        commit = self.history[position].id
        tree = self.task.composer.compose(commit, self.tests)
        return self.task.probe(tree, f"{commit[:8]} {position} back", number, is_older=self.is_older)

    def leant_on(
        self, found: Regression | Believed, newest: Outcome = "FAIL", older: Outcome = "PASS"
    ) -> Iterator[tuple[Candidate, Outcome]]:
        """Yield what names the commit: the oldest that is as the newest, the youngest that is not, and some between."""
        match found:
            case NewestDiffers(outcome):
                yield self.probe((0, 1)), outcome
            case NoGoodCommit(back, _):
                yield self.probe((back, 1)), newest
            case Culprit(positions, good):
                yield self.probe((positions[0], 1)), newest
                yield self.probe((good, 1)), older
                for position in positions[1 : MAX_BETWEEN + 1]:
                    yield self.probe((position, 1)), "UNRESOLVED"

    def named(self, positions: tuple[int, ...]) -> str:
        """Return the commit that was found as a sentence names it; one of several, where those between cannot be judged."""
        if len(positions) == 1:
            return name_of(self.history[positions[0]])
        return f"one of {len(positions)} commits; those between cannot be judged"

    def newest_unjudged(self) -> SearchResult:
        why = self.task.driver.reason(self.probe((0, 1)))
        return ended("failed", f"the newest commit cannot be judged in a copy: {why}")


def unjudged(older: tuple[int, ...]) -> str:
    """Continue a sentence with how many older commits could not be judged."""
    return f"; {count(len(older), 'older commit')} could not be judged" if older else ""


def history_of(root: Path) -> list[Commit]:
    """Return the first-parent line of what is checked out, newest first. Raises ScratchError where there is none."""
    newest, _ = commit_and_branch(root)
    if not newest:
        raise ScratchError("there is nothing to bisect", why="the project has no commits", do="commit first")
    return _history(root, newest)


def seen_before(task: Task, history: list[Commit], tests: Mapping[str, Entry]) -> dict[int, tuple[int, int]]:
    """Return what earlier runs of the checkout showed by position: of the commits that were checked out then, unedited.

    It counts only where the commit holds the tests of now: then it is what a probe of the commit would run.
    """
    wanted = {each.tree: (each.failed, each.passed) for each in task.request.seen}
    if not wanted:
        return {}
    git = Git(task.driver.context.root, timeout=60)
    words = ("--first-parent", f"--max-count={MAX_LOOKED}", "--format=%T", history[0].id)
    try:
        listed = git.run("rev-list", *words)
    except GitError:
        return {}
    trees = [line for line in listed.decode().splitlines() if _TREE.fullmatch(line)]
    found = {}
    for position, tree in enumerate(trees):
        if tree in wanted and task.composer.compose(history[position].id, tests) == tree:
            found[position] = wanted[tree]
    return found


def changes_of(
    task: Task, history: list[Commit], positions: tuple[int, ...]
) -> tuple[tuple[FileChange, ...], int]:
    """Return what a commit changed, shortened, and how many files were left out; nothing where it is one of several."""
    if len(positions) != 1 or positions[0] + 1 >= len(history):
        return (), 0
    changes = task.trees.changes(history[positions[0] + 1].id, history[positions[0]].id)
    files, left_out = _shortened(changes.files)
    return files, left_out + changes.left_out


def name_of(commit: Commit) -> str:
    """Return a commit as a sentence names it."""
    return f"{commit.id[:10]} ({commit.subject[:80]})" if commit.subject else commit.id[:10]


def position_of(root: Path, history: list[Commit], named: str, what: str = "the good commit") -> int | None:
    """Return where a commit named by the user stands. Raises UsageError for one that is not on the line."""
    if not named:
        return None
    commit = commit_named(root, named)
    found = next((position for position, each in enumerate(history) if each.id == commit), None)
    if not found:
        why = (
            "it is the newest one"
            if found == 0
            else "it is not on the first-parent line of what is checked out"
        )
        raise UsageError(f"{named} cannot be {what}", why=why, do="name an older commit, or none")
    return found


def _shortened(files: tuple[FileChange, ...]) -> tuple[tuple[FileChange, ...], int]:
    """Keep whole files until the lines are used up; source files first."""
    kept: list[FileChange] = []
    lines = 0
    for file in sorted(files, key=lambda each: not each.path.endswith(".py")):
        lines += sum(hunk.text.count("\n") + 1 for hunk in file.hunks)
        if lines <= MAX_LINES:
            kept.append(file)
    return tuple(kept), len(files) - len(kept)


def _history(root: Path, newest: str) -> list[Commit]:
    """Ask the user's repository for its first-parent line, newest first. A plain question: nothing is started or written."""
    git = Git(root, timeout=60)
    words = ("--first-parent", f"--max-count={MAX_COMMITS}", "--format=%H%x00%ct%x00%s", newest)
    listed = git.run("rev-list", *words).decode("utf-8", "replace").split("\n")
    rows = (line.split("\0") for line in listed if not line.startswith("commit ") and line)
    return [
        Commit(id=row[0], at=int(row[1]), subject=row[2])
        for row in rows
        if len(row) == _FIELDS and row[1].isdecimal()
    ]
