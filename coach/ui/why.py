"""Why an action is not possible now, in a sentence; an empty string means that it is."""

from collections.abc import Callable
from itertools import islice

from coach.core.checks import following, pinnable
from coach.core.decide.logpoints import looked_test
from coach.core.decide.tracing import traced_test
from coach.core.drafts import drafts
from coach.core.restoring import goal
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


def nothing_runs(state: SessionState) -> str:
    return "" if state.under_way or state.search else "nothing is running"


def no_test_to_pin(state: SessionState) -> str:
    test = pinnable(state)
    if not test:
        return "no failing test to pin yet; ‹reproduce› reproduces the failure"
    if state.pin and state.pin.test == test and state.pin.is_intact:
        return "this test is pinned already; ‹unpin› unpins it"
    return ""


def no_pin(state: SessionState) -> str:
    return "" if state.pin else "no test is pinned; ‹pin› pins one"


def no_next_step(state: SessionState) -> str:
    if state.step is None:
        return "the session has not begun"
    return "" if following(state) else "this is the last step; ‹close› closes the session"


def no_step_before(state: SessionState) -> str:
    return "" if state.workflow.position(state.step_id) > 0 else "this is the first step"


def not_begun(state: SessionState) -> str:
    return "" if state.step else "the session has not begun"


def no_other_failure(state: SessionState) -> str:
    red, known = state.last_red, state.reference
    if red is None or known is None:
        return "no failure is known yet; ‹run› runs the target"
    return "" if red.strict != known.strict else f"#{red.number} shows the failure the session is about"


def nothing_to_judge(state: SessionState) -> str:
    return "" if state.hypotheses else "no hypothesis yet; ‹hypothesis› writes one"


def no_suspects(state: SessionState) -> str:
    return "" if state.suspects else "no suspects yet; a failing run (‹run›) names them"


def verifying(state: SessionState) -> str:
    return "a verification is under way; ‹cancel› stops it" if state.plan else ""


def not_confirmable(state: SessionState) -> str:
    if state.is_confirmed:
        return "the fix is confirmed already"
    return "" if state.verification else "nothing is verified yet; ‹verify› verifies"


def nothing_seen(state: SessionState, _read_only: str) -> str:
    return "" if state.past else "no past failure like this one is known"


def nothing_to_plot(state: SessionState, _read_only: str) -> str:
    return "" if state.runs else "nothing ran yet"


def one_run(state: SessionState, _read_only: str) -> str:
    here = (run for run in reversed(state.runs) if run.is_of_checkout)
    return "" if len(tuple(islice(here, 2))) == 2 else "it takes two finished runs"


def no_place(state: SessionState, read_only: str) -> str:
    """Refuse without a place: a pinned test, a suspect or the line that failed. No path of an import is followed."""
    if read_only.startswith("imported"):
        return "its files are on another machine"
    known = state.pin or state.suspects or (state.last_failure and state.last_failure.failing)
    return "" if known else "no place known yet; a failing run (‹run›) names one"


def not_started(state: SessionState, _read_only: str) -> str:
    return "" if state.opened else "there is nothing to export yet"


def nothing_failed(state: SessionState) -> str:
    failed = state.last_failure
    if (
        state.target.kind != "pytest"
        or failed is None
        or not any("::" in each.test for each in failed.failing)
    ):
        return "no failing test is known; ‹run› runs the target"
    return ""


def is_wide(state: SessionState) -> str:
    return "runs on save reach all already" if state.scope == "all" else ""


def no_spectrum(state: SessionState) -> str:
    if state.target.kind != "pytest":
        return "only tests that pytest runs can be measured"
    if state.is_in_series:
        return "a series of runs is under way; ‹cancel› stops it"
    return "" if state.last_failure else "no failing run yet; ‹run› runs the target"


def no_mutants(state: SessionState) -> str:
    if not any(each.best_lines and each.ran for each in state.standing_suspects):
        return "nothing is measured yet; ‹spectrum› measures which lines run"
    return no_spectrum(state)


def no_loop(state: SessionState, _read_only: str) -> str:
    return no_loop_stands(state)


def no_loop_stands(state: SessionState) -> str:
    return "" if state.standing_loop else "no loop is noticed"


def no_calls(state: SessionState, read_only: str) -> str:
    """A trace that is there can be looked at always; a new one needs a failing test."""
    if state.calls:
        return ""
    if refused := writable(state, read_only):
        return refused
    return "" if traced_test(state) else "no failing pytest test is known yet"


def nothing_to_restore(state: SessionState) -> str:
    if goal(state) is None:
        return "no earlier good files are recorded"
    return "a run is under way; ‹cancel› stops it" if state.under_way else ""


def nothing_to_look_at(state: SessionState) -> str:
    is_known = state.target.kind == "pytest" and looked_test(state)
    return "" if is_known else "a logpoint needs a failing pytest test; ‹run› runs the target"


def no_logpoint(state: SessionState) -> str:
    return "" if state.logpoints else "no logpoint yet; ‹logpoint› sets one"


def no_drafts(state: SessionState) -> str:
    return (
        ""
        if drafts(state)
        else "no draft yet: ‹calls› traces calls, ‹mutants› tries mutants, ‹searches› searches"
    )


def no_objection(state: SessionState) -> str:
    if state.verification is None:
        return "nothing is verified yet; ‹verify› verifies"
    return "" if state.verification.standing else "nothing speaks against the fix that can be answered"
