"""What runs when: after a save the failing tests, then the target, then what the change concerns, then all.

Each stage begins when the one before is green, and only as far as the scope of the session reaches; a save supersedes
whatever is under way and begins anew. Warm runs are feedback: what a warm run says of the target is confirmed cold by
itself when it is green, strange, or awaited by a prediction; only the cold run is evidence.
"""

from collections.abc import Mapping

from coach.core.decide.assistant_limits import why_no_run_by
from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.run_start import start_run
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import Ability, who_can
from coach.core.runs.run import Run
from coach.core.runs.run_scope import SCOPE_WORDS, Scope, reaches
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

MAX_FAILURES_FIRST = 20
"""More failing tests than this are not worth a run of their own before the target."""
_NEEDED: Mapping[Scope, Ability] = {"failures": "select", "related": "python", "all": "suite"}
"""What the runner of the target must be able to do for a scope other than the target."""


def begin_feedback(draft: Draft) -> None:
    """Start the first run after a save: the failing tests alone when the target is more than they."""
    first = failing_first(draft.state)
    if first is None:
        start_run(draft, "feedback")
    else:
        start_run(draft, "feedback", "failures", first)


def failing_first(state: SessionState) -> Target | None:
    """Return the tests that failed last, when they are fewer than the target; None when the target itself comes first."""
    run = state.last_red
    if (
        not state.target.can("select")
        or state.target.is_one_test
        or run is None
        or run is not state.last_target_run
    ):
        return None
    tests = tuple(dict.fromkeys(each.test for each in run.failing if each.test.is_in_file))
    is_whole = run.report is not None and run.report.counts.selected <= len(tests)
    return state.target.only(*tests) if 0 < len(tests) <= MAX_FAILURES_FIRST and not is_whole else None


def follow_feedback(draft: Draft, run: Run) -> None:
    """Decide what comes after a run on save, or after the cold run that confirms it."""
    state = draft.state
    if run.judged is None or run.report is None or _is_busy(state):
        return
    _say_cold(draft, run)
    if run.is_stale:
        _run_again(draft, run)
        return
    if run.request.purpose == "confirm":
        _compare(draft, run)
    elif run.request.covers == "target" and run.report.warm and _needs_confirmation(state, run):
        start_run(draft, "confirm")
        return
    is_green = run.judged.outcome == "PASS"
    match run.request.covers:
        case "failures":
            if is_green or state.scope != "failures":
                _go_on(draft, "target")
        case "target" if is_green:
            _go_on(draft, "related" if state.target.can("python") else "all")
        case "related" if is_green:
            _go_on(draft, "all")
        case _:
            pass


def _is_busy(state: SessionState) -> bool:
    return state.is_in_series or state.awaited_search is not None or bool(state.awaited_runs)


def _needs_confirmation(state: SessionState, run: Run) -> bool:
    """Green and what no rule explains must hold in a cold run; so must what a prediction is judged by."""
    assert run.judged is not None
    awaited = any(each.prediction.expects and each.after_run < run.number for each in state.open_hypotheses)
    return awaited or not run.failing


def _run_again(draft: Draft, stale: Run) -> None:
    """An outcome of no single tree is followed by one of the present: the save may have been told before the run began.

    Not when the run before it was stale by the same files: then the tests themselves write sources, and would for ever.
    """
    state = draft.state
    assert stale.report is not None
    earlier = (each for each in reversed(state.runs) if each.number < stale.number and each.report)
    before = next(
        (each.report for each in earlier if each.report and each.report.ending.kind != "superseded"), None
    )
    if state.watching and (before is None or before.changed_during != stale.report.changed_during):
        begin_feedback(draft)


def _say_cold(draft: Draft, run: Run) -> None:
    """Say why a run on save was cold, once for each reason."""
    assert run.report is not None
    earlier = (
        each.report for each in reversed(draft.state.runs) if each.request.warm and each.number < run.number
    )
    before = next((report.cold_because for report in earlier if report), "")
    if run.report.cold_because not in {"", before}:
        draft.notice = f"this run was cold: {run.report.cold_because}"


def _compare(draft: Draft, confirmed: Run) -> None:
    """Say it when the cold run does not confirm the warm one: the cold one counts."""
    warm = next(
        (each for each in reversed(draft.state.runs) if each.number < confirmed.number and each.is_warm), None
    )
    if warm and warm.judged and confirmed.judged and warm.judged.outcome != confirmed.judged.outcome:
        words = {"PASS": "green", "FAIL": "red", "UNRESOLVED": "unresolved"}
        said, cold = words[warm.judged.outcome], words[confirmed.judged.outcome]
        draft.notice = (
            f"warm #{warm.number} was {said}, cold #{confirmed.number} is {cold}: the cold run counts"
        )


def _go_on(draft: Draft, goal: Scope) -> None:
    state = draft.state
    if not reaches(state.scope, goal):
        return
    if goal == "related":
        paths = _changed_paths(state)
        if paths:
            draft.perform(eff.FindRelated(paths=paths))
    elif goal == "all":
        if state.target.can("suite") and state.target.words:
            start_run(draft, "feedback", "all", state.target.only())
    else:
        start_run(draft, "feedback")


def _changed_paths(state: SessionState) -> tuple[str, ...]:
    """Return the files saved since everything was last seen green, oldest first."""
    wide = (run for run in reversed(state.runs) if run.request.covers == "all" and run.judged)
    since = next((run.number for run in wide if run.judged and run.judged.outcome == "PASS"), 0)
    return tuple(
        dict.fromkeys(path for edit in state.edits if edit.after_run >= since for path in edit.paths)
    )


@decide.register
def _(message: obs.RelatedFound, state: SessionState) -> Decision | Refusal:
    """Run the tests that the change concerns; without any, go on to all."""
    if state.closed or _is_busy(state) or message.paths != _changed_paths(state):
        return Decision()  # something newer is under way, or the files have changed again
    draft = Draft(state)
    found = state.target.only(*message.tests)
    if message.tests and found != state.target:
        start_run(draft, "feedback", "related", found)
    else:
        _go_on(draft, "all")
    return draft.done()


@decide.register
def _(message: cmd.SetScope, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return CLOSED
    scope = message.scope
    if scope == state.scope:
        return Refusal(f"the scope is that already: {SCOPE_WORDS[scope]}")
    return Decision(events=(ev.ScopeChanged(scope=scope),), notice=f"on save: {SCOPE_WORDS[scope]}")


@decide.register
def _(message: cmd.RunTarget, state: SessionState) -> Decision | Refusal:
    """Run the target, or another scope of it, now; a scope that is named stays in force for saves."""
    if state.closed:
        return CLOSED
    if why_not := why_no_run_by(message.by, state):
        return Refusal(why_not)
    draft = Draft(state)
    if state.plan:
        draft.record(ev.VerificationVoided(why="another run was asked for"))
    if message.scope and message.scope != state.scope:
        draft.record(ev.ScopeChanged(scope=message.scope))
    needed = _NEEDED.get(message.scope or "target")
    if needed and state.target.can(needed):
        return _run_scope(draft, message)
    if needed:
        draft.notice = f"{who_can(needed)}; the target runs as it is"
    start_run(draft, message.purpose)
    return draft.done()


def why_not_narrowed(state: SessionState) -> str:
    """Say why the failing tests cannot be run alone now; empty when they can."""
    if state.closed:
        return CLOSED.reason
    if not state.target.can("select"):
        return who_can("select")
    return "" if _known_failing(state) else "no failing test is known; ‹run› runs the target"


def _known_failing(state: SessionState) -> tuple[str, ...]:
    failed = state.last_failure
    return (
        tuple(dict.fromkeys(each.test for each in failed.failing if each.test.is_in_file)) if failed else ()
    )


def _run_scope(draft: Draft, message: cmd.RunTarget) -> Decision | Refusal:
    state = draft.state
    if message.scope == "failures":
        tests = _known_failing(state)
        if not tests:
            return Refusal(why_not_narrowed(state))
        chosen = state.target.only(*tests)
        start_run(draft, message.purpose, "target" if chosen == state.target else "failures", chosen)
    elif message.scope == "all":
        start_run(draft, message.purpose, "all", state.target.only())
    else:
        paths = _changed_paths(state)
        if not paths:
            return Refusal("nothing was changed in this session; ‹suite› runs all tests")
        if state.under_way:
            draft.perform(eff.StopRuns(superseded=True))
        draft.perform(eff.FindRelated(paths=paths))
    return draft.done()
