"""What the whole suite says of a fix: no test is newly red, none is gone, skipped or emptied.

A test that is red in the suite of now and was not in the one before is run again alone, now and before the fix, before
it counts: alone it may be green (it is red in company or under load only), or red on both sides (it was so all along).
"""

from collections import Counter
from collections.abc import Iterator

from coach.core.base.test_id import TestId
from coach.core.loops.attempt import FindingKind
from coach.core.runs.report import RunReport
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.verify.proof_line import line, not_asked, objected
from coach.core.verify.verification import VerificationCheck

MAX_AGAIN = 5
"""Newly red tests that are run again alone; with more, the suite itself is not what it was."""
NO_SUITE = "no suite to compare with"
_NEW, _LOST = "no new failure in the whole suite", "no test skipped or gone"
_EMPTIED = "asserts nothing"
_LOWERED: frozenset[FindingKind] = frozenset(
    {"test-gone", "skip-added", "trivial-assertion", "narrowed", "patched-in-conftest"}
)


def baseline_of(state: SessionState) -> Run | None:
    """Return the last trustworthy run of the whole suite on the tree the session opened with."""
    for run in reversed(state.runs):
        if (
            run.request.purpose == "baseline"
            and run.report
            and _is_told(run.report)
            and not run.report.not_about_the_code
        ):
            return run
    return None


def _is_told(report: RunReport) -> bool:
    """Whether a run of the suite says of every file how it did; where none could be loaded, that is what it says."""
    return report.ending.is_complete or (report.ending.kind == "collection_error" and bool(report.failures))


def suite_of(state: SessionState, runs: tuple[Run, ...]) -> Run | None:
    """Return the newest run of the whole suite in a verification, on this machine; where the suite is the target, the target's."""
    wanted = "verify" if is_suite(state) else "suite"
    here = (run for run in reversed(runs) if not run.request.on)
    return next((run for run in here if run.request.purpose == wanted), None)


def is_suite(state: SessionState) -> bool:
    """Whether the target is the whole suite, so that it needs no second run."""
    return state.target.can("suite") and not state.target.words


def has_suite(state: SessionState, suite: Run | None) -> bool:
    """Whether there is a suite at all: a runner that can run all tests has one, unless it finds no test now and found none before."""
    if not state.target.can("suite"):
        return False
    before = next((run for run in reversed(state.runs) if run.request.purpose == "baseline"), None)
    is_empty = suite is not None and _is_empty(suite)
    return not (is_empty and (before is None or _is_empty(before)))


def _is_empty(run: Run) -> bool:
    return run.report is not None and run.report.ending.kind == "no_tests"


# --- new failures ------------------------------------------------------------------------------------------------------


def newly_red(state: SessionState, suite: Run | None) -> tuple[TestId, ...]:
    """Return the tests that are red in the suite of now and not in the one before, sorted; none without a baseline."""
    baseline = baseline_of(state)
    if suite is None or suite.report is None or not _is_told(suite.report) or baseline is None:
        return ()
    return tuple(sorted({each.test for each in suite.failing} - _red_before(baseline, suite)))


def _red_before(baseline: Run, suite: Run) -> set[str]:
    """Return the tests that were red in the suite before; of a copy where acts were refused, those that fail alike now."""
    is_refused = baseline.report is not None and bool(baseline.report.refused)
    alike = set(suite.strict)
    return {each.test for each in baseline.failing if not is_refused or each.strict in alike}


def to_run_again(state: SessionState, runs: tuple[Run, ...]) -> tuple[TestId, ...]:
    """Return the newly red tests that are worth a run alone, in the checkout."""
    new = tuple(test for test in newly_red(state, suite_of(state, runs)) if test.is_in_file)
    return new if 0 < len(new) <= MAX_AGAIN else ()


def to_run_before(state: SessionState, runs: tuple[Run, ...]) -> tuple[TestId, ...]:
    """Return those of them that are red alone too, and were there before the fix: how were they alone, then?"""
    again = _newest(runs, "again")
    if again is None or not _says_each(again):
        return ()
    red = {each.test for each in again.failing}
    known = _names(baseline_of(state))
    return tuple(
        test for test in to_run_again(state, runs) if test in red and (not known or test.function in known)
    )


def _newest(runs: tuple[Run, ...], purpose: str) -> Run | None:
    return next((run for run in reversed(runs) if run.request.purpose == purpose), None)


def _says_each(run: Run) -> bool:
    """Whether a run of several tests came to its end, each test with a report."""
    report = run.report
    if report is None or (report.refused and run.failing):
        return False
    return report.ending.is_complete and not report.not_about_the_code


def _is_green(run: Run | None, test: str) -> bool:
    """Whether a test passed in a run of a few tests: not red, not skipped, and it was there."""
    if run is None or run.report is None or not _says_each(run):
        return False
    report = run.report
    if report.passed:
        return test in report.passed
    ran = test not in report.skipped and all(each.test != test for each in report.not_run)
    return ran and bool(report.counts.passed) and all(each.test != test for each in run.failing)


def no_new_failures(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    """Answer whether the fix turned a test red that was not before."""
    suite, baseline = suite_of(state, runs), baseline_of(state)
    if not has_suite(state, suite):
        return not_asked("no-new-failures", _NEW, NO_SUITE)
    numbers = tuple(run.number for run in (suite, baseline) if run)
    report = suite.report if suite else None
    if suite is None or report is None or not _is_told(report):
        figure = report.ending.sentence if report else "the suite was not run"
        return objected(state, "no-new-failures", _NEW, figure, [("suite", figure)], numbers)
    if not suite.failing:
        return line(
            "no-new-failures", _NEW, f"{report.counts.passed} passed, none failed", passed=True, runs=numbers
        )
    if baseline is None:
        tests = sorted({each.test for each in suite.failing})
        figure = f"{len(tests)} failed; without a baseline they cannot be told from old ones"
        found = [(test, f"red, and not known how it was before: {test}") for test in tests]
        return objected(state, "no-new-failures", _NEW, figure, found, numbers)
    return _compared(state, runs, suite, numbers)


def _compared(
    state: SessionState, runs: tuple[Run, ...], suite: Run, numbers: tuple[int, ...]
) -> VerificationCheck:
    new = newly_red(state, suite)
    now, before = _newest(runs, "again"), _newest(runs, "again-before")
    numbers += tuple(run.number for run in (now, before) if run)
    flaky = [test for test in new if _is_green(now, test)]
    red_before = {each.test for each in before.failing} if before and _says_each(before) else set()
    old = [test for test in new if test in red_before]
    counted = [test for test in new if test not in flaky and test not in old]
    told = [
        f"not counted: {test} is red in company or under load only, green alone in #{now.number}"
        for test in flaky
        if now
    ]
    told += [
        f"not counted: {test} is red alone before the fix too, in #{before.number}" for test in old if before
    ]
    if counted:
        figure = "; ".join([f"{len(counted)} new: {counted[0]}", *told])
        found = [(test, f"new: {test}{_alone(test, now, before)}") for test in counted]
        return objected(state, "no-new-failures", _NEW, figure, found, numbers)
    failed = len({each.test for each in suite.failing}) - len(new)
    parts = (
        [f"{failed} failed, as before the fix"]
        if failed
        else [f"{suite.report.counts.passed} passed" if suite.report else ""]
    )
    return line("no-new-failures", _NEW, "; ".join([*parts, *told]), passed=True, runs=numbers)


def _alone(test: str, now: Run | None, before: Run | None) -> str:
    """Say how a newly red test did alone, as far as that was seen."""
    if now is None or all(each.test != test for each in now.failing):
        return ""
    return f", red alone in #{now.number}" + (
        f", green before in #{before.number}" if _is_green(before, test) and before else ""
    )


# --- nothing lost ------------------------------------------------------------------------------------------------------


def nothing_lost(state: SessionState, runs: tuple[Run, ...]) -> VerificationCheck:
    """Answer whether every test that ran before the fix still runs, and still asks for something."""
    suite, baseline = suite_of(state, runs), baseline_of(state) or _died_baseline(state)
    lowered = list(_lowered(state))
    if not has_suite(state, suite):
        if lowered:
            return objected(state, "nothing-lost", _LOST, _first(lowered), lowered)
        return not_asked("nothing-lost", _LOST, NO_SUITE)
    now = suite.report if suite else None
    if now is None or not _is_told(now):
        return objected(
            state,
            "nothing-lost",
            _LOST,
            "the suite was not run",
            [("suite", "the suite was not run"), *lowered],
        )
    if baseline is None or baseline.report is None:
        return objected(
            state,
            "nothing-lost",
            _LOST,
            "no baseline to compare with",
            [("baseline", "no baseline to compare with"), *lowered],
        )
    found = [*_gone(baseline.report, now), *_newly_skipped(baseline.report, now), *lowered]
    if found:
        return objected(state, "nothing-lost", _LOST, _first(found), found)
    figure = f"{now.counts.selected} tests, {baseline.report.counts.selected} before"
    return line("nothing-lost", _LOST, figure, passed=True)


def _first(found: list[tuple[str, str]]) -> str:
    more = len({key for key, _ in found}) - 1
    return found[0][1] + (f", and {more} more" if more > 0 else "")


def _died_baseline(state: SessionState) -> Run | None:
    """Return the baseline where dying is the failure: it does not end, but how many tests there were is known."""
    runs = (run for run in reversed(state.runs) if run.request.purpose == "baseline" and run.report)
    known = (run for run in runs if run.report and run.report.counts.selected)
    return next(known, None) if state.workflow.oracle == "crash" else None


def _gone(before: RunReport, now: RunReport) -> Iterator[tuple[str, str]]:
    """Name the tests that ran before and do not now; without names, by their number."""
    if not before.ran or not now.ran:
        gone = before.counts.selected - now.counts.selected
        if gone > 0:
            yield "fewer", f"{gone} fewer tests than before"
        return
    left_out = {test.function for test in now.skipped} | {
        each.test.function for each in now.not_run if each.how in {"skipped", "xfailed"}
    }
    present = {each.path: each for each in now.ran}
    for file in before.ran:
        here = present.get(file.path)
        count = here.count if here else 0
        if not file.names or (here and not here.names):
            if count < file.count:
                yield file.path, f"{file.path} runs {count} tests, {file.count} before"
            continue
        names = Counter(here.names if here else ())
        for name, number in Counter(file.names).items():
            test = TestId.of(file.path, name)
            if not names[name] and test not in left_out:
                yield test, f"{name} is gone from {file.path}"
            elif 0 < names[name] < number:
                yield test, f"{name} in {file.path} has {names[name]} cases, {number} before"


def _newly_skipped(before: RunReport, now: RunReport) -> Iterator[tuple[str, str]]:
    for test in sorted(set(now.skipped) - set(before.skipped)):
        yield test, f"newly skipped: {test}"


def _lowered(state: SessionState) -> Iterator[tuple[str, str]]:
    """Name what the edits themselves show: tests gone, skipped, emptied or left out by a setting."""
    pinned = state.pin.test.function if state.pin else ""
    for each in state.lowered:
        key = each.test if each.function else each.path
        is_lost = each.kind in _LOWERED or (each.kind == "fewer-assertions" and _EMPTIED in each.text)
        if key != pinned and is_lost:
            yield key, f"{each.path}: {each.text}"


def _names(run: Run | None) -> frozenset[TestId]:
    """Return the tests that a run ran, without their parameters; empty when it did not say."""
    files = run.report.ran if run and run.report else ()
    return frozenset(TestId.of(file.path, name) for file in files for name in file.names)
