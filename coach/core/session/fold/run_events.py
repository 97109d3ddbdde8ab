"""The target, its runs, the failure they show, and the edits between them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType

from coach.core.base.persistent_list import PersistentList
from coach.core.base.test_id import NO_TEST, TestId
from coach.core.base.value import replace
from coach.core.log import events as ev
from coach.core.runs.failure import FailureSignature
from coach.core.runs.reference import Reference, alike, is_of
from coach.core.runs.report import RunReport
from coach.core.runs.reproduction import Reproduction
from coach.core.runs.run import Newest, Run
from coach.core.session.entries import Edit
from coach.core.session.fold.dispatch import apply_event
from coach.core.session.state import SessionState, is_of_target

MAX_BESIDE = 500
"""Red tests beside the failure that are remembered: a suite that is red all over has one cause, not hundreds."""

MAX_SAME = 200
"""Trees of which it is remembered that they are the same as another."""


@apply_event.register
def _(event: ev.TargetChanged, state: SessionState) -> SessionState:
    fresh = replace(state, target=event.target, history=state.history.aimed(event.target.words))
    return replace(
        fresh,
        reference=None,
        newest=reduce(Newest.after, fresh.target_runs, Newest()),
        reproduction=None,
        reproduced=None,
        series_start=None,
        suspects=(),
        suspects_run=0,
        spectrum=None,
        mutants=None,
        touched=(),
        past_changes=None,
        calls=None,
        calls_passing=None,
        origins=None,
        wrong_value=None,
    )


@apply_event.register
def _(event: ev.BudgetSet, state: SessionState) -> SessionState:
    return replace(state, budget=event.seconds)


@apply_event.register
def _(event: ev.RunStarted, state: SessionState) -> SessionState:
    request = event.request.request()
    runs = PersistentList.of(state.runs).plus(Run(request=request, started=state.at))
    return replace(state, runs=runs, early_flips=() if request.tries_mutants else state.early_flips)


@apply_event.register
def _(event: ev.RunFinished, state: SessionState) -> SessionState:
    run = state.run(event.number)
    if run is None:
        return state
    done = run.model_copy(update={"report": event.report, "failing": event.failing, "judged": event.judged})
    position = len(state.runs) - 1 - next(i for i, each in enumerate(reversed(state.runs)) if each is run)
    runs = PersistentList.of(state.runs).put(position, done)
    history = state.history.working(state.at)
    history = history.finished(done, state.held_by) if _tries_target(state, done) else history
    state = replace(state, same_trees=_same_trees(state, event.report))
    flips = () if run.request.tries_mutants else state.early_flips
    seen = replace(state, runs=runs, history=history, early_flips=flips)
    if not is_of_target(done, state.target):
        return seen
    reference = state.reference or _seen_first(done)
    return replace(seen, reference=reference, newest=state.newest.after(done, reference))


def _same_trees(state: SessionState, report: RunReport) -> Mapping[str, str]:
    if not report.same_as and not report.left:
        return state.same_trees
    stands_for = state.same_tree(report.same_as or report.tree)
    known = {**state.same_trees, **{each: stands_for for each in (report.tree, report.left) if each}}
    known.pop(stands_for, None)
    return MappingProxyType(dict([*known.items()][-MAX_SAME:]))


def _seen_first(run: Run) -> Reference | None:
    """Take the first red run that gates may rest on for the failure, until it is reproduced."""
    is_red = run.judged is not None and run.judged.outcome == "FAIL"
    if not (is_red and run.failing and run.is_evidence):
        return None
    failing = alike(run.failing)
    return Reference(run=run.number, failing=failing, beside=_beside(failing, (run,)))


def _about(state: SessionState, reference: Reference) -> SessionState:
    """Let a session be about a failure; which runs show it is answered anew."""
    newest = reduce(lambda newest, run: newest.after(run, reference), state.target_runs, Newest())
    return replace(state, reference=reference, newest=newest)


@apply_event.register
def _(event: ev.FailureTaken, state: SessionState) -> SessionState:
    run = state.run(event.run)
    if run is None or not run.failing:
        return state
    chosen = alike(run.failing, event.test)
    taken = Reference(run=run.number, failing=chosen, is_reproduced=True, beside=_beside(chosen, (run,)))
    return _about(state, taken)


def _tries_target(state: SessionState, run: Run) -> bool:
    """Whether a run says how the target does; where saves run only what failed, a red run of that says it too."""
    request = run.request
    if request.in_copy or request.only_looks:
        return False
    only_failures = request.covers == "failures" and state.scope == "failures" and bool(run.failing)
    return only_failures or request.target == state.target


@apply_event.register
def _(_event: ev.ReproductionBegan, state: SessionState) -> SessionState:
    return replace(state, series_start=state.last_number + 1)


@apply_event.register
def _(event: ev.ReproductionMeasured, state: SessionState) -> SessionState:
    found = event.reproduction
    history = replace(state.history, is_flaky=found.is_reproduced and not found.is_stable)
    shown = found if found.is_reproduced else state.reproduced
    measured = replace(state, reproduction=found, reproduced=shown, series_start=None, history=history)
    is_known = state.reference is not None and state.reference.is_reproduced
    reference = None if is_known else _reproduced(state, found)
    return _about(measured, reference) if reference else measured


def _reproduced(state: SessionState, found: Reproduction) -> Reference | None:
    """Return what a measurement reproduced, as the newest of its runs shows it that says what most of them said."""
    if not found.is_reproduced:
        return None
    runs = [run for number in found.evidence if (run := state.run(number)) and run.failing]
    said = [run for run in runs if run.strict == found.strict]
    shown = next(reversed(said or runs), None)
    if shown is None:
        return None
    failing = shown.failing
    if found.test:
        together = {found.test, *(each.test for each in found.others if each.failures == found.failures)}
        like_it = alike(shown.failing, found.test)
        failing = tuple(_named(each, together) for each in like_it if _name_of(each.test, together))
    chosen = failing or shown.failing
    return Reference(run=shown.number, failing=chosen, is_reproduced=True, beside=_beside(chosen, runs))


def _beside(chosen: Sequence[FailureSignature], runs: Iterable[Run]) -> tuple[TestId, ...]:
    """Return the tests that were red in these runs and are not among the chosen ones."""
    red = dict.fromkeys(each.test for run in runs for each in run.failing)
    return tuple(test for test in red if not any(is_of(each.test, test) for each in chosen))[:MAX_BESIDE]


def _name_of(test: TestId, names: Collection[TestId]) -> TestId:
    """Return the name a test was counted by: its id, or its function's where parameters change from run to run."""
    return next((name for name in names if is_of(name, test)), NO_TEST)


def _named(failing: FailureSignature, names: Collection[TestId]) -> FailureSignature:
    return failing.model_copy(update={"test": _name_of(failing.test, names)})


@apply_event.register
def _(event: ev.EditSeen, state: SessionState) -> SessionState:
    edit = Edit(state.at, event.paths, state.last_number, state.held_by)
    edits = PersistentList.of(state.edits).plus(edit)
    history = state.history.working(state.at)
    return replace(state, edits=edits, history=history, series_start=None, is_confirmed=False)


@apply_event.register
def _(event: ev.WatchingChanged, state: SessionState) -> SessionState:
    return replace(state, watching=event.watching, watch_note=event.note)


@apply_event.register
def _(event: ev.ScopeChanged, state: SessionState) -> SessionState:
    return replace(state, scope=event.scope)


@apply_event.register
def _(event: ev.ChangesRead, state: SessionState) -> SessionState:
    changes, checkout = event.changes, state.opened.checkout if state.opened else None
    is_head = checkout is not None and checkout.commit == changes.base != ""
    unchanged = is_head and not changes.files and not changes.left_out
    history = state.history.at_head(changes.tree) if unchanged else state.history
    return replace(state, changes=changes, lowered=event.lowered, unloaded=event.unloaded, history=history)
