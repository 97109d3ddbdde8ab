"""Tests that the spec names: those that must stay green, and those that failed for the same defect and must pass in the end.

Each is looked at by itself in the suite of now. Sentences of what must stay as it is are a person's to judge.
"""

from coach.core.base.formatting import count
from coach.core.base.test_id import TestId
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.verify.proof_line import line, not_asked, objected
from coach.core.verify.suite import has_suite, suite_of
from coach.core.verify.verification import VerificationCheck


def named_tests(state: SessionState, runs: tuple[Run, ...]) -> tuple[VerificationCheck, ...]:
    """Answer whether they pass. Not asked of a spec that names none."""
    sentences = len(state.spec.unchanged) - len(state.spec.unchanged_tests)
    asked = (
        ("unchanged-behaviour", "what must stay as it is does", state.spec.unchanged_tests, sentences),
        ("also-failing", "the other tests that failed for it pass", state.spec.also_failing, 0),
    )
    return tuple(_green(state, runs, *each) for each in asked if each[2])


def _green(  # noqa: PLR0913, PLR0917 - what is asked, and of whom
    state: SessionState,
    runs: tuple[Run, ...],
    name: str,
    title: str,
    tests: tuple[TestId, ...],
    sentences: int,
) -> VerificationCheck:
    suite = suite_of(state, runs)
    if not has_suite(state, suite):
        return not_asked(name, title, "no suite that would run these tests")
    numbers = (suite.number,) if suite else ()
    found = [(test, f"{test} {how}") for test in tests if (how := _why_not_green(suite, test))]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return objected(state, name, title, found[0][1] + more, found, numbers)
    figure = f"{count(len(tests), 'test')} green"
    if sentences:
        figure += f"; {count(sentences, 'sentence')} for the person who agrees"
    return line(name, title, figure, passed=True, runs=numbers)


def _why_not_green(suite: Run | None, test: TestId) -> str:
    """Say what a test did in the suite instead of passing; empty when it passed."""
    report = suite.report if suite else None
    if suite is None or report is None:
        return "was not run"
    if test in report.passed:
        return ""
    if any(each.test == test for each in suite.failing):
        return f"is red in #{suite.number}"
    how = next((each.how for each in report.not_run if each.test == test), "")
    return f"is {how} in #{suite.number}" if how else f"did not run in #{suite.number}"
