"""How runs begin: recorded first, then started; what is under way is superseded."""

from coach.core.base.test_id import TestId
from coach.core.decide.decision import Draft
from coach.core.localize.spectrum import Scope
from coach.core.log import events as ev
from coach.core.protocol.effects import MutationPlace, StartRun, StopRuns
from coach.core.runs.run import Purpose, RunRequest, fresh_seed
from coach.core.runs.run_scope import Scope as Reach
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

MOST_ABOUT = 50


def start(
    draft: Draft, request: RunRequest, places: tuple[MutationPlace, ...] = (), coverage: str = ""
) -> None:
    """Record and start a run. ``places`` and ``coverage`` are what the engine needs to know besides."""
    if draft.state.under_way:
        draft.perform(StopRuns(superseded=True))
    draft.record(ev.RunStarted(request=request))
    draft.perform(StartRun(request=request, places=places, coverage=coverage))


def start_run(draft: Draft, purpose: Purpose, covers: Reach = "target", target: Target | None = None) -> None:
    """Start the next run, of the session's target unless told otherwise."""
    number, own = draft.state.last_number + 1, draft.state.target
    is_suite = purpose in {"suite", "baseline"} and own.can("suite")
    opened = draft.state.opened
    request = RunRequest(
        number=number,
        purpose=purpose,
        target=target or (own.only() if is_suite else own),
        covers=covers,
        warm=purpose == "feedback" and own.can("warm"),
        hash_seed=fresh_seed(number),
        tree=opened.checkout.tree if purpose == "baseline" and opened else "",
        about=about(draft.state),
    )
    start(draft, request)


def about(state: SessionState) -> tuple[TestId, ...]:
    """Return the tests whose own outcome matters in every run: those of the reference failure, and the pinned one.

    A file that could not be loaded is no test: once it loads, nothing of its name is collected.
    """
    tests = state.reference.tests if state.reference else ()
    known = [each for each in tests if each.is_in_file]
    pinned = (state.pin.test,) if state.pin else ()
    return tuple(dict.fromkeys((*pinned, *known)))[:MOST_ABOUT]


def start_trace(draft: Draft, test: TestId, scope: Scope) -> None:
    """Start a traced run of a failing test among the tests of its file, or of the whole suite."""
    own = draft.state.target
    request = RunRequest(
        number=draft.state.last_number + 1,
        purpose="trace",
        target=own.only(test.file) if scope == "file" else own.only(),
        trace=True,
        focus=test,
        scope=scope,
    )
    start(draft, request)


def start_mutants(draft: Draft, test: TestId, places: tuple[MutationPlace, ...], budget: float) -> None:
    """Start a run that tries small mutations of places, for ``budget`` seconds."""
    request = RunRequest(
        number=draft.state.last_number + 1,
        purpose="mutants",
        target=draft.state.target.only(test.file),
        focus=test,
        mutate=budget,
    )
    known = draft.state.spectrum
    start(draft, request, places, known.coverage if known else "")


def begin_reproduction(draft: Draft) -> None:
    """Begin a series of cold runs that measures how often the target fails."""
    draft.record(ev.ReproductionBegan())
    start_run(draft, "reproduce")
