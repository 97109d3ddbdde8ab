"""Whether a failure is old: where a notice hangs on it, the test is run once in a copy of the commit checked out.

It is a plain cold run of a recorded commit: nothing of the checkout is touched. By itself coach makes it while nothing else
runs, under the limits of investigations; any other run comes first, and then it is made again.
"""

from coach.core.base.test_id import TestId
from coach.core.decide.decision import CLOSED, Draft
from coach.core.decide.run_start import start_next
from coach.core.localize.measurement import Limits
from coach.core.log import events as ev
from coach.core.loops.history import LATELY
from coach.core.runs.report import RunReport
from coach.core.runs.run import Run
from coach.core.session.state import SessionState

MAX_TESTS = 20
"""Tests that one run in the copy is asked about."""
_COMES_AGAIN = frozenset({"superseded", "interrupted"})
_NOTHING_RAN = frozenset({"no_tests", "usage_error"})


def open_question(state: SessionState) -> ev.LoopNoticed | None:
    """Return the newest notice that would be louder if its test had failed before any edit, and that nobody answered."""
    recent = [each.loop for each in state.notices[-8:] if each.loop.doubt and not each.answer]
    if not recent:
        return None
    runs = {trial.run for trial in state.history.trials[-LATELY:]}
    known = state.history.dated
    for loop in reversed(recent):
        if loop.run in runs and any(each.function not in known for each in loop.doubt):
            return loop
    return None


def why_never_dated(state: SessionState) -> str:
    """Say why no run can tell in this session whether a test failed before any edit; empty when one may."""
    if state.opened is None or not state.opened.checkout.commit:
        return "no commit is checked out"
    return ""


def why_not_dated(state: SessionState) -> str:
    """Say why the run that tells how old a failure is cannot be made now; empty when it can and something hangs on it."""
    if state.closed:
        return CLOSED.reason
    if state.imported or open_question(state) is None:
        return "nothing hangs on whether a failure is old"
    if state.is_in_series:
        return "a series of runs is under way; ‹cancel› stops it"
    if any(run.request.purpose == "at-head" for run in state.under_way):
        return "that is being measured"
    return why_never_dated(state)


def begin_dating(draft: Draft, *, by_itself: bool) -> bool:
    """Start the run in the copy, where it can be made. Returns whether it is under way."""
    state = draft.state
    loop = open_question(state)
    if loop is None or state.opened is None or why_not_dated(state):
        return False
    tests = tuple(dict.fromkeys(each.function for each in loop.doubt))[:MAX_TESTS]
    start_next(
        draft,
        "at-head",
        state.target.only(*tests) if state.target.can("select") else state.target,
        within=_limits(state).seconds if by_itself else 0.0,
        tree=state.opened.checkout.commit,
        about=loop.doubt[:MAX_TESTS],
        by_itself=by_itself,
    )
    return True


def begin_dating_by_itself(draft: Draft) -> None:
    """Start it in idle time, where the settings let coach measure by itself."""
    if open_question(draft.state) is not None and _may_by_itself(draft.state):
        begin_dating(draft, by_itself=True)


def _may_by_itself(state: SessionState) -> bool:
    """Whether an investigation might run the test now."""
    found = state.investigation if state.is_investigating else None
    if found and (found.paused or found.current):
        return False
    is_idle = not (state.under_way or state.search)
    return is_idle and (found is not None or state.is_investigated_automatically) and _is_within(state)


def is_dated_by_itself(state: SessionState) -> bool:
    """Whether coach makes the run as soon as nothing else runs."""
    return state.is_investigated_automatically and _is_within(state)


def _is_within(state: SessionState) -> bool:
    """Whether the test may be run once more by itself."""
    measured = state.investigation.test_runs if state.investigation else 0
    made = sum(run.request.purpose == "at-head" for run in state.runs[-LATELY:])
    return measured + made < _limits(state).runs


def newest_age(state: SessionState) -> str:
    """Return what the newest run tells of how old a failure is; empty where it is about something else."""
    last = state.runs[-1] if state.runs else None
    if last is None or last.request.purpose != "at-head":
        return ""
    return next((each.answer for each in reversed(state.notices) if each.loop.doubt and each.answer), "")


def _limits(state: SessionState) -> Limits:
    return state.limits.limits if state.limits else Limits()


def dated(state: SessionState, run: Run) -> ev.FailureDated | None:
    """Return what a run in the copy says; None where it is another run, or one that is made again."""
    report = run.report
    if run.request.purpose != "at-head" or report is None or report.ending.kind in _COMES_AGAIN:
        return None
    asked = {each.function for each in run.request.about}
    hangs = next(
        (
            each.loop
            for each in reversed(state.notices)
            if each.loop.doubt and asked <= {test.function for test in each.loop.doubt}
        ),
        None,
    )
    failed, passed = _outcomes(run, report)
    unknown = asked - failed - passed
    why = _why_unknown(report) if unknown else ""
    return ev.FailureDated(
        run=run.number,
        commit=run.request.tree,
        pattern=hangs.pattern if hangs else "",
        of_run=hangs.run if hangs else 0,
        failed=tuple(sorted(failed)),
        passed=tuple(sorted(passed)),
        unknown=tuple(sorted(unknown)),
        why=why,
        sentence=_sentence(run, failed, passed, why),
    )


def _outcomes(run: Run, report: RunReport) -> tuple[frozenset[TestId], frozenset[TestId]]:
    """Return the tests, cases apart, that failed and that passed on HEAD; what is in neither is not known.

    Green is a pass of the tests that were asked for only where no others ran: of many, one may have been missing.
    """
    if report.not_about_the_code:
        return frozenset(), frozenset()
    asked = frozenset(each.function for each in run.request.about)
    failed = asked & {each.test.function for each in report.failures if each.phase != "collect"}
    is_pass = run.judged is not None and run.judged.outcome == "PASS" and report.counts.passed > 0
    is_green = is_pass and run.request.target.can("select")
    not_passed = {each.function for each in report.skipped} | {each.test.function for each in report.not_run}
    seen = asked if is_green else {each.function for each in report.passed}
    return failed, (asked & seen) - failed - not_passed


def _why_unknown(report: RunReport) -> str:
    if report.not_about_the_code:
        return report.not_about_the_code
    broken = next((each for each in report.failures if each.phase == "collect"), None)
    if broken:
        return f"{broken.test.file} cannot be loaded on HEAD: {broken.headline}"
    if report.ending.kind in _NOTHING_RAN or report.not_run:
        return "HEAD has no such test"
    return report.ending.sentence or "the run on HEAD does not tell"


def _sentence(run: Run, failed: frozenset[TestId], passed: frozenset[TestId], why: str) -> str:
    if failed:
        return f"{min(failed)} failed on HEAD too (#{run.number}): the test changed after a red that is old"
    if why:
        return f"whether {run.request.about[0].function} failed on HEAD is not known: {why}"
    return (
        f"{min(passed)} passed on HEAD, in one run (#{run.number}): an edit since then made it fail, and the test may "
        "expect what the code does now"
    )
