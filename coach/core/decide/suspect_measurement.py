"""What leads to a measurement of suspects, and what follows from one: trace runs and the ranking by spectrum.

A trace run is neither evidence nor feedback. It is superseded like any run, never begins while a verification or a
reproduction is under way, and its failures are not recorded: it only says which lines run.
"""

from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_mutants, start_trace
from coach.core.localize.evidence import Candidate
from coach.core.localize.leads import (
    changes_since_past_pass,
    evidence_from_calls,
    evidence_from_files,
    evidence_from_message,
    evidence_from_origins,
    evidence_from_searches,
)
from coach.core.localize.mutation.results import not_tried
from coach.core.localize.ranking import MAX_SHOWN, RULE, candidates, ranked
from coach.core.localize.spectrum import Scope, Spectrum
from coach.core.localize.who_ran import fail_together, how_it_went, lost_sight
from coach.core.log import events as ev
from coach.core.loops.analysis.syntax import MODULE, is_test_path
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.runs.instrument import Mutate
from coach.core.runs.oracle import Judged
from coach.core.runs.reference import is_of
from coach.core.runs.report import Counts, Ending, Failure, RunReport
from coach.core.runs.run import Run
from coach.core.search.request import Place
from coach.core.session.state import SessionState

SUITE_SECONDS = 30.0
"""A tied top widens the measurement to the whole suite by itself only when the suite is known to take less."""
_RANKING_GATES = {"suspects-backed-by-a-run", "suspects-at-most", "isolated"}
_LOOKED = "only looked: neither evidence nor feedback"
_NO_TEST_RAN = {"completed", "contradiction", "ended_early", "no_tests", "internal_error"}
"""How a mutating run ends: its mutants report, the collected tests do not."""
MAX_PLACES = 20
"""Suspects that are mutated in one round."""
MAX_BUDGET = 600.0
_NO_OWN_CODE = (
    "nothing to mutate: the failing test ran only test code, and tests are not mutated; the cause is in the test, in a "
    "fixture, in what ran at import, or in a call that was never made"
)
MAX_BLAMED = 12
"""Suspects whose history is asked for: a blame of each file takes some 10 ms."""


def failure_in_view(state: SessionState) -> tuple[Run, Failure] | None:
    """Return the failure the session is about, as the newest run shows it: one failure at a time."""
    run, reference = state.last_failure, state.reference
    failures = (*run.report.failures, *run.report.rerun_failures) if run and run.report else ()
    if run is None or not failures:
        return None
    wanted = reference.tests if reference else (run.failing[0].test,)
    found = (each for test in wanted for each in failures if is_of(test, each.test))
    return run, next(found, failures[0])


def begin_trace(draft: Draft, scope: Scope, seconds: float = 0.0) -> str:
    """Start a trace run of the failing test, for about ``seconds`` (0: as usual); returns why it cannot be, or an empty string."""
    seen = failure_in_view(draft.state)
    why_not = why_not_measured(draft.state)
    if seen and not why_not:
        start_trace(draft, seen[1].test, scope, seen[1].duration, seconds)
    return why_not


def why_not_measured(state: SessionState) -> str:
    """Say why the lines of the failing test cannot be recorded now; empty when they can."""
    if state.closed:
        return CLOSED.reason
    if not state.target.can("trace"):
        return f"{who_can('trace')}; suspects come from tracebacks and edits"
    if failure_in_view(state) is None:
        return "no failing run yet; ‹run› runs the target"
    return "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""


def measure_on_entry(draft: Draft) -> None:
    """On entering a step whose gate asks for suspects: measure, unless this tree has been measured."""
    step = draft.state.step
    asks = step is not None and any(each.check in _RANKING_GATES for each in step.gate)
    if asks:
        measure_lines(draft)


def measure_lines(draft: Draft) -> None:
    """Measure by itself what costs little where no investigation does it: the lines of its file; of the suite, where the top is tied.

    Nothing where the test is run only on request, nor where this tree has been measured.
    """
    state = draft.state
    limits = state.limits.limits if state.limits else None
    is_investigated = state.investigation is not None and state.investigation.is_open
    if (
        state.awaited_runs
        or is_investigated
        or state.is_investigated_automatically
        or (limits and not limits.runs)
    ):
        return
    if not is_measured(state):
        begin_trace(draft, "file")
    elif _is_tied(state) and not is_measured(state, "suite"):
        if 0 < suite_seconds(state) <= SUITE_SECONDS:
            begin_trace(draft, "suite")
        else:
            draft.notice = "the top is tied; ‹spectrum› compares with the whole suite"


def is_measured(state: SessionState, scope: Scope = "file") -> bool:
    """Whether there is a spectrum of this failing test on the tree it failed on, at least as wide as asked for."""
    seen, known = failure_in_view(state), state.spectrum
    if seen is None or known is None or seen[0].report is None:
        return False
    is_wide = known.scope == "suite" or scope == "file"
    is_same = state.same_tree(known.tree) == state.same_tree(seen[0].report.tree)
    return is_wide and known.test == seen[1].test and is_same


def finish_trace(draft: Draft, run: Run, report: RunReport) -> None:
    """Record the end of a trace run without what it would prove: evidence runs are made otherwise."""
    bare = report.model_copy(update={"failures": (), "failures_left_out": 0, "skipped": ()})
    if run.request.tries_mutants and report.ending.kind in _NO_TEST_RAN:
        bare = bare.model_copy(update={"ending": Ending(exit_code=0), "counts": Counts()})
    reason = _LOOKED if bare.ending.is_complete else report.ending.sentence
    judged = Judged(outcome="UNRESOLVED", reason=reason)
    draft.record(ev.RunFinished(number=run.number, report=bare, judged=judged))


def known_candidates(state: SessionState) -> list[Candidate]:
    """Return every place that something is known of about the failure in view, with its evidence; none without a failure."""
    seen = failure_in_view(state)
    if seen is None:
        return []
    run, failure = seen
    known = state.spectrum if state.spectrum and state.spectrum.test == failure.test else None
    since_past = None if state.last_pass else changes_since_past_pass(state, run, failure)
    return candidates(
        (failure,),
        since_past or state.changes,
        known,
        state.mutants,
        (
            *evidence_from_calls(state, failure.test),
            *evidence_from_message(known),
            *evidence_from_files(known),
            *evidence_from_origins(state, failure),
            *evidence_from_searches(state),  # the last one names the line: an experiment before a trace
        ),
        touched=state.touched,
        elsewhere=run.report.elsewhere if run.report else (),
    )


def rank_suspects(draft: Draft) -> None:
    """Rank with everything known about the failure in view; nothing is recorded when nothing changed."""
    seen = failure_in_view(draft.state)
    suspects = ranked(known_candidates(draft.state))[:MAX_SHOWN]
    if seen and suspects and suspects != draft.state.suspects:
        draft.record(ev.SuspectsRanked(run=seen[0].number, suspects=suspects, rule=RULE))


@decide.register
def _(message: cmd.Suspects, state: SessionState) -> Decision | Refusal:
    draft = Draft(state)
    why_not = begin_trace(draft, message.scope, message.seconds)
    return Refusal(why_not) if why_not else draft.done()


@decide.register
def _(message: cmd.TryMutants, state: SessionState) -> Decision | Refusal:
    seen = failure_in_view(state)
    why_not = why_not_mutated(state)
    if why_not or seen is None:
        return Refusal(why_not)
    draft = Draft(state)
    seconds = max(0.1, min(message.budget, MAX_BUDGET))
    more = max(0.0, min(message.more, MAX_BUDGET - seconds))
    mutate = Mutate(seconds=seconds, more=more)
    start_mutants(draft, *seen, places_to_mutate(state), mutate, on=message.on)
    return draft.done()


def why_not_mutated(state: SessionState) -> str:
    """Say why no mutations can be tried now; empty when they can."""
    seen = failure_in_view(state)
    if state.closed:
        return CLOSED.reason
    if not state.target.can("mutate"):
        return who_can("mutate")
    if seen is None or not seen[1].test.is_in_file:
        return "mutations need a failing test; ‹run› runs the target"
    if not places_to_mutate(state):
        return (
            _NO_OWN_CODE
            if is_measured(state)
            else "nothing to mutate yet: ‹spectrum› measures which lines run"
        )
    return "a series of runs is under way; ‹cancel› stops it" if state.is_in_series else ""


def places_to_mutate(state: SessionState) -> tuple[eff.MutationPlace, ...]:
    """The measured suspects outside of tests that still stand, best first, each with its lines."""
    places = (
        eff.MutationPlace(
            path=each.path,
            function="" if each.is_import else each.function,
            lines=each.best_lines,
            promise=each.probability,
        )
        for each in state.standing_suspects
        if each.best_lines and each.ran and (each.is_import or each.function != MODULE)
        if not is_test_path(each.path)
    )
    return tuple(places)[:MAX_PLACES]


@decide.register
def _(message: obs.MutantsSeen, state: SessionState) -> Decision | Refusal:
    found, seen = message.mutations, failure_in_view(state)
    if seen is None or found.test != seen[1].test:
        return Refusal("the mutations were of another failure")
    draft = Draft(state)
    if found.tried:
        draft.record(ev.MutantsTried(mutations=found))
        rank_suspects(draft)
    if found.flips:
        draft.notice = found.flips[0].sentence
        draft.notice += "; less likely places were not tried any more" if found.is_settled else ""
    elif not found.tried:
        draft.notice = f"no mutation was tried: {found.why or not_tried(found.refused, found.refusals)}"
    else:
        stopped = not_tried(found.refused, found.refusals)
        draft.notice = f"none of {found.tried} small mutations turns the test green"
        draft.notice += f", {stopped}" if stopped else ""
    return draft.done()


@decide.register
def _(message: obs.FlipSeen, state: SessionState) -> Decision | Refusal:
    """Say a flip at once; the suspects are ranked by the round as a whole, since others may follow."""
    if not any(run.number == message.run and run.request.tries_mutants for run in state.under_way):
        return Refusal("the mutations are over")
    found = ev.FlipFound(run=message.run, flip=message.flip)
    is_said = message.flip.sentence in {each.sentence for each in state.early_flips}
    return Decision(events=(found,), notice="" if is_said else message.flip.sentence)


@decide.register
def _(message: obs.SpectrumSeen, state: SessionState) -> Decision | Refusal:
    spectrum, seen = message.spectrum, failure_in_view(state)
    if seen is None or spectrum.test != seen[1].test:
        return Refusal("the measurement is of another failure")
    draft = Draft(state)
    if spectrum.outcome == "not run" and spectrum.test.is_in_file and _is_known(state, spectrum):
        draft.notice = "the failing test did not run in this measurement: what was measured before stands"
        return draft.done()
    if spectrum.neighbours_left_out and _is_known(state, spectrum, more_than=spectrum.passing):
        cut = f"not compared with all: {spectrum.neighbours_left_out[-1]}"
        draft.notice = f"{cut}; what was measured before with more passing tests stands"
        return draft.done()
    if not spectrum.functions and not spectrum.lacking:
        draft.notice = "the traced run saw no line of the project: suspects stay as they were"
        return draft.done()
    draft.record(ev.SpectrumMeasured(spectrum=spectrum))
    rank_suspects(draft)
    _ask_history(draft)
    draft.notice = _said(spectrum)
    if spectrum.scope == "file" and is_measured(draft.state):
        measure_lines(draft)
    return draft.done()


def _ask_history(draft: Draft) -> None:
    """Ask which commits touched the top suspects last, where there is a history."""
    opened = draft.state.opened
    if opened is None or not opened.checkout.commit:
        return
    places = tuple(
        Place(path=each.path, start=each.code_start, end=each.code_start + each.code.count("\n"))
        for each in draft.state.standing_suspects
        if each.ran and each.code and each.code_start and not is_test_path(each.path)
    )
    if places:
        draft.perform(eff.ReadTouched(places=places[:MAX_BLAMED]))


@decide.register
def _(message: obs.TouchedSeen, state: SessionState) -> Decision | Refusal:
    draft = Draft(state)
    if message.touched and message.touched != state.touched:
        draft.record(ev.TouchedRead(touched=message.touched))
        if not state.plan:
            rank_suspects(draft)
    return draft.done()


def _is_known(state: SessionState, spectrum: Spectrum, more_than: int = -1) -> bool:
    """Whether the same tree has been measured with the failing test in the run, and so many passing tests."""
    known = state.spectrum
    return bool(
        known
        and known.test == spectrum.test
        and state.same_tree(known.tree) == state.same_tree(spectrum.tree)
        and known.outcome != "not run"
        and known.passing > more_than
    )


def _said(spectrum: Spectrum) -> str:
    """Say what keeps a measurement from being whole; empty when nothing does."""
    if how := how_it_went(spectrum):
        return how
    if spectrum.taken_by is not None:
        return lost_sight(spectrum)
    if spectrum.neighbours_left_out:
        return f"not compared with all: {'; '.join(spectrum.neighbours_left_out[:3])}"
    if spectrum.not_run and not spectrum.functions:
        return f"the failing test never ran {spectrum.not_run[0].function}"
    return fail_together(spectrum)


def _is_tied(state: SessionState) -> bool:
    return bool(state.suspects) and state.suspects[0].ties > 1


def suite_seconds(state: SessionState) -> float:
    """Seconds the whole suite took when it last ran to its end; 0 when it never did."""
    for run in reversed(state.runs):
        if run.request.is_whole and run.report and run.report.ending.is_complete:
            return run.report.duration
    return 0.0
