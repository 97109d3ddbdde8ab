"""Where a value came from: the question becomes a run that only looks, its answer evidence about places."""

import ast

from coach.core.decide.call_traces import traced_test
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_next
from coach.core.decide.suspect_measurement import failure_in_view, rank_suspects
from coach.core.localize.origins import OriginsRequest, chain
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.runs.expected_actual import asserted_sides
from coach.core.runs.run import fresh_seed
from coach.core.session.state import SessionState

_CALLS = ast.Call | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.Lambda


@decide.register
def _(message: cmd.TraceOrigins, state: SessionState) -> Decision | Refusal:
    why_not = why_not_followed(state) or _why_not_asked(message.expression)
    if why_not:
        return Refusal(why_not)
    wanted = _wanted(message, state)
    if not wanted.path or not wanted.line:
        return Refusal(
            "the failure names no line of the project: say where the value is read, as NAME at FILE:LINE"
        )
    draft = Draft(state)
    start_origins(draft, wanted)
    return draft.done()


def why_not_followed(state: SessionState) -> str:
    """Say why no value can be followed now; empty when one can."""
    if state.closed:
        return CLOSED.reason
    if not state.target.can("origins"):
        return who_can("origins")
    seen = failure_in_view(state)
    if seen is None or not seen[1].test.is_in_file:
        return "a value is followed in a failing test; ‹run› runs the target"
    return "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""


def _why_not_asked(expression: str) -> str:
    """Nothing is evaluated: only what a record of the run can answer may be asked."""
    if not expression:
        return ""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{expression} is no expression: name a value, as total, self.rates or prices['pen']"
    if any(isinstance(each, _CALLS) for each in ast.walk(tree)):
        return "a call would have to be run: name a value, as total, self.rates or prices['pen']"
    return ""


def _wanted(message: cmd.TraceOrigins, state: SessionState) -> OriginsRequest:
    """Return the question with its place; without an expression, what the failing assertion compares."""
    seen = failure_in_view(state)
    frame, operand, beside = asserted_sides(seen[1]) if seen else (None, "", "")
    if message.line:
        return OriginsRequest(expression=message.expression, path=message.path, line=message.line)
    if frame is None or seen is None:
        return OriginsRequest()
    if message.expression:
        return OriginsRequest(expression=message.expression, path=frame.path, line=frame.line)
    difference = seen[1].difference[:1]
    part = difference[0].path if difference and operand else ""
    return OriginsRequest(path=frame.path, line=frame.line, compared=operand, beside=beside, part=part)


def start_origins(draft: Draft, wanted: OriginsRequest) -> None:
    """Record and start a run that records the failing test for one value."""
    state = draft.state
    seen = failure_in_view(state)
    test = traced_test(state)
    is_flaky = state.history.is_flaky
    start_next(
        draft,
        "origins",
        state.target.only(test),
        hash_seed=seen[0].request.hash_seed if seen and not is_flaky else fresh_seed(state.last_number + 1),
        focus=test,
        instrument=wanted,
    )


def question_of(state: SessionState) -> OriginsRequest | None:
    """Return what would be asked of the failure in view without a word from anybody; None: it has no place."""
    wanted = _wanted(cmd.TraceOrigins(), state)
    return wanted if wanted.line and not why_not_followed(state) else None


@decide.register
def _(message: obs.OriginsSeen, state: SessionState) -> Decision | Refusal:
    run = state.run(message.run)
    if run is None or not isinstance(run.request.instrument, OriginsRequest):
        return Refusal("nobody asked where this value came from")
    draft = Draft(state)
    found = message.origins
    if found is None:
        draft.notice = f"no line of the test was recorded: {message.why or 'the test did not run'}"
        return draft.done()
    draft.record(ev.OriginsTraced(origins=found))
    if not found.failed:
        draft.notice = "the test passed while it was recorded: it may depend on timing or order"
    elif not found.origins:
        draft.notice = next(iter(found.left_out), f"{found.expression} depends on nothing that own code made")
    else:
        draft.notice = chain(found)
        rank_suspects(draft)
    return draft.done()
