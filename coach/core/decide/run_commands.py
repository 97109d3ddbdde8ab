"""Commands that lead to runs: reproduce, run, cancel, verify; and the pin that makes a run evidence."""

from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import about, begin_reproduction, start_next, start_run
from coach.core.decide.spec_in_force import follow_failure
from coach.core.decide.suspect_measurement import rank_suspects
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol.effects import StopRuns, Watch
from coach.core.runs.pin_reading import to_be_pinned
from coach.core.runs.reference import is_of
from coach.core.runs.run_scope import Scope as Reach
from coach.core.session.state import SessionState
from coach.core.workflow.applicable import no_pin
from coach.core.workflow.gates import pinnable, wanted_alone


@decide.register
def _(message: cmd.Begin, state: SessionState) -> Decision | Refusal:
    if state.visits or not state.workflow.steps:
        return Refusal("this session has begun already")
    draft = Draft(state)
    draft.record(ev.StepEntered(step=state.workflow.steps[0].id, why="start"))
    if message.reproduce:
        draft.perform(Watch(on=True))
        begin_reproduction(draft)
    return draft.done()


@decide.register
def _(_message: cmd.Reproduce, state: SessionState) -> Decision | Refusal:
    """Measure the target; where the step asks whether the pinned test fails alone, run that one once."""
    if state.closed:
        return CLOSED
    draft = Draft(state)
    _void_verification(draft, "another run was asked for")
    alone = wanted_alone(state)
    if alone and state.series_start is None:
        start_run(draft, "reproduce", "failures", alone)
    else:
        begin_reproduction(draft)
    return draft.done()


@decide.register
def _(_message: cmd.RunSuite, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return CLOSED
    draft = Draft(state)
    _void_verification(draft, "another run was asked for")
    start_run(draft, "suite")
    return draft.done()


@decide.register
def _(message: cmd.RecordRun, state: SessionState) -> Decision | Refusal:
    """Take in a run that is over: of the target when it names the same tests, else of some tests beside it."""
    own = state.target
    if state.closed:
        return CLOSED
    if not own.can("select"):
        return Refusal(f"this session is about `{own.label}`: a run of pytest is none of it")
    if state.plan or state.series_start is not None:
        return Refusal("a series of runs is under way; ‹cancel› stops it")
    draft = Draft(state)
    is_own = set(message.words) == set(own.words)
    target = own if is_own else own.only(*message.words)
    covers: Reach = "target" if is_own else "failures" if message.words else "all"
    start_next(
        draft,
        "experiment",
        target,
        made=message.made,
        covers=covers,
        about=about(state),
        hash_seed=0,
    )
    return draft.done()


@decide.register
def _(_message: cmd.CancelRun, state: SessionState) -> Decision | Refusal:
    if not state.under_way:
        return Refusal("nothing is running")
    draft = Draft(state)
    _void_verification(draft, "cancelled")
    draft.perform(StopRuns())
    return draft.done()


@decide.register
def _(message: cmd.SetWatching, state: SessionState) -> Decision | Refusal:
    if message.watching == state.watching:
        return Refusal("runs on save are " + ("on already" if state.watching else "off already"))
    return Decision(effects=(Watch(on=message.watching),))


@decide.register
def _(message: cmd.TakeFailure, state: SessionState) -> Decision | Refusal:
    """Let the session be about another failure: only the engineer's word changes it."""
    if state.closed:
        return CLOSED
    if not (message.run or message.test) and (why_not := why_not_taken(state)):
        return Refusal(why_not)
    run = state.run(message.run) if message.run else state.last_red
    if run is None or not run.failing:
        return Refusal(f"nothing failed in run #{message.run}" if message.run else "no run has failed yet")
    if message.test and not any(is_of(message.test, each.test) for each in run.failing):
        return Refusal(f"{message.test} did not fail in run #{run.number}; it was {run.failing[0].test}")
    if state.reference and run.shows(state.reference) and not message.test:
        return Refusal("the session is about that failure already")
    draft = Draft(state)
    draft.record(ev.FailureTaken(run=run.number, test=message.test))
    follow_failure(draft, state)
    rank_suspects(draft)
    taken = draft.state.reference.first.test if draft.state.reference else run.failing[0].test
    draft.notice = f"from here on about {taken} as in #{run.number}"
    return draft.done()


def why_not_taken(state: SessionState) -> str:
    """Say why the session cannot be about what the newest red run shows; empty when it can."""
    red, known = state.last_red, state.reference
    if red is None:
        return "no run has failed yet; ‹run› runs the target"
    is_known = known is not None and red.strict == known.strict
    return f"#{red.number} shows the failure the session is about" if is_known else ""


@decide.register
def _(message: cmd.Retarget, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return CLOSED
    if message.target == state.target:
        return Refusal("that is the target already")
    draft = Draft(state)
    draft.record(ev.TargetChanged(target=message.target))
    begin_reproduction(draft)
    return draft.done()


@decide.register
def _(message: cmd.PinTest, state: SessionState) -> Decision | Refusal:
    if why_not := why_not_pinned(state, message.test):
        return Refusal(why_not)
    return Decision(effects=(to_be_pinned(state, message.test or pinnable(state)),))


def why_not_pinned(state: SessionState, named: str = "") -> str:
    """Say why a test (unnamed: that of the failure) cannot be pinned now; empty when it can."""
    test = named or pinnable(state)
    if state.closed:
        return CLOSED.reason
    if not test:
        return no_pin(state) or "no failing test to pin yet; ‹reproduce› reproduces the failure"
    if state.pin and state.pin.test == test and state.pin.is_intact:
        return "this test is pinned already; ‹unpin› unpins it"
    return ""


@decide.register
def _(message: cmd.UnpinTest, state: SessionState) -> Decision | Refusal:
    if why_not := why_not_unpinned(state):
        return Refusal(why_not)
    if not message.reason.strip():
        return Refusal("unpinning needs a reason: it is recorded and exported")
    return Decision(events=(ev.TestUnpinned(reason=message.reason),))


def why_not_unpinned(state: SessionState) -> str:
    return "" if state.pin else "no test is pinned; ‹pin› pins one"


def _void_verification(draft: Draft, why: str) -> None:
    if draft.state.plan:
        draft.record(ev.VerificationVoided(why=why))
