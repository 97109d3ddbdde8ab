"""Logpoints: what is looked at becomes a run that only looks; what it showed becomes a verdict by a stated rule."""

from coach.core.base.formatting import count
from coach.core.base.test_id import TestId
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_next
from coach.core.decide.suspect_measurement import failure_in_view
from coach.core.decide.verification_runs import continue_plan
from coach.core.experiments.free_expression import why_asked
from coach.core.experiments.logpoint import RULE, Logpoint, LogpointRun, judge_logpoint
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.session.state import SessionState
from coach.core.verify.recheck import judge_gone

MAX_ASKED = 20


@decide.register
def _(message: cmd.Look, state: SessionState) -> Decision | Refusal:
    why_not = _impossible(message.logpoint, state)
    if why_not:
        return Refusal(why_not)
    draft = Draft(state)
    start_look(draft, message.logpoint, looked_test(state))
    return draft.done()


@decide.register
def _(message: cmd.AskLook, state: SessionState) -> Decision | Refusal:
    wanted = message.logpoint
    if message.is_allowed is not None:
        return _look_answered(wanted, state, is_allowed=message.is_allowed)
    why = why_asked(wanted.expression) or why_asked(wanted.condition)
    if any(each.asks_the_same(wanted) for each in state.looks_refused):
        return Refusal("the engineer refused to have these words evaluated in this session")
    if not why or any(each.logpoint.asks_the_same(wanted) for each in state.looks_asked):
        return Decision()
    if len(state.looks_asked) >= MAX_ASKED:
        return Refusal("too many questions wait for the engineer already; ‹allow› answers them")
    asked = ev.LookAsked(logpoint=wanted, why=why, by=message.by)
    notice = (
        f"{message.by} asks to evaluate {wanted.expression or wanted.condition}; ‹allow› shows and answers it"
    )
    return Decision(events=(asked,), notice=notice)


def _look_answered(wanted: Logpoint, state: SessionState, *, is_allowed: bool) -> Decision | Refusal:
    if not any(each.logpoint.asks_the_same(wanted) for each in state.looks_asked):
        return Refusal("nobody asks to evaluate that")
    return Decision(events=(ev.LookAnswered(logpoint=wanted, is_allowed=is_allowed),))


def why_nothing_asked(state: SessionState) -> str:
    """Say why there is nothing to answer; empty when an assistant asks for something."""
    return "" if state.looks_asked else "no assistant asks to evaluate anything"


def looked_test(state: SessionState) -> TestId:
    """Return the test a logpoint is about: the pinned one, else the failing one; empty when none is known."""
    if state.pin:
        return state.pin.test
    seen = failure_in_view(state)
    if seen and seen[1].test.is_in_file:
        return seen[1].test
    return state.target.one_test


def start_look(draft: Draft, logpoint: Logpoint, test: TestId) -> None:
    """Record and start a run of the test among those of its file, with the logpoint set."""
    start_next(draft, "logpoint", draft.state.target.only(test.file), focus=test, instrument=logpoint)


def why_not_looked(state: SessionState) -> str:
    """Say why no logpoint can be set now, wherever; empty when one can."""
    if state.closed:
        return CLOSED.reason
    if not state.target.can("logpoint"):
        return who_can("logpoint")
    if not looked_test(state):
        return "a logpoint needs a failing test; ‹run› runs the target"
    return "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""


def _impossible(logpoint: Logpoint, state: SessionState) -> str:
    if why_not := why_not_looked(state):
        return why_not
    tested = state.hypothesis(logpoint.hypothesis)
    if logpoint.hypothesis and (tested is None or not tested.is_open):
        return f"H{logpoint.hypothesis} is not open"
    return _unreadable("the expression", logpoint.expression) or _unreadable(
        "the condition", logpoint.condition
    )


def _unreadable(what: str, text: str) -> str:
    """Say why a text is no Python expression; the target's own Python may know more, never less than it needs."""
    if not text.strip():
        return ""
    try:
        compile(text, "<logpoint>", "eval")
    except (SyntaxError, ValueError) as error:
        return f"{what} is no Python expression: {error.args[0]}"
    except (RecursionError, MemoryError, OverflowError):
        return f"{what} is nested too deeply"
    return ""


@decide.register
def _(message: obs.LogpointRead, state: SessionState) -> Decision | Refusal:
    run = state.run(message.run)
    asked = run.request.instrument if run else None
    if run is None or not isinstance(asked, Logpoint):
        return Refusal("no such logpoint run")
    observed = message.observed
    moved = {"line": observed.line or asked.line, "source": observed.source}
    logpoint = asked.model_copy(update=moved)
    draft = Draft(state)
    seen = LogpointRun(run=message.run, logpoint=logpoint, observed=observed)
    if run.request.purpose == "recheck":
        return _rechecked(draft, seen)
    if logpoint.condition:
        verdict, reason = judge_logpoint(logpoint, observed)
        seen = seen.model_copy(update={"verdict": verdict, "reason": reason})
    draft.record(ev.LogpointSeen(seen=seen, rule=RULE))
    tested = state.hypothesis(logpoint.hypothesis)
    if tested and tested.is_open and seen.verdict in {"SUPPORTED", "REFUTED"}:
        judged = ev.HypothesisJudged(
            id=tested.id, verdict=seen.verdict, reason=f"{logpoint.place}: {seen.reason}", runs=(message.run,)
        )
        draft.record(judged)
    draft.notice = _notice(seen)
    return draft.done()


def _rechecked(draft: Draft, seen: LogpointRun) -> Decision:
    """Keep what a verification saw at a place it looked at again, and go on with it."""
    gone, figure = judge_gone(seen.logpoint, seen.observed)
    reason = f"{'gone' if gone else 'not gone'}: {figure}"
    draft.record(
        ev.LogpointSeen(seen=seen.model_copy(update={"reason": reason, "after_fix": True}), rule=RULE)
    )
    if draft.state.plan and seen.run >= draft.state.plan_start:
        continue_plan(draft)
    return draft.done()


def _notice(seen: LogpointRun) -> str:
    if seen.observed.why:
        return seen.observed.why
    if seen.verdict:
        return f"{seen.verdict.lower()}: {seen.reason}"
    hits = sum(each.hits for each in seen.observed.tests)
    return (
        f"{seen.logpoint.place}: {count(hits, 'hit')}" if hits else f"{seen.logpoint.place} was never reached"
    )
