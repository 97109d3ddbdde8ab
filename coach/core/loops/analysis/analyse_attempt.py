"""Make an attempt out of what the engine saw between two runs: its nature, and what the syntax trees show."""

from collections.abc import Sequence

from coach.core.loops.analysis.edit_kind import nature_of
from coach.core.loops.analysis.failure_hiding import symptoms_in
from coach.core.loops.analysis.syntax import added, edited, touched
from coach.core.loops.analysis.weakened_tests import tampering_in, tests_written
from coach.core.loops.attempt import Attempt, SourcePair
from coach.core.runs.changes import Changes

RULE = 1
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
    findings = (*tampering_in(files), *symptoms_in(files))
    nature = nature_of(files) if files or not changes.files else "patch"
    return Attempt(
        run=run,
        base_run=base_run,
        changes=changes,
        nature=nature,
        findings=findings[:MAX_FINDINGS],
        new_tests=tests_written(files)[:MAX_TOUCHED],
        added=tuple(name for file in files for name in added(file))[:MAX_TOUCHED],
        touched=tuple(name for file in files for name in touched(file))[:MAX_TOUCHED],
        unloaded=tuple(unloaded),
    )
