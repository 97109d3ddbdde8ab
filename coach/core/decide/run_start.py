"""How runs begin: recorded first, then started; what is under way is superseded."""

from typing import Any

from coach.core.base.test_id import TestId
from coach.core.decide.decision import Draft
from coach.core.localize.spectrum import Scope
from coach.core.log import events as ev
from coach.core.log.recorded_request import RecordedRequest
from coach.core.protocol.effects import MutationPlace, StartRun, StopRuns, ToMend
from coach.core.runs.instrument import Mutate, Trace
from coach.core.runs.made_run import MadeRun
from coach.core.runs.report import Failure
from coach.core.runs.run import Purpose, Run, RunRequest, fresh_seed
from coach.core.runs.run_scope import Scope as Reach
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

MAX_ABOUT = 50
MAX_RED = 30
"""Other red tests that a change which mends the failing one may be tried with."""
SLOWER = 3.0
"""How much longer the failing test may take while its lines are recorded; a loop without an end must not cost the measurement."""


def start_next(  # noqa: PLR0913 - a run, and what it needs besides its request
    draft: Draft,
    purpose: Purpose,
    target: Target,
    *,
    places: tuple[MutationPlace, ...] = (),
    coverage: str = "",
    to_mend: ToMend | None = None,
    made: MadeRun | None = None,
    within: float = 0.0,
    is_beside: bool = False,
    **fields: Any,
) -> None:
    """Record and start the next run; what is under way is superseded.

    Args:
        draft: the decision the run belongs to.
        purpose: why it is made.
        target: what it runs.
        places: what a mutating run changes, in the copy it runs in.
        coverage: the kept lines of an earlier trace.
        to_mend: the failure that mutants are to mend.
        made: the run itself, where it is over already.
        within: seconds after which it is ended; 0: as the settings say.
        is_beside: whether what is under way goes on beside it, on a cluster.
        fields: the other fields of its request. Its hash seed is a fresh one when none is given.

    """
    number = draft.state.last_number + 1
    seed = fields.pop("hash_seed", fresh_seed(number))
    request = RunRequest(number=number, purpose=purpose, target=target, hash_seed=seed, **fields)
    if draft.state.under_way and not is_beside:
        draft.perform(StopRuns(superseded=True))
    draft.record(ev.RunStarted(request=RecordedRequest.of(request)))
    asked = StartRun(request=request, places=places, coverage=coverage, to_mend=to_mend, made=made)
    draft.perform(asked.model_copy(update={"within": within, "is_idle_work": request.by_itself}))


def start_run(
    draft: Draft, purpose: Purpose, covers: Reach = "target", target: Target | None = None, **fields: Any
) -> None:
    """Start the next run, of the session's target unless told otherwise; ``fields`` as for ``start_next``."""
    own, opened = draft.state.target, draft.state.opened
    runs_all = purpose == "suite" or (purpose == "verify" and not own.words)
    spec = draft.state.spec
    named = (*spec.unchanged_tests, *spec.also_failing) if runs_all else ()
    is_suite = purpose in {"suite", "baseline"} and own.can("suite")
    start_next(
        draft,
        purpose,
        target or (own.only() if is_suite else own),
        covers=covers,
        warm=purpose == "feedback" and own.can("warm"),
        tree=opened.checkout.tree if purpose == "baseline" and opened else "",
        about=tuple(dict.fromkeys((*about(draft.state), *named)))[:MAX_ABOUT],
        **fields,
    )


def about(state: SessionState) -> tuple[TestId, ...]:
    """Return the tests whose own outcome matters in every run: those of the reference failure, and the pinned one.

    A file that could not be loaded is no test: once it loads, nothing of its name is collected.
    """
    tests = state.reference.tests if state.reference else ()
    known = [each for each in tests if each.is_in_file]
    pinned = (state.pin.test,) if state.pin else ()
    return tuple(dict.fromkeys((*pinned, *known)))[:MAX_ABOUT]


def start_trace(draft: Draft, test: TestId, scope: Scope, took: float, seconds: float = 0.0) -> None:
    """Start a traced run of a failing test, which ``took`` some seconds, among the tests of its file, or of the whole suite.

    When ``seconds`` are over, no further one is begun to compare it with; 0: as many as the scope usually has.
    """
    own = draft.state.target
    target = own.only(test.file) if scope == "file" else own.only()
    trace = Trace(scope=scope, seconds=seconds)
    trace = trace.model_copy(update={"seconds_own": max(trace.seconds_own, SLOWER * took)})
    start_next(draft, "trace", target, hash_seed=0, focus=test, instrument=trace)


def start_mutants(  # noqa: PLR0913 - the failure, what is changed, how long, and where
    draft: Draft,
    run: Run,
    failure: Failure,
    places: tuple[MutationPlace, ...],
    mutate: Mutate,
    *,
    on: str = "",
) -> None:
    """Start a run that tries small mutations of places; ``run`` is the one that shows the failure."""
    known = draft.state.spectrum
    start_next(
        draft,
        "mutants",
        draft.state.target.only(failure.test.file),
        places=places,
        coverage=known.coverage if known else "",
        to_mend=ToMend(failure=failure, red=_red_beside(run, failure)),
        hash_seed=0,
        focus=failure.test,
        instrument=mutate,
        on=on,
    )


def _red_beside(run: Run, failure: Failure) -> tuple[TestId, ...]:
    """Return other tests that failed in the run, those with the same exception first."""
    others = [each for each in run.report.failures if each.test != failure.test] if run.report else []
    others.sort(key=lambda each: each.exception != failure.exception)
    in_files = (each.test for each in others if each.test.is_in_file and each.phase != "collect")
    return tuple(dict.fromkeys(in_files))[:MAX_RED]


def begin_reproduction(draft: Draft) -> None:
    """Begin a series of cold runs that measures how often the target fails."""
    draft.record(ev.ReproductionBegan())
    start_run(draft, "reproduce")
