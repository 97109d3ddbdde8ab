"""Why an action is not possible now, in a sentence; an empty string means that it is."""

from collections.abc import Callable

from coach.core.decide.evidence import pinnable
from coach.core.session import SessionState

WhyDisabled = Callable[[SessionState, str], str]
"""(state, why the session is read only or "") → why the action is disabled."""


def always(_state: SessionState, _read_only: str) -> str:
    return ""


def writable(state: SessionState, read_only: str) -> str:
    """Refuse what changes the session where the session takes no changes."""
    if read_only:
        return f"this session is read only: {read_only}"
    if state.closed:
        return "this session is closed; coach debug --resume takes it up again"
    return ""


def also(question: Callable[[SessionState], str]) -> WhyDisabled:
    """Ask a further question of a session that takes changes."""

    def why(state: SessionState, read_only: str) -> str:
        return writable(state, read_only) or question(state)

    return why


def no_run(state: SessionState) -> str:
    return "" if state.under_way else "nothing is running"


def no_test_to_pin(state: SessionState) -> str:
    test = pinnable(state)
    if not test:
        return "no failing test to pin yet; R reproduces the failure"
    if state.pin and state.pin.test == test and state.pin.is_intact:
        return "this test is pinned already; u unpins it"
    return ""


def no_pin(state: SessionState) -> str:
    return "" if state.pin else "no test is pinned; p pins one"


def no_next_step(state: SessionState) -> str:
    if state.step is None:
        return "the session has not begun"
    return "" if state.workflow.after(state.step_id) else "this is the last step; C closes the session"


def no_step_before(state: SessionState) -> str:
    return "" if state.workflow.position(state.step_id) > 0 else "this is the first step"


def not_begun(state: SessionState) -> str:
    return "" if state.step else "the session has not begun"


def nothing_to_judge(state: SessionState) -> str:
    if not state.hypotheses:
        return "no hypothesis yet; h writes one"
    if all(each.is_eliminated for each in state.hypotheses):
        return "every hypothesis is refuted; h writes a new one"
    return ""


def no_suspects(state: SessionState) -> str:
    return "" if state.suspects else "no suspects yet; a failing run (r) names them"


def verifying(state: SessionState) -> str:
    return "a verification is under way; c stops it" if state.plan else ""


def not_confirmable(state: SessionState) -> str:
    if state.is_confirmed:
        return "the fix is confirmed already"
    return "" if state.verification else "nothing is verified yet; v verifies"


def no_place(state: SessionState, _read_only: str) -> str:
    """Refuse without a place: a pinned test, a suspect or the line that failed."""
    known = state.pin or state.suspects or (state.last_failure and state.last_failure.failing)
    return "" if known else "no place known yet; a failing run (r) names one"


def not_started(state: SessionState, _read_only: str) -> str:
    return "" if state.opened else "there is nothing to export yet"
