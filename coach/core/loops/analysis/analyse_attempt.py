"""Make an attempt out of what the engine saw between two runs: its nature, and what the syntax trees show."""

from collections.abc import Sequence

from coach.core.loops.analysis.edit_kind import nature_of, patched_in
from coach.core.loops.analysis.failure_hiding import symptoms_in
from coach.core.loops.analysis.syntax import added, edited, parse, touched
from coach.core.loops.analysis.test_demands import demands_of
from coach.core.loops.analysis.weakened_tests import tampering_in, tests_written
from coach.core.loops.attempt import TAMPERING, Attempt, Finding, SourcePair
from coach.core.runs.changes import Changes

RULE = 2
"""Version of the readings; recorded with every attempt, because the sources themselves are not kept in the log."""

MAX_FINDINGS = 20
MAX_TOUCHED = 100


def read_attempt(
    run: int, base_run: int, changes: Changes, sources: Sequence[SourcePair], unloaded: Sequence[str] = ()
) -> Attempt:
    """Read an edit.

    Args:
        run: the run that followed it.
        base_run: the run before it.
        changes: the difference of their trees.
        sources: both sides of the changed files, as far as they could be read; a bulk edit is judged by a part of it.
        unloaded: changed modules the run is known not to have imported.

    """
    files = [edited(pair) for pair in sources]
    findings = _with_head((*tampering_in(files), *symptoms_in(files))[:MAX_FINDINGS], sources)
    nature = nature_of(files) if files or not changes.files else "patch"
    return Attempt(
        run=run,
        base_run=base_run,
        changes=changes,
        nature=nature,
        findings=findings,
        patched=patched_in(files),
        new_tests=tests_written(files)[:MAX_TOUCHED],
        added=tuple(name for file in files for name in added(file))[:MAX_TOUCHED],
        touched=tuple(name for file in files for name in touched(file))[:MAX_TOUCHED],
        unloaded=tuple(unloaded),
    )


def _with_head(findings: Sequence[Finding], sources: Sequence[SourcePair]) -> tuple[Finding, ...]:
    """Say of each finding about a test whether the commit checked out has that test, where its file there could be read."""
    named = {each.path for each in findings if each.kind in TAMPERING and each.function}
    heads = {each.path: parse(each.head) for each in sources if each.head is not None and each.path in named}
    tests = {path: demands_of(tree) for path, tree in heads.items() if tree is not None}
    return tuple(
        each.model_copy(update={"in_head": each.function in tests[each.path]})
        if each.kind in TAMPERING and each.function and each.path in tests
        else each
        for each in findings
    )
