"""What an investigation can measure: for each kind whether it can be done now, what it costs and what it is thought to tell.

``next_measurement`` chooses by expected information per second. The figures of ``tells`` are set by hand from the measurements
of ``benchmarks/localise.py`` and from published studies (FauxPy 2024 for lines and mutations, 84 bisected defects for the
history); they order measurements and say nothing of a place. A kind is a row of ``MEASUREMENTS``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from coach.core.decide.call_traces import why_not_traced
from coach.core.decide.origin_traces import question_of, why_not_followed
from coach.core.decide.searches import why_not_searched
from coach.core.decide.suspect_measurement import (
    failure_in_view,
    is_measured,
    suite_seconds,
    why_not_measured,
    why_not_mutated,
)
from coach.core.localize.leads import changes_since_past_pass
from coach.core.localize.measurement import FailureKey, Investigation, Kept, Limits
from coach.core.localize.standing import LIKELY
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.loops.history import LATELY
from coach.core.protocol import commands as cmd
from coach.core.runs.run import Run
from coach.core.search.kinds import SEARCH_KINDS
from coach.core.session.state import SessionState
from coach.core.workflow.gates import CHECKS

MIN_TRACING = 8.0
"""Seconds that lines may take of an investigation at least; else a third of what is left, since the rest is measured by them."""
MAX_MUTATING = 20.0
"""Seconds of one round of mutations,"""
MORE_MUTATING = 30.0
"""and how many more while nothing turned the test green: nothing else names a line,"""
RESERVED = 1 / 3
"""but for those that other measurements will take, at most this share of what is left."""
FEW_NEIGHBOURS = 100
"""Passing tests up to which the lines of the suite are recorded although nobody knows how long it takes,"""
SUITE_SECONDS = 10.0
"""for these seconds: the tests of other files that were not begun by then are left out."""
MAX_HUNKS = 60
_PROSE = (".md", ".rst", ".txt", ".adoc", "LICENSE", "AUTHORS", "NOTICE")
"""Ends of names of files for readers: edited, they are no cause of a failure whose tests did not open them."""
_START = 0.4
"""Seconds a run takes before its first test, about."""


@dataclass(frozen=True, slots=True)
class MeasurementKind:
    """One kind of measurement. Every function is asked of a state in which a failure is known."""

    name: str
    title: str
    """What is done, as in ``◌ measuring: TITLE``; with the time that is left and two keys it fits into 80 columns."""
    why_not: Callable[[SessionState], str]
    """Why it cannot be done now; empty when it can."""
    is_known: Callable[[SessionState], bool]
    """Whether what it would tell is known of this failure on this tree, whoever measured it."""
    seconds: Callable[[SessionState], float]
    """What it is expected to cost, from the durations that were recorded."""
    tells: Callable[[SessionState], tuple[float, str]]
    """How much of the answer it is expected to give, 0 to 1, and why it is worth it now."""
    command: Callable[[SessionState, float], cmd.Command]
    """What asks for it, given the seconds that are left."""
    test_runs: int = 1
    """Runs of the failing test on unchanged or old code that it needs, about."""
    changes_code: bool = False
    """Whether it runs code that coach changed: only where that is confined."""
    most: float = 0.0
    """So many times what it is expected to cost it is ended, with what it saw; 0: when the investigation is over."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The measurement to make next."""

    kind: MeasurementKind
    why: str
    seconds: float


def next_measurement(state: SessionState) -> Chosen | None:
    """Return the measurement that promises most per second, among those that are possible and not made yet; None: none is."""
    best: tuple[float, Chosen] | None = None
    for kind in MEASUREMENTS:
        if is_done(state, kind) or why_not_now(state, kind) or is_too_long(state, kind):
            continue
        seconds = kind.seconds(state)
        share, why = kind.tells(state)
        worth = share / max(seconds, 0.1)
        if share > 0 and (best is None or worth > best[0]):
            best = worth, Chosen(kind, why, seconds)
    return best[1] if best else None


def is_done(state: SessionState, kind: MeasurementKind) -> bool:
    """Whether it was made for this failure on this tree, by the investigation or by the engineer."""
    key = failure_key(state)
    kept = state.kept.get(key, Kept()) if key else Kept()
    return kind.name in kept.names or kind.is_known(state)


def why_not_now(state: SessionState, kind: MeasurementKind) -> str:
    """Say why an investigation cannot make a measurement now; empty when it can."""
    if why_not := kind.why_not(state):
        return why_not
    if kind.changes_code and not is_confined(state):
        return (
            "code that coach changed cannot be confined on this machine, so it runs only when you ask for it"
        )
    limits = limits_of(state)
    made = _test_runs(state)
    if kind.test_runs and made + kind.test_runs > limits.runs:
        return f"the failing test may be run {limits.runs} times by itself ([tool.coach.investigate] runs)"
    return ""


def is_too_long(state: SessionState, kind: MeasurementKind) -> bool:
    """Whether the seconds that are left are too few for a measurement: fewer than half of what it is thought to take."""
    return kind.seconds(state) > 2 * _left(state)


def _left(state: SessionState) -> float:
    """Seconds that an investigation has left, or would have."""
    found = state.investigation
    return found.left if found and found.is_open else limits_of(state).seconds


def too_long(state: SessionState) -> tuple[str, ...]:
    """Return the titles of what could be measured with more seconds."""
    return tuple(
        each.title
        for each in MEASUREMENTS
        if not is_done(state, each) and not why_not_now(state, each) and is_too_long(state, each)
    )


def waiting_for_a_key(state: SessionState) -> str:
    """Say what the engineer has to ask for, since nothing confines changed code here; empty when nothing waits."""
    if is_confined(state) or failure_in_view(state) is None:
        return ""
    waiting = [
        each.title
        for each in MEASUREMENTS
        if each.changes_code and not is_done(state, each) and not each.why_not(state)
    ]
    return (
        f"{' and '.join(waiting)} wait for you: changed code cannot be confined on this machine"
        if waiting
        else ""
    )


def failure_key(state: SessionState) -> FailureKey | None:
    """Return what an investigation would be about now; None when no failure is known."""
    seen = failure_in_view(state)
    if seen is None:
        return None
    run, failure = seen
    tree = state.same_tree(run.report.tree) if run.report else ""
    return FailureKey(failure.test, tree or f"{len(state.edits)} edits")


def limits_of(state: SessionState) -> Limits:
    return state.limits.limits if state.limits else Limits()


def why_on_request(state: SessionState) -> str:
    """Say why the failing test runs only when somebody asks for that very run; empty when it may run more often."""
    if state.drill and state.drill.is_of_person:
        return "in a drill each hint is asked for by itself: ‹spectrum›, ‹mutants›, ‹calls›, ‹origins›"
    is_on_request = not limits_of(state).runs
    why = "the failing test runs only when you ask for it ([tool.coach.investigate] runs = 0)"
    return why if is_on_request else ""


def cluster_of(state: SessionState) -> str:
    """Return the cluster that the investigation under way was given; empty: none."""
    found: Investigation | None = state.investigation
    return found.on if found and found.is_open else ""


def is_confined(state: SessionState) -> bool:
    return state.limits is None or state.limits.confined


def is_isolated(state: SessionState) -> bool:
    """Whether the gate's own check says so of the files as they are: an investigation ends where the step is done."""
    lines = BY_NAME["lines"]
    is_of_now = is_done(state, lines) or bool(lines.why_not(state))
    return is_of_now and CHECKS["isolated"].answer(state, 0).passed


def _test_runs(state: SessionState) -> int:
    """Count the runs of the failing test that the present investigation needed, and those that told how old it is."""
    found: Investigation | None = state.investigation
    key = failure_key(state)
    on_head = (each.request.about for each in state.runs[-LATELY:] if each.request.purpose == "at-head")
    dated = sum(key is not None and key.test in about for about in on_head)
    return dated + (found.test_runs if found and found.key == key else 0)


def _run_seconds(state: SessionState) -> float:
    """Seconds the target took when it last ran."""
    run: Run | None = state.last_target_run
    return max(run.report.duration, _START) if run and run.report else 1.0


def _is_tied(state: SessionState) -> bool:
    return bool(state.suspects) and state.suspects[0].ties > 1


def _likeliest(state: SessionState) -> float:
    return max((each.probability for each in state.standing_suspects), default=0.0)


def _flaky(state: SessionState) -> str:
    return "it fails only sometimes: one green run shows nothing" if state.history.is_flaky else ""


# Lines


def _lines_tell(state: SessionState) -> tuple[float, str]:
    del state
    return 1.0, "nothing is measured yet: the lines it runs say most"


def _suite_tells(state: SessionState) -> tuple[float, str]:
    if _is_tied(state):
        return 0.4, "the top is tied: tests of other files may part it"
    passing = state.spectrum.passing if state.spectrum else 0
    if passing < FEW_NEIGHBOURS:
        return 0.3, f"it is compared with {passing} passing tests: those of other files part more"
    return 0.1, "more passing tests part more"


def _seconds_of_suite(state: SessionState) -> float:
    known = suite_seconds(state)
    return 2.5 * known if known else SUITE_SECONDS


def _suite_for(state: SessionState, left: float) -> cmd.Suspects:
    seconds = 0.0 if suite_seconds(state) else min(SUITE_SECONDS, left / 2)
    return cmd.Suspects(scope="suite", seconds=seconds)


def _no_suite(state: SessionState) -> str:
    if why_not := why_not_measured(state):
        return why_not
    if not is_done(state, BY_NAME["lines"]):
        return "the lines of its own file come first"
    few = is_measured(state) and state.spectrum is not None and state.spectrum.passing < FEW_NEIGHBOURS
    return "" if few or suite_seconds(state) else "how long the whole suite takes is not known"


# Mutations


def _no_mutations(state: SessionState) -> str:
    return _flaky(state) or why_not_mutated(state)


def _mutate_for(state: SessionState, left: float) -> cmd.TryMutants:
    seconds = min(left, MAX_MUTATING)
    others = (each for each in MEASUREMENTS if each.name != "mutations")
    waiting = (each for each in others if not is_done(state, each) and not why_not_now(state, each))
    reserve = min(sum(each.seconds(state) for each in waiting), RESERVED * left)
    more = max(0.0, min(MORE_MUTATING, left - seconds - reserve))
    return cmd.TryMutants(budget=seconds, more=more, on=cluster_of(state))


def _mutations_tell(state: SessionState) -> tuple[float, str]:
    """Little for what they take: most defects are no small edit away, and until one is found a round goes on."""
    if _is_tied(state):
        return 0.25, "the top is tied: a change that turns the test green names the place"
    if _likeliest(state) < LIKELY:
        return 0.2, "no place is likely enough: a change that turns the test green names one"
    return 0.1, "a change that turns the test green confirms the place"


def _are_mutations_known(state: SessionState) -> bool:
    key, known = failure_key(state), state.mutants
    return key is not None and known is not None and (known.test, state.same_tree(known.tree)) == key


# Calls


def _no_calls(state: SessionState) -> str:
    if why_not := _flaky(state) or why_not_traced(state):
        return why_not
    passing = state.spectrum.passing if state.spectrum else 0
    return "" if passing else "no test of its file passes, so there is nothing to compare its calls with"


def _are_calls_known(state: SessionState) -> bool:
    key, run = failure_key(state), state.run(state.calls.trace.run) if state.calls else None
    return bool(
        key
        and run
        and run.report
        and state.calls
        and state.calls.trace.test == key.test
        and state.same_tree(run.report.tree) == key.tree
    )


# Origins


def _no_origins(state: SessionState) -> str:
    if why_not := why_not_followed(state):
        return why_not
    return "" if question_of(state) else "the failure names no line of the project"


def _are_origins_known(state: SessionState) -> bool:
    key, known = failure_key(state), state.wrong_value
    run = state.run(known.run) if known else None
    if key is None or known is None or run is None or run.report is None:
        return False
    return (known.test, state.same_tree(run.report.tree)) == key


def _origins_tell(state: SessionState) -> tuple[float, str]:
    seen = failure_in_view(state)
    if seen and seen[1].difference:
        return 0.4, "two values differ: where did the wrong one come from?"
    return 0.2, "where did the value come from that the failing line uses?"


# Searches


def _edited(state: SessionState) -> int:
    """Count the hunks that differ from the last pass or the last commit: outside of tests, and of prose that they did not open."""
    files = state.changes.files if state.changes else ()
    seen = failure_in_view(state)
    opened = frozenset(seen[0].report.opened if seen and seen[0].report else ())
    return sum(
        max(1, len(each.hunks))
        for each in files
        if not is_test_path(each.path) and (each.path in opened or not each.path.endswith(_PROSE))
    )


def _no_edits(state: SessionState) -> str:
    if why_not := _flaky(state) or why_not_searched(state, SEARCH_KINDS["edits"]):
        return why_not
    hunks = _edited(state)
    if not hunks:
        return "no code was edited since it passed"
    return "" if hunks <= MAX_HUNKS else f"{hunks} hunks were edited, too many to try by itself"


def _no_history(state: SessionState) -> str:
    if why_not := _flaky(state) or why_not_searched(state, SEARCH_KINDS["commits"]):
        return why_not
    commit = state.opened.checkout.commit if state.opened else ""
    if not commit:
        return "the project has no commits"
    return "code is edited and not committed: the edits come first" if _edited(state) else ""


def _history_tells(state: SessionState) -> tuple[float, str]:
    seen = None if state.last_pass else failure_in_view(state)
    past = changes_since_past_pass(state, *seen) if seen else None
    if past and past.files:
        return 0.5, f"{past.label}: which commit since broke it?"
    return 0.06, "the code is committed: did an older commit pass?"


def _edits_tell(state: SessionState) -> tuple[float, str]:
    if state.last_pass:
        return 0.8, f"it passed in #{state.last_pass.number}: which edit broke it?"
    return 0.5, "code differs from the last commit: does it pass without that?"


def _is_searched(name: str) -> Callable[[SessionState], bool]:
    def ask(state: SessionState) -> bool:
        edited = state.last_edit.at if state.last_edit else 0.0
        return any(
            each.request.kind == name
            and each.began >= edited
            and each.result
            and each.result.how in {"found", "nothing", "failed"}
            for each in state.searches
        )

    return ask


def _search(name: str) -> Callable[[SessionState, float], cmd.Command]:
    """Return what begins a search; one by itself takes a commit back only where code that coach put together is confined."""

    def ask(state: SessionState, _left: float) -> cmd.BeginSearch:
        on = cluster_of(state)
        width = 0 if on else limits_of(state).cores  # the setting is of this machine's cores
        return cmd.BeginSearch(kind=name, width=width, proves=is_confined(state), on=on)

    return ask


MEASUREMENTS: tuple[MeasurementKind, ...] = (
    MeasurementKind(
        name="lines",
        title="lines of its own file",
        why_not=why_not_measured,
        is_known=is_measured,
        seconds=lambda state: 2.5 * _run_seconds(state),
        tells=_lines_tell,
        command=lambda _state, left: cmd.Suspects(scope="file", seconds=max(MIN_TRACING, left / 3)),
    ),
    MeasurementKind(
        name="mutations",
        title="small mutations",
        why_not=_no_mutations,
        is_known=_are_mutations_known,
        seconds=lambda state: min(MAX_MUTATING, 10 * _run_seconds(state) + 5),
        tells=_mutations_tell,
        command=_mutate_for,
        changes_code=True,
    ),
    MeasurementKind(
        name="calls",
        title="who calls whom",
        why_not=_no_calls,
        is_known=_are_calls_known,
        seconds=lambda state: 2 * _run_seconds(state),
        tells=lambda _state: (0.25, "tests like it pass: where do its calls part from theirs?"),
        command=lambda _state, _left: cmd.TraceCalls(),
    ),
    MeasurementKind(
        name="origins",
        title="where the value came from",
        why_not=_no_origins,
        is_known=_are_origins_known,
        seconds=lambda state: 2 * _run_seconds(state),
        tells=_origins_tell,
        command=lambda _state, _left: cmd.TraceOrigins(),
    ),
    MeasurementKind(
        name="edits",
        title="which edit broke it",
        why_not=_no_edits,
        is_known=_is_searched("edits"),
        seconds=lambda state: (
            (2 + 2 * min(_edited(state), MAX_HUNKS) ** 0.7) * (_run_seconds(state) + _START)
        ),
        tells=_edits_tell,
        command=_search("edits"),
        test_runs=6,
        changes_code=True,
    ),
    MeasurementKind(
        name="regression",
        title="was it ever green",
        why_not=_no_history,
        is_known=_is_searched("commits"),
        seconds=lambda state: 8 * (_run_seconds(state) + _START),
        tells=_history_tells,
        command=_search("commits"),
        test_runs=10,
    ),
    MeasurementKind(
        name="suite",
        title="lines of the whole suite",
        why_not=_no_suite,
        is_known=lambda state: is_measured(state, "suite"),
        seconds=_seconds_of_suite,
        tells=_suite_tells,
        command=_suite_for,
        most=3.0,
    ),
)
"""Every kind of measurement; the order decides between equals."""
BY_NAME = {each.name: each for each in MEASUREMENTS}


def title_of(name: str) -> str:
    """Return a measurement in words; the name itself where only another version of coach knows it."""
    kind = BY_NAME.get(name)
    return kind.title if kind else name
