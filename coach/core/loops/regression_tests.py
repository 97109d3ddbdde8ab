"""Which tests already guard something, and which are drafts: their author may still be finding the words.

A test that the commit checked out does not have is a draft, and so is one that was written in this session. Where neither
is known, a test that goes before it was ever green was a draft: what is said about drafts is a note at most.
"""

from coach.core.base.test_id import TestId
from coach.core.loops.attempt import Finding
from coach.core.loops.history import History, Trial


def is_draft(finding: Finding, history: History) -> bool:
    """Whether a finding is about a test that guards nothing yet. What all tests share is no draft."""
    if not finding.function or finding.in_head is True:
        return False
    if finding.in_head is False or _is_written_here(finding.test, history):
        return True
    is_withdrawn = finding.kind == "test-gone"
    return is_withdrawn and not (
        _was_there_at_head(finding.path, history) or _was_green(finding.test, history)
    )


def is_draft_file(path: str, history: History) -> bool:
    """Whether a file is not known to be in the commit checked out."""
    known = [each for trial in history.trials if (each := _change(trial, path)) is not None]
    if any(each is not None for each in known):
        return not any(known)
    return not _was_there_at_head(path, history)


def failed_at_head(tests: frozenset[TestId], history: History) -> bool:
    """Whether one of the tests, cases apart, failed on what the commit checked out holds: no edit of now made it red."""
    asked = {each.function for each in tests}
    if any(history.dated[each].outcome == "failed" for each in asked if each in history.dated):
        return True
    return any(
        trial.tree in history.heads and any(each.function in asked for each in trial.tests)
        for trial in history.trials
    )


def is_age_known(tests: frozenset[TestId], history: History) -> bool:
    """Whether it is known how tests did before any edit: from a run of the target there, or of each in a copy of it."""
    if any(trial.tree in history.heads for trial in history.trials):
        return True
    ages = [history.dated.get(each.function) for each in tests]
    return bool(ages) and all(each is not None and each.outcome != "unknown" for each in ages)


def why_age_unknown(tests: frozenset[TestId], history: History) -> str:
    """Say why a run in a copy could not tell it; empty where none was made."""
    ages = (history.dated.get(each.function) for each in sorted(tests))
    return next((each.why for each in ages if each is not None and each.why), "")


def _change(trial: Trial, path: str) -> bool | None:
    file = trial.attempt.file(path) if trial.attempt else None
    return file.in_head if file else None


def _is_written_here(test: TestId, history: History) -> bool:
    return any(trial.attempt is not None and test in trial.attempt.new_tests for trial in history.trials)


def _was_there_at_head(path: str, history: History) -> bool:
    """Whether a run on what the commit holds came before, and the file was not added since."""
    at_head = next((index for index, each in enumerate(history.trials) if each.tree in history.heads), None)
    if at_head is None:
        return False
    edits = (each.attempt.file(path) for each in list(history.trials)[at_head + 1 :] if each.attempt)
    first = next((each for each in edits if each is not None), None)
    return first is None or first.change != "added"


def _was_green(test: TestId, history: History) -> bool:
    """Whether a whole run of the target passed it before. Reports name what failed: what ran and is not named passed."""
    return any(
        trial.outcome != "unclear"
        and trial.report.ending.is_complete
        and trial.report.counts.passed > 0
        and all(each.function != test for each in (*trial.tests, *trial.report.skipped))
        for trial in list(history.trials)[:-1]
    )
