"""Grade what somebody left: the whole suite, cold, with the tests as they were; the own tests with the bug and without it.

Everything runs in disposable confined copies. A tree is graded as a folder is, so that the true fix and the bug itself can be
graded before anybody plays.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.facts import Graded, SuiteFacts
from coach.core.loops.analysis.failure_hiding import symptoms_in
from coach.core.loops.analysis.pytest_config import is_config
from coach.core.loops.analysis.syntax import MODULE, Edited, edited, is_test_path, touched
from coach.core.loops.analysis.weakened_tests import tests_written
from coach.core.loops.attempt import Finding
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.failure import failing_set, is_structural, steady
from coach.core.runs.reference import is_of
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.verify.debug_leftovers import leftovers
from coach.engine.copies.changed_code import run_in_copy
from coach.engine.drill.left import given_tree, tree_in
from coach.engine.process.run_context import RunContext
from coach.engine.source.file_kinds import is_code, suffix_of
from coach.engine.trees.attempts import lowered_in, sources_of
from coach.engine.trees.compose import Composer, composing
from coach.engine.trees.tree_store import TreeStore

Runs = Callable[[RunRequest], RunReport]
"""Carries out a run on the tree that the request names, in a copy, and says what it showed. Raises CoachError."""

MAX_AGAIN = 5
"""Tests that do not notice the bug and are red all the same: with so many at most the suite is run again before they count."""
_PROSE = frozenset({".md", ".rst", ".txt"})


def runs_here(trees: TreeStore, around: RunContext, cancel: threading.Event | None = None) -> Runs:
    """Return what carries runs out on this machine, one at a time."""
    stop = cancel or threading.Event()
    return lambda request: run_in_copy(request, around, stop, trees)


def graded(drill_set: DrillSet, drill: Drill, left: str | Path, trees: TreeStore, runs: Runs) -> Graded:
    """Grade what was left of a drill.

    Args:
        drill_set: the set: which tests there are, and which of them say nothing.
        drill: the drill.
        left: a tree of the project's store, or the folder in which somebody played.
        trees: the project's store.
        runs: carries the runs out; at most five.

    Raises:
        StoreError: a tree is gone.
        ScratchError: there is no place for a copy.
        OSError: the folder cannot be read.

    """
    with composing(trees) as composer:
        return Grader(drill_set, drill, trees, runs, composer).graded(left)


@dataclass(frozen=True)
class Grader:
    """Grades what was left of one drill, by one or several."""

    drill_set: DrillSet
    drill: Drill
    trees: TreeStore
    runs: Runs
    composer: Composer

    @cached_property
    def given(self) -> str:
        """The tree that whoever plays is given."""
        return given_tree(self.drill, self.composer)

    @cached_property
    def true_fix(self) -> Changes:
        return self.trees.changes(self.drill.wrong, self.drill.right)

    def graded(self, left: str | Path) -> Graded:
        """Grade a tree or a folder; raises what ``graded`` does."""
        if isinstance(left, Path):
            return _Grading(self, tree_in(left, self.given, self.trees, self.composer)).result()
        return _Grading(self, self.trees.tree_of(left)).result()


@dataclass(frozen=True)
class _Grading:
    """Grades one tree."""

    of: Grader
    tree: str

    def result(self) -> Graded:
        changes = self.of.trees.changes(self.of.given, self.tree)
        sources = [edited(pair) for pair in sources_of(changes, self.of.trees)]
        own = _own_tests(sources)
        proving, trouble = self._proving(own) if self.of.drill.held else ((), "")  # else none was asked for
        true_fix = self.of.true_fix
        code = [each for each in changes.files if is_code(each.path) and not is_test_path(each.path)]
        meant = {each.path for each in true_fix.files}
        return Graded(
            tree=self.tree,
            suite=self._suite(),
            is_test_asked=bool(self.of.drill.held),
            own_tests=own,
            proving=proving,
            test_trouble=trouble,
            changed=tuple(each.path for each in changes.files),
            elsewhere=tuple(each.path for each in code if each.path not in meant),
            lines=sum(hunk.changed_lines for each in code for hunk in each.hunks),
            weakened=lowered_in(sources),
            hiding=self._hiding(sources, true_fix),
            given_tests=tuple(
                each.path for each in changes.files if each.change != "added" and _is_of_tests(each.path)
            ),
            left=_left_behind(changes, true_fix),
        )

    def _hiding(self, sources: Sequence[Edited], true_fix: Changes) -> tuple[Finding, ...]:
        code = [each for each in sources if not each.is_test]
        meant = {
            each.kind for each in symptoms_in([edited(each) for each in sources_of(true_fix, self.of.trees)])
        }
        signs = [each for each in symptoms_in(code) if each.kind not in meant]
        is_all = bool(signs) and {each.path for each in signs} == {
            each.path for each in code if each.is_python
        }
        return tuple(signs) if is_all and not any(each.is_weak for each in signs) else ()

    # --- fixed ---------------------------------------------------------------------------------------------------------

    def _suite(self) -> SuiteFacts:
        """Run everything, with the tests and the settings of pytest as they are in the tree without the bug."""
        right, left, given, wrong = (
            self.of.composer.entries(each)
            for each in (self.of.drill.right, self.tree, self.of.given, self.of.drill.wrong)
        )
        judged_by = {path for path in right.keys() | left.keys() if _is_of_tests(path)}
        # Texts that were given without what they say of the fix: examples in them are tests, too.
        cut = {path for path in wrong if wrong[path] != given.get(path)}
        judged_by |= {path for path in cut if left.get(path) == given.get(path)}
        tree = self.of.composer.compose(
            self.tree, {path: right.get(path) for path in judged_by if right.get(path) != left.get(path)}
        )
        noticing = tuple(each.test for each in self.of.drill.noticed)
        report = self.of.runs(self._request(tree, self.of.drill_set.tests, noticing))
        facts = SuiteFacts(passed=report.counts.passed, refused=report.refused, seconds=report.duration)
        if report.not_about_the_code:
            return facts.model_copy(update={"unresolved": report.not_about_the_code})
        ending = report.ending
        is_told = ending.is_complete or (ending.kind == "collection_error" and bool(report.failures))
        red = self._red(report)
        unseen = tuple(each for each in noticing if not _is_seen(each, report))
        ended = "" if is_told else ending.sentence or ending.kind
        others = tuple(each for each in red if not any(is_of(each, test) for test in noticing))
        excused = self._green_again(tree, others) if is_told and 0 < len(others) <= MAX_AGAIN else ()
        found = {
            "ended": ended,
            "red": tuple(each for each in red if each not in excused),
            "unseen": unseen,
            "not_counted": excused,
        }
        return facts.model_copy(update=found)

    def _red(self, report: RunReport) -> tuple[TestId, ...]:
        """Return the tests that are red and were not before the bug was planted, sorted."""
        known = {steady(each) for each in self.of.drill_set.red}
        failing = failing_set(report, with_reruns=True)
        return tuple(sorted({each.test for each in failing if steady(each.test) not in known}))

    def _green_again(self, tree: str, tests: tuple[TestId, ...]) -> tuple[TestId, ...]:
        """Return those of some tests that are green when the whole suite is run once more: red by chance.

        Alone they would be green as well where what was left breaks them in company, and that counts.
        """
        report = self.of.runs(self._request(tree, self.of.drill_set.tests, tests, number=2))
        is_evidence = report.ending.is_complete and not report.not_about_the_code
        return tuple(each for each in tests if is_evidence and each in report.passed)

    # --- the own tests ---------------------------------------------------------------------------------------------------

    def _proving(self, own: tuple[TestId, ...]) -> tuple[tuple[TestId, ...], str]:
        """Return which of the own tests are red with the bug and green as it was left; why none can be told."""
        files = tuple(dict.fromkeys(each.file for each in own))
        if not files:
            return (), ""
        given, left = (self.of.composer.entries(each) for each in (self.of.given, self.tree))
        tests = {path: left.get(path) for path in given.keys() | left.keys() if is_test_path(path)}
        with_bug = self.of.composer.compose(
            self.of.given, {path: entry for path, entry in tests.items() if entry != given.get(path)}
        )
        report = self.of.runs(self._request(with_bug, files, own))
        if trouble := _said_nothing(report):
            return (), trouble
        red = {each.test.function for each in report.failures if not is_structural(each)}
        candidates = tuple(each for each in own if each in red)
        # Where nothing but tests was changed they are as red as before.
        if not candidates or with_bug == self.tree:
            return (), ""
        report = self.of.runs(self._request(self.tree, files, candidates))
        if trouble := _said_nothing(report):
            return (), trouble
        still = {each.test.function for each in (*report.failures, *report.rerun_failures)}
        ran = {TestId.of(file.path, name) for file in report.ran for name in file.names}
        return tuple(each for each in candidates if each in ran and each not in still), ""

    def _request(
        self, tree: str, words: Sequence[str], about: tuple[TestId, ...], number: int = 1
    ) -> RunRequest:
        return RunRequest(
            number=0,
            purpose="suite",
            target=Target(words=tuple(words)),
            tree=tree,
            is_mixed=True,  # nobody knows what a planted bug does: it is held as strictly as any code that coach changed
            about=about,
            hash_seed=(int(tree[:8], 16) + number) % 2**32,
        )


def _is_of_tests(path: str) -> bool:
    """Whether a file decides what is tested and how."""
    return is_test_path(path) or is_config(path)


def _is_seen(test: TestId, report: RunReport) -> bool:
    """Whether a test passed or failed."""
    passed = any(is_of(test, each) for each in report.passed)
    return passed or any(is_of(test, each.test) for each in (*report.failures, *report.rerun_failures))


def _said_nothing(report: RunReport) -> str:
    if report.not_about_the_code:
        return report.not_about_the_code
    is_told = report.ending.is_complete or (report.ending.kind == "collection_error" and report.failures)
    return "" if is_told else report.ending.sentence or report.ending.kind


def _own_tests(files: Sequence[Edited]) -> tuple[TestId, ...]:
    """Return the tests that were written or changed, without parameters."""
    changed = (
        TestId.of(name.path, *name.name.split("."))
        for file in files
        if file.is_test and file.is_python
        for name in touched(file)
        if name.name != MODULE
    )
    return tuple(dict.fromkeys((*tests_written(files), *changed)))


def _left_behind(changes: Changes, true_fix: Changes) -> tuple[str, ...]:
    """Say what debugging left in the files, without what the true fix has as well."""
    meant = {each.key for each in leftovers(true_fix)}
    found = [each for each in leftovers(changes) if each.key not in meant]
    named = {each.path for each in found}
    added = {each.path for each in true_fix.files}
    stray = [each.path for each in changes.files if _is_stray(each) and each.path not in named | added]
    return (*(each.sentence for each in found), *(f"{path} new file" for path in stray))


def _is_stray(file: FileChange) -> bool:
    """Whether a file is new and neither code, nor a test, nor text for people: code is judged by the scope."""
    is_meant = is_code(file.path) or is_test_path(file.path) or suffix_of(file.path) in _PROSE
    return file.change == "added" and not is_meant
