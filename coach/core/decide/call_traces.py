"""Call traces: the failing test's calls become a run that only looks, and are compared with a passing run's."""

from collections import Counter

from coach.core.base.test_id import TestId
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_next
from coach.core.decide.suspect_measurement import failure_in_view, rank_suspects
from coach.core.localize.call_trace import (
    CallsRequest,
    CallTrace,
    Divergence,
    first_divergence,
    sentence,
    with_own_logs,
)
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.runs.run import fresh_seed
from coach.core.session.state import SessionState

MAX_TRIES = 6
"""Runs of a flaky test until one of each kind was traced."""


@decide.register
def _(message: cmd.TraceCalls, state: SessionState) -> Decision | Refusal:
    if why_not := why_not_traced(state):
        return Refusal(why_not)
    passed = state.last_pass
    if message.against == "pass" and not (passed and passed.report and passed.report.tree):
        return Refusal("no run has passed yet: name a commit, or compare with tests that pass")
    draft = Draft(state)
    _start(draft, traced_test(state), against=message.against)
    return draft.done()


def why_not_traced(state: SessionState) -> str:
    """Say why no calls can be traced now; empty when they can."""
    if state.closed:
        return CLOSED.reason
    if not state.target.can("calls"):
        return who_can("calls")
    if not traced_test(state):
        return "a call trace needs a failing test; ‹run› runs the target"
    return "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""


def traced_test(state: SessionState) -> TestId:
    """Return the test a trace is about: the failing one, else the pinned one; empty when none is known."""
    seen = failure_in_view(state)
    if seen and seen[1].test.is_in_file:
        return seen[1].test
    return state.pin.test if state.pin else state.target.one_test


def _start(draft: Draft, test: TestId, against: str = "", code_of: str = "") -> None:
    """Record and start a traced run; with ``code_of`` under the code of that tree, in a copy."""
    state = draft.state
    number = state.last_number + 1
    seen = failure_in_view(state)
    is_flaky = state.history.is_flaky
    known = state.spectrum
    start_next(
        draft,
        "calls",
        state.target.only(test),
        coverage=known.coverage if known else "",
        hash_seed=seen[0].request.hash_seed if seen and not is_flaky else fresh_seed(number),
        focus=test,
        without=code_of,
        instrument=CallsRequest(logs=state.spec.logs, against=against),
    )


@decide.register
def _(message: obs.CallsSeen, state: SessionState) -> Decision | Refusal:
    run = state.run(message.run)
    asked = run.request.instrument if run else None
    if run is None or not isinstance(asked, CallsRequest):
        return Refusal("nobody asked for these calls")
    test = run.request.focus
    own = next((each for each in message.traces if each.test == test), None)
    draft = Draft(state)
    if own is None or not own.calls:
        draft.notice = f"no call of the project was seen: {message.why or 'the test did not run'}"
    elif run.request.in_copy:
        _take_other_code(draft, own, asked.against)
    else:
        _take(draft, own, [each for each in message.traces if each.test != test and not each.failed])
        _go_on(draft, test, asked.against)
    return draft.done()


def _take(draft: Draft, own: CallTrace, others: list[CallTrace]) -> None:
    """Record the trace of the failing test, compared with a passing run of it, else with the test most like it."""
    state = draft.state
    if not own.failed:
        draft.record(ev.CallsTraced(trace=own))
        earlier = state.calls.trace if state.calls and state.calls.trace.test == own.test else None
        if earlier and state.history.is_flaky:
            _record(draft, earlier, [own], "another run of it")
        else:
            draft.notice = "the test passed while its calls were traced"
        return
    before = state.calls_passing if state.calls_passing and state.calls_passing.test == own.test else None
    if before and state.history.is_flaky:
        _record(draft, own, [before], "another run of it")
    else:
        nearest = sorted(others, key=lambda each: -_likeness(own, each))
        _record(draft, own, nearest, nearest[0].test.name if nearest else "")


def _record(draft: Draft, own: CallTrace, others: list[CallTrace], versus: str) -> None:
    found: Divergence | None = first_divergence(own, others[0], versus) if others else None
    draft.record(ev.CallsTraced(trace=with_own_logs(own, others), divergence=found))
    if not draft.state.plan:
        rank_suspects(draft)
    if found:
        draft.notice = sentence(found)
    else:
        draft.notice = "no passing run to compare with" if not others else f"same calls as in {versus}"


def _likeness(one: CallTrace, other: CallTrace) -> float:
    """Say what share of the calls of two traces are of the same functions."""
    counts = [Counter(call.key for call in each.calls if call.depth) for each in (one, other)]
    both, either = counts[0] & counts[1], counts[0] | counts[1]
    return both.total() / either.total() if either else 0.0


def _go_on(draft: Draft, test: TestId, against: str) -> None:
    """Run what is still missing for a comparison: the code of before, or the other outcome of a flaky test."""
    state = draft.state
    if against:
        if state.calls is None or state.calls.trace.run != state.last_number:
            return  # it passed: there is nothing to compare
        passed = state.last_pass
        tree = passed.report.tree if against == "pass" and passed and passed.report else against
        words = f"#{passed.number}" if against == "pass" and passed else against[:10]
        _start(draft, test, against=words, code_of=tree)
        return
    if not state.history.is_flaky:
        return
    missing = state.calls is None or (state.calls.divergence is None and state.calls_passing is None)
    tries = 0
    for run in reversed(state.runs):
        if not isinstance(run.request.instrument, CallsRequest):
            break
        tries += 1
    if missing and tries < MAX_TRIES:
        _start(draft, test)


def _take_other_code(draft: Draft, other: CallTrace, against: str) -> None:
    known = draft.state.calls
    if known is None or known.trace.test != other.test:
        return
    if other.failed:
        draft.notice = f"it fails with the code of {against} too"
        return
    _record(draft, known.trace, [other], f"with the code of {against} it")
