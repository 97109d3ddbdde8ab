"""Fixes of a project's own history, taken out of the tree of now: bugs that people made, which their own tests notice.

A fix is a commit that changed some code and some tests. Its code comes out by a merge of three sides; tests stay as they are now.
"""

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.drill.bug import Bug, ChangedFile, near_tests
from coach.core.drill.changed_places import places
from coach.core.drill.drill import Source
from coach.core.loops.analysis.syntax import is_test_path
from coach.engine.drill.baseline import Baseline
from coach.engine.drill.checking import MAX_NEAR
from coach.engine.trees.commit_sides import CommitSides
from coach.engine.trees.compose import Composer
from coach.engine.trees.git import GitError, names
from coach.engine.trees.tree_files import Entry
from coach.engine.trees.tree_store import TreeStore
from coach.engine.trees.user_repository import find_repository

MAX_COMMITS = 4_000
MAX_FILES = 5
MAX_LINES = 120
"""Changed lines of code together: beyond that a fix is rather a rewrite."""
_NEAR = 200
"""Commits that count as equally old: among them the seed decides."""
_SAYS_FIX = re.compile(r"\b(fix|fixe[sd]|bug|wrong|regression|crash|broken|incorrect)", re.IGNORECASE)
_OTHER_CODE = re.compile(r"(^|/)(docs?|examples?|benchmarks?|build|dist)/|(^|/)setup\.py$")
NOT_CLEAN = "it cannot be taken out of the code of now"
NOTHING_LEFT = "nothing of it is left in the code of now"


@dataclass(frozen=True, slots=True)
class Fix:
    """A commit that changed a little code and some tests."""

    commit: str
    parent: str
    subject: str
    code: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def short(self) -> str:
        return self.commit[:8]


class PastFixes:
    """The fixes of a repository that may be taken out of one tree."""

    def __init__(
        self, root: Path, trees: TreeStore, composer: Composer, baseline: Baseline, seed: int
    ) -> None:
        self._root, self._trees, self._composer = root, trees, composer
        self._baseline, self._seed = baseline, seed
        self._now = composer.entries(baseline.tree)
        self._by_file: dict[str, list[TestId]] = {}
        for test in sorted(baseline.tests):
            self._by_file.setdefault(test.file, []).append(test)
        self._by_name: dict[str, list[str]] = {}
        for path in self._by_file:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def found(self) -> list[Fix]:
        """Return small fixes whose tests are among those that run: those that say so first, newer ones first, else as the seed has it."""
        drawn = random.Random(f"{self._seed}")  # noqa: S311 - repeatable, nothing secret
        fixes = [each for each in self._listed() if self._may_be(each)]
        rank = {each.commit: index // _NEAR for index, each in enumerate(fixes)}
        drawn.shuffle(fixes)
        return sorted(fixes, key=lambda each: (not _SAYS_FIX.search(each.subject), rank[each.commit]))

    def _may_be(self, fix: Fix) -> bool:
        return 0 < len(fix.code) <= MAX_FILES and bool(self._own_tests(fix))

    def _own_tests(self, fix: Fix) -> tuple[str, ...]:
        """Return the files of tests of a fix that run now; one that was moved since is known by its name."""
        found = (
            (path,) if path in self._by_file else self._by_name.get(path.rpartition("/")[2], ())
            for path in fix.tests
        )
        return tuple(dict.fromkeys(path for paths in found for path in paths))

    def _listed(self) -> Iterator[Fix]:
        """Yield commits with one parent that changed code and tests, newest first; none where there is no history."""
        commit, repository = self._trees.commit(), find_repository(self._root)
        if not commit or repository is None:
            return
        git, words = self._trees.git, ("--no-merges", f"--max-count={MAX_COMMITS}", "--format=%H%x00%P%x00%s")
        try:
            listed = git.run("rev-list", *words, commit).decode("utf-8", "replace").split("\n")
            rows = [line.split("\0") for line in listed if line and not line.startswith("commit ")]
            ids = "".join(f"{row[0]}\n" for row in rows)
            plain = ("--no-renames", "--no-ext-diff", "--no-textconv", f"--relative={repository.prefix}")
            changed = git.run("diff-tree", "--stdin", "-r", "--numstat", *plain, stdin=ids.encode())
        except GitError:  # a shallow clone, or content that is elsewhere
            return
        files = _by_commit(changed.decode("utf-8", "surrogateescape"))
        for commit, parents, subject in (row for row in rows if len(row) == 3):
            if len(parents.split()) == 1:
                yield _fix(commit, parents, subject, files.get(commit, {}))

    def bug(self, fix: Fix) -> Bug | str:
        """Take a fix out of the tree, as much of it as comes out cleanly; returns why that is not possible."""
        now = self._baseline.tree
        try:
            sides = CommitSides.of(self._composer, self._trees.beside, now, fix.commit, fix.parent)
            moved = self._moved(fix)
            if any(each not in self._now and each not in moved for each in fix.code):
                return NOTHING_LEFT
            files, conflicts = sides.merged(frozenset(sides.paths).difference(fix.code), moved)
        except GitError:
            return "its content is not in the repository"
        # What does not come out stays: its own tests tell whether enough of the fix is gone.
        whole = {path: entry for path, entry in files.items() if entry is not None and path in self._now}
        if not whole:
            return NOT_CLEAN if conflicts or files else NOTHING_LEFT
        return self._bug("past fix", fix.short, whole, self._own_tests(fix))

    def _moved(self, fix: Fix) -> dict[str, str]:
        """Return where the code of a fix is now, of files that were renamed since."""
        if all(each in self._now for each in fix.code):
            return {}
        words = ("-r", "-M", "--diff-filter=R", "--name-status", "--no-ext-diff", "--no-textconv", "-z")
        between = (self._trees.tree_of(fix.commit), self._baseline.tree)
        found = names(self._trees.git.run("diff-tree", *words, *between))
        return {old: new for old, new in zip(found[1::3], found[2::3], strict=True) if old in fix.code}

    def _bug(
        self, source: Source, kind: str, files: Mapping[str, Entry], own_tests: Sequence[str]
    ) -> Bug | str:
        changed = []
        both = {path: (self._now[path].blob, entry.blob) for path, entry in files.items()}
        texts = self._composer.contents([blob for pair in both.values() for blob in pair])
        for path, pair in both.items():
            right, wrong = (_text(texts[blob]) for blob in pair)
            if not right or not wrong:
                return "its files are no plain text"
            changed.append(ChangedFile(path, right, wrong))
        return Bug(
            source=source,
            kind=kind,
            tree=self._composer.compose(self._baseline.tree, files),
            files=tuple(changed),
            near=self._near(changed, own_tests),
            own_tests=tuple(own_tests),
        )

    def _near(self, changed: Sequence[ChangedFile], own: Sequence[str]) -> tuple[TestId, ...]:
        """Return the tests that run the lines a fix changed, and those that came with it unless they are many."""
        came = {test for path in own for test in self._by_file[path]}
        found: set[TestId] = set()
        for each in changed:
            try:
                lines = [line for place in places(each.path, each.right, each.wrong) for line in place.lines]
            except SyntaxError:
                continue
            for line in lines:
                found.update(near_tests(self._baseline.running, each.path, line, line))
        return tuple(sorted(found if found and len(came) > MAX_NEAR else found | came))

    def pairs(self, bugs: Sequence[Bug]) -> Iterator[Bug | str]:
        """Yield two past fixes at once, in the order of the seed; those that go together."""
        drawn = random.Random(f"{self._seed}")  # noqa: S311 - repeatable, nothing secret
        two = list(itertools.combinations([each for each in bugs if each.source == "past fix"], 2))
        drawn.shuffle(two)
        for first, second in two:
            yield self._together(first, second)

    def _together(self, first: Bug, second: Bug) -> Bug | str:
        one, two = (self._composer.entries(each.tree) for each in (first, second))
        files = {each.path: one[each.path] for each in first.files}
        for path in (each.path for each in second.files):
            if path not in files:
                files[path] = two[path]
                continue
            merged = self._composer.merged(one[path].blob, self._now[path].blob, two[path].blob)
            if merged is None:
                return "the two do not go together"
            files[path] = Entry(one[path].mode, self._composer.store(merged))
        kind = f"{first.kind}+{second.kind}"
        return self._bug("two past fixes", kind, files, (*first.own_tests, *second.own_tests))


def _by_commit(listed: str) -> dict[str, dict[str, int]]:
    """Read ``diff-tree --stdin --numstat``: the id of a commit, then its files, each with the longer side of its change."""
    found: dict[str, dict[str, int]] = {}
    own: dict[str, int] = {}
    for line in listed.split("\n"):
        parts = line.split("\t")
        if len(parts) == 3:
            added, gone, path = parts
            own[path] = (
                max(int(added), int(gone)) if added.isdecimal() and gone.isdecimal() else MAX_LINES + 1
            )
        elif line:
            own = found.setdefault(line.strip(), {})
    return found


def _fix(commit: str, parent: str, subject: str, files: Mapping[str, int]) -> Fix:
    tests = tuple(each for each in files if is_test_path(each) and each.endswith(".py"))
    code = tuple(
        each
        for each in files
        if each.endswith(".py") and not is_test_path(each) and not _OTHER_CODE.search(each)
    )
    is_small = sum(files[each] for each in code) <= MAX_LINES
    return Fix(commit, parent, subject, code if is_small else (), tests)


def _text(content: bytes) -> str:
    """Return the text of a file; empty for one that is no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
