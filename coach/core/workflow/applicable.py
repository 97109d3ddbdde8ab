"""What a kind of target can give. What it cannot is not asked: not by a gate, not by the proof of a fix."""

from coach.core.base.test_id import NO_TEST, TestId
from coach.core.runs.run import Run
from coach.core.session.state import SessionState


def no_pin(state: SessionState) -> str:
    """Say why no test can stand for the failure by its source; empty when one is pinned, or could be."""
    if state.pin is not None:
        return ""
    tests = red_tests(state)
    has_ids = state.target.can("select")
    could = [test for test in tests if test.is_pytest and (has_ids or test.file.endswith(".py"))]
    if any(test not in state.unpinnable for test in could):
        return ""
    if could:
        return f"the source of {could[0]} is not known, so it cannot be pinned"
    if not has_ids:
        return "a command names no test to pin"
    return f"{tests[0]} could not be collected, so there is no test to pin" if tests else ""


def red_tests(state: SessionState) -> tuple[TestId, ...]:
    """Return the tests that are red: those of the failure the session is about, in their order."""
    return state.reference.tests if state.reference else ()


def choices(state: SessionState) -> tuple[TestId, ...]:
    """Return the red tests among which one is to be chosen, the one the session is about first; none without a choice.

    Each stands for its function: the cases of one are one choice.
    """
    if state.pin is not None or not state.target.can("select") or state.target.is_one_test:
        return ()
    shown = red_run(state)
    beside = tuple(each.test for each in shown.failing) if shown else ()
    could = [each for each in (*red_tests(state), *beside) if each.is_pytest and each not in state.unpinnable]
    found = tuple({test.function: test for test in reversed(could)}.values())[::-1]
    return found if len(found) > 1 else ()


def red_run(state: SessionState) -> Run | None:
    """Return the run that shows the failure the session is about."""
    return state.run(state.reference.run) if state.reference else None


def subject(state: SessionState) -> TestId:
    """Return the test a proof is about: the pinned one, or the one that is red and cannot be pinned; empty without one."""
    if state.pin is not None:
        return state.pin.test
    if not state.target.can("select") or not no_pin(state):
        return NO_TEST
    return next((test for test in red_tests(state) if test.is_pytest), NO_TEST)
