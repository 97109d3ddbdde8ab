"""Tamper: the failure went away because the tests ask for less."""

from coach.core.base.test_id import TestId
from coach.core.loops.analysis.pytest_config import is_config
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.attempt import TAMPERING, Attempt, Finding, FindingKind
from coach.core.loops.detection import LEVELS, Detection, Level
from coach.core.loops.detector import Detector
from coach.core.loops.history import LATELY, History, Trial, patches
from coach.core.loops.regression_tests import (
    failed_at_head,
    is_age_known,
    is_draft,
    is_draft_file,
    why_age_unknown,
)
from coach.core.runs.failure import innermost_own
from coach.core.runs.report import Failure

_ALWAYS_WEAKER: frozenset[FindingKind] = frozenset(
    {"fewer-assertions", "trivial-assertion", "skip-added", "test-gone", "narrowed", "patched-in-conftest"}
)
"""Kinds that stay suspicious when the green comes only some edits later. An expectation corrected while red does not."""
_OTHER_DEMANDS: frozenset[FindingKind] = frozenset({"expectation-changed", "inputs-changed"})
"""Kinds that an honest change of behaviour needs as well: nobody can tell them apart by the edit."""
QUESTION = "Was the test wrong, or is it what the code does now? Write down which."
_CALLED_WRONGLY = frozenset(
    {"AttributeError", "NameError", "ImportError", "ModuleNotFoundError", "TypeError", "FixtureLookupError"}
)
"""A test in whose own lines these are raised may itself be out of date: after a rename it must be edited. Raised by the code
that it calls, they are what the code does."""


def seen(history: History) -> Detection | None:
    """Look for weaker tests in an attempt after which red turned green or the failure being chased vanished.

    Nothing is said of tests changed while green (that is how red-green-refactor begins), of a test unpinned with a
    reason, or when a note was written with the edit.
    """
    now, before = history.now, history.previous
    if now is None or "note" in now.marks:
        return None
    if before is None:
        return _narrower_target(history, now)
    if not before.is_red or now.attempt is None or not now.attempt.is_edit:
        return None
    if now.scripts and now.scripts.issuperset(now.attempt.paths):
        return None  # a script that the target runs is corrected: it demands nothing of the code
    return _made_it_go(history, now, before, now.attempt) or _while_red(history, now.attempt)


def _made_it_go(history: History, now: Trial, before: Trial, attempt: Attempt) -> Detection | None:
    """Say what of an edit, or of earlier ones while red, made failures vanish that no code mended."""
    left = {each.function for each in now.tests}
    vanished = frozenset(each for each in before.tests if each.function not in left)
    candidates = [*_candidates(now, before, history), *_earlier(history, vanished)]
    if vanished and candidates:
        worst = max(candidates, key=lambda each: LEVELS.index(_level(history, each)))
        asked = {each.test for each in candidates if _hangs_on_age(history, each)}
        doubted = frozenset(each for each in before.tests if each.function in asked)
        return _detection(history, worst, _level(history, worst), _of(worst, before), doubted)
    if vanished and (text := _fewer_ran(history, before, now)):
        return _detection(history, Finding(kind="narrowed", path=_config_of(attempt), text=text), "banner")
    return _only_tests(history, before, now) if now.outcome == "green" else None


def _while_red(history: History, attempt: Attempt) -> Detection | None:
    """Note that tests became weaker though nothing vanished by it."""
    weaker = [
        each
        for each in attempt.findings
        if each.kind in _ALWAYS_WEAKER and not _is_allowed(each, history) and not is_draft(each, history)
    ]
    return _detection(history, weaker[0], "note") if weaker else None


def _level(history: History, finding: Finding) -> Level:
    """Say how loud a weaker test is: the pinned one stops, a draft is noted, another expectation is asked about.

    Whoever changes what code does changes what its tests expect. That is certain to move the goal only where the test
    failed before anything was edited.
    """
    if _is_pinned(history, finding):
        return "card"
    if is_draft(finding, history):
        return "note"
    return "note" if _is_question(history, finding) else "banner"


def _is_question(history: History, finding: Finding) -> bool:
    return finding.kind in _OTHER_DEMANDS and not failed_at_head(frozenset({finding.test}), history)


def _hangs_on_age(history: History, finding: Finding) -> bool:
    """Whether it is a note only for want of a failure before any edit."""
    is_other = _is_pinned(history, finding) or is_draft(finding, history)
    return not is_other and _is_question(history, finding)


def _of(finding: Finding, trial: Trial) -> frozenset[TestId]:
    """Return the tests of a trial that a finding is about."""
    return frozenset(each for each in trial.tests if each.function == finding.test)


def _candidates(now: Trial, before: Trial, history: History) -> list[Finding]:
    """Return the findings of an attempt that can have made its failure go away."""
    attempt = now.attempt
    assert attempt is not None
    return [
        each
        for each in attempt.findings
        if each.kind in TAMPERING
        and each.path not in now.scripts
        and not _is_allowed(each, history)
        and _can_explain(each, attempt, before)
    ]


def _can_explain(finding: Finding, attempt: Attempt, before: Trial) -> bool:
    """Whether a finding touches what failed: that very test, or what all tests share."""
    if finding.kind == "inputs-changed":
        return attempt.nature == "tests" and _is_wrong(before) and _concerns(finding, before.tests)
    return finding.kind in {"narrowed", "patched-in-conftest"} or _concerns(finding, before.tests)


def _is_wrong(trial: Trial) -> bool:
    """Whether something in a red run is wrong with the code, as opposed to tests that call it by what it no longer is."""
    return any(not _is_out_of_date(each) for each in trial.report.failures)


def _is_out_of_date(failure: Failure) -> bool:
    raised_at = innermost_own(failure)
    return failure.exception in _CALLED_WRONGLY and (raised_at is None or is_test_path(raised_at.path))


def _concerns(finding: Finding, tests: frozenset[TestId]) -> bool:
    return any(each.function == finding.test for each in tests) or finding.path in tests


def _earlier(history: History, vanished: frozenset[TestId]) -> list[Finding]:
    """Return how the vanished tests were weakened earlier in the same red stretch."""
    found: list[Finding] = []
    for trial in reversed(history.trials[-LATELY - 1 : -1]):
        if trial.outcome == "green" or "note" in trial.marks:
            break
        findings = trial.attempt.findings if trial.attempt and trial.attempt.is_edit else ()
        found += [
            each
            for each in findings
            if each.kind in _ALWAYS_WEAKER and not _is_allowed(each, history) and _concerns(each, vanished)
        ]
    return found


def _is_allowed(finding: Finding, history: History) -> bool:
    """Whether the pin of the test was taken off, with a reason."""
    return any(each.function == finding.test for each in history.unpinned)


def _is_pinned(history: History, finding: Finding) -> bool:
    return bool(history.pin_test) and history.pin_test.function == finding.test


# --- what the reports show without any syntax tree --------------------------------------------------------------------


def _fewer_ran(history: History, before: Trial, now: Trial) -> str:
    """Say that fewer tests were run than before, when the tests that failed are among those that were not.

    Tests go with the file that held them, where nobody has it in a commit; and a fix of the code may leave fewer to run.
    """
    skipped = sorted(before.tests & set(now.report.skipped))
    if skipped:
        return f"{skipped[0]} is skipped now"
    if now.attempt is None or _mends_code_only(now.attempt) or _removes_drafts(now.attempt, history):
        return ""
    complete = before.report.ending.is_complete and now.outcome == "green"
    gone = before.report.counts.selected - now.report.counts.selected
    explained = sum(each.kind == "test-gone" for each in now.attempt.findings)
    if complete and gone > explained:
        return f"{gone} fewer {'test runs' if gone == 1 else 'tests run'} than in #{before.run}"
    return ""


def _mends_code_only(attempt: Attempt) -> bool:
    """Whether code was patched, and neither a test nor what chooses tests was touched."""
    chooses = any(is_test_path(path) or is_config(path) for path in attempt.paths)
    return bool(patches(attempt)) and not chooses


def _removes_drafts(attempt: Attempt, history: History) -> bool:
    return any(
        each.change == "deleted" and is_draft_file(each.path, history) for each in attempt.changes.files
    )


def _config_of(attempt: Attempt) -> str:
    return attempt.paths[0] if attempt.paths else ""


def _only_tests(history: History, before: Trial, now: Trial) -> Detection | None:
    """Green after an edit to nothing but tests, where a value was wrong: either the test was, or the goal moved."""
    attempt = now.attempt
    if attempt is None or attempt.nature != "tests" or before.is_broken or history.disagrees():
        return None
    tests = {each.function for each in before.tests}
    if tests <= history.unpinned or any(
        tests <= set(trial.attempt.new_tests) for trial in history.trials if trial.attempt
    ):
        return None
    path = next((each for each in attempt.paths if is_test_path(each)), "")
    text = f"Only tests were edited since #{before.run} was red"
    is_certain = _is_wrong(before) and failed_at_head(before.tests, history)
    file = attempt.file(path)
    return _detection(
        history,
        Finding(kind="inputs-changed", path=path, text=text),
        "banner" if is_certain else "note",
        before.tests,
        frozenset(each.test for each in before.failing)
        if _is_wrong(before) and not (file and file.in_head is False)
        else frozenset(),
    )


def _narrower_target(history: History, now: Trial) -> Detection | None:
    """Look at the first run after the target became a part of what it was: green, without the tests that failed."""
    left = history.left
    if left is None or not left.is_red or now.outcome != "green":
        return None
    words = history.words
    is_part = bool(words) and all(
        any(_covers(old, new) for old in history.left_words or ("",)) for new in words
    )
    covered = [test for test in left.tests if any(_covers(word, test) for word in words)]
    if not is_part or covered:
        return None
    text = f"{min(left.tests)} failed in #{left.run} and is not part of the new target"
    return _detection(history, Finding(kind="narrowed", path="", text=text), "banner")


def _covers(word: str, test: str) -> bool:
    return not word or TestId(test).is_under(word)


def _detection(
    history: History,
    finding: Finding,
    level: Level,
    about: frozenset[TestId] = frozenset(),
    doubted: frozenset[TestId] = frozenset(),
) -> Detection:
    """Put into words what was seen.

    Args:
        history: what is known.
        finding: what makes the tests ask for less.
        level: how loud it is.
        about: the tests that failed and that it is about.
        doubted: tests for each of which it would be louder if that one had failed before any edit.

    """
    now, before = history.now, history.previous or history.left
    assert now is not None
    assert before is not None
    place = finding.test if finding.function else finding.path or "the target"
    outcome = {"green": "it is green", "red": "it is still red"}.get(now.outcome, "it no longer runs")
    is_question = level == "note" and finding.kind in _OTHER_DEMANDS
    is_doubted = is_question and not is_age_known(about, history)
    unknown = [each for each in sorted(doubted) if not is_age_known(frozenset({each}), history)]
    more = _said_of_age(history, finding, level, about, is_doubted=is_doubted)
    return DETECTOR.detection(
        level=level,
        evidence=(before.run, now.run),
        place=place,
        sentence=f"{finding.text}, and {outcome} in #{now.run}.{more}",
        move=QUESTION if is_question else "Look at the diff: restore the test, or write why it was wrong.",
        restore_run=before.run,
        doubt=tuple(unknown) if level == "note" else (),
    )


def _said_of_age(
    history: History, finding: Finding, level: Level, about: frozenset[TestId], *, is_doubted: bool
) -> str:
    if level == "card":
        return " The test is pinned."
    if is_doubted:
        why = why_age_unknown(about, history)
        return f" Whether the test failed before any edit is not known{f': {why}' if why else ''}."
    ages = {history.dated[each.function].outcome for each in about if each.function in history.dated}
    if level == "banner" and finding.kind in _OTHER_DEMANDS and "failed" in ages:
        changed = "the expectation" if finding.kind == "expectation-changed" else "the test"
        return f" It failed on HEAD too: {changed} changed after a red that is old."
    return ""


DETECTOR = Detector(
    name="tamper",
    rule=4,
    seen=seen,
    notices="the failure went away because the tests ask for less.",
    action="diff",
    step="failing-test",
    answers=("restore", "note"),
    ended_by=frozenset({"note", "unpin"}),
)
