"""Commands that lead to runs: reproduce, run, cancel, verify; and the pin that makes a run evidence."""

from coach.core import commands as cmd
from coach.core import events as ev
from coach.core.checks import pinnable, wanted_alone
from coach.core.decide.shape import Decision, Draft, Refusal, decide
from coach.core.effects import MutationPlace, ReadTest, StartRun, StopRuns, Watch
from coach.core.isolate.spectrum import Scope
from coach.core.run import Purpose, RunRequest
from coach.core.scope import Scope as Reach
from coach.core.session import SessionState
from coach.core.target import WHOLE_SUITE, Target

CLOSED = Refusal("this session is closed; resume it first: coach debug --resume")


def start_run(draft: Draft, purpose: Purpose, covers: Reach = "target", target: Target | None = None) -> None:
    """Record and start the next run, of the session's target unless told otherwise; what is under way is superseded."""
    if draft.state.under_way:
        draft.perform(StopRuns(superseded=True))
    number = draft.state.last_number + 1
    is_suite = purpose in {"suite", "baseline"} and draft.state.target.kind == "pytest"
    opened = draft.state.opened
    request = RunRequest(
        number=number,
        purpose=purpose,
        target=target or (WHOLE_SUITE if is_suite else draft.state.target),
        covers=covers,
        warm=purpose == "feedback" and draft.state.target.kind == "pytest",
        hash_seed=number
        * 2_654_435_761
        % 2**32,  # Knuth's multiplicative hash: every run its own seed, no clock needed
        tree=opened.checkout.tree if purpose == "baseline" and opened else "",
    )
    draft.record(ev.RunStarted(request=request))
    draft.perform(StartRun(request=request))


def start_trace(draft: Draft, test: str, scope: Scope) -> None:
    """Record and start a traced run of a failing test among the tests of its file, or of the whole suite."""
    if draft.state.under_way:
        draft.perform(StopRuns(superseded=True))
    number = draft.state.last_number + 1
    file = Target(words=(test.partition("::")[0],))
    request = RunRequest(
        number=number,
        purpose="trace",
        target=file if scope == "file" else WHOLE_SUITE,
        trace=True,
        focus=test,
        scope=scope,
    )
    draft.record(ev.RunStarted(request=request))
    draft.perform(StartRun(request=request))


def start_mutants(draft: Draft, test: str, places: tuple[MutationPlace, ...], budget: float) -> None:
    """Record and start a run that tries small mutations of places in memory."""
    if draft.state.under_way:
        draft.perform(StopRuns(superseded=True))
    request = RunRequest(
        number=draft.state.last_number + 1,
        purpose="mutants",
        target=Target(words=(test.partition("::")[0],)),
        focus=test,
        mutate=budget,
    )
    draft.record(ev.RunStarted(request=request))
    known = draft.state.spectrum
    draft.perform(StartRun(request=request, places=places, coverage=known.coverage if known else ""))


def begin_reproduction(draft: Draft) -> None:
    draft.record(ev.ReproductionBegan())
    start_run(draft, "reproduce")


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
    if state.closed:
        return CLOSED
    test = message.test or pinnable(state)
    if not test:
        return Refusal("no failing test to pin yet; reproduce the failure first (R)")
    if state.pin and state.pin.test == test and state.pin.is_intact:
        return Refusal("this test is pinned already; u unpins it")
    return Decision(effects=(ReadTest(test=test, pin=True),))


@decide.register
def _(message: cmd.UnpinTest, state: SessionState) -> Decision | Refusal:
    if state.pin is None:
        return Refusal("no test is pinned")
    if not message.reason.strip():
        return Refusal("unpinning needs a reason: it is recorded and exported")
    return Decision(events=(ev.TestUnpinned(reason=message.reason),))


def _void_verification(draft: Draft, why: str) -> None:
    if draft.state.plan:
        draft.record(ev.VerificationVoided(why=why))
