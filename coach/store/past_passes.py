"""Find runs of past sessions in which a test passed, and the tree that each was of.

The index says which sessions are of the project; of their logs only the lines of runs are decoded. That a test passed is known
where it was the whole target, where its outcome was asked for, or where a verification kept its name; a green run of a
file does not say which tests the file had then.
"""

from collections.abc import Iterator

from coach.core.base.test_id import TestId
from coach.core.history.past_pass import PastPass
from coach.core.log import events as ev
from coach.core.runs.run import Run
from coach.regular_files import bounded_lines, opened
from coach.store.index import log_of
from coach.store.library import Query, search
from coach.store.lines import read_line
from coach.store.paths import MAX_LINE

MOST_SESSIONS = 20
"""Sessions that are looked through, newest first: each log costs some milliseconds, and what is older differs by too much."""
MOST_BYTES = 20_000_000
"""A log that is larger is not looked through: that would take seconds."""
_READ = (b'"kind":"session_opened"', b'"kind":"run_started"', b'"kind":"run_finished"')
_FRONT = 80
"""Bytes of a line in which its kind stands."""


def past_passes(test: TestId, project: str, besides: str) -> Iterator[PastPass]:
    """Yield the newest pass of a test in each past session of a project, the most recently used session first.

    Args:
        test: its id.
        project: where the sessions were started, as the index lists it.
        besides: the session that asks.

    Raises:
        StoreError: the logs cannot be listed.

    """
    found, _ = search(Query(project=project, is_whole=True), MOST_SESSIONS + 1)
    for each in found:
        if each.id != besides and not each.imported:  # an imported session's trees are on another machine
            passed = _newest_pass(each.id, test)
            if passed:
                yield passed


def _newest_pass(session: str, test: TestId) -> PastPass | None:
    checkout = ev.Checkout(root="")
    begun: dict[int, Run] = {}
    newest: PastPass | None = None
    for record in _records(session):
        match record.event:
            case ev.SessionOpened(checkout=known):
                checkout = known
            case ev.RunStarted(request=asked):
                begun[asked.number] = Run(request=asked.request(), started=record.at)
            case ev.RunFinished(number=number, report=report, failing=failing, judged=judged):
                run = begun.pop(number, None)
                over = run and run.model_copy(update={"report": report, "failing": failing, "judged": judged})
                if over and report.tree and shows_pass(over, test):
                    is_of_commit = checkout.tree == report.tree and not checkout.dirty_files
                    newest = PastPass(
                        session=session,
                        run=number,
                        at=over.started,
                        tree=report.tree,
                        commit=checkout.commit,
                        is_of_commit=bool(checkout.commit) and is_of_commit,
                    )
    return newest


def shows_pass(run: Run, test: TestId) -> bool:
    """Whether a run of the checkout shows for certain that a test passed, on one tree from start to end."""
    report = run.report
    if report is None or not (run.is_of_checkout and run.is_evidence) or test in report.reruns:
        return False
    if test in report.passed:
        return True
    if run.judged and run.judged.outcome == "PASS" and run.request.target.one_test == test:
        return True
    left_out = {each.test for each in report.not_run} | set(report.skipped)
    is_named = any(each.path == test.file and test.inside in each.names for each in report.ran)
    is_red = report.failures_left_out or any(each.test == test for each in report.failures)
    return is_named and report.ending.is_complete and not is_red and test not in left_out


def _records(session: str) -> Iterator[ev.Recorded]:
    """Yield the events of runs; nothing of a log that cannot be read or is very large."""
    path = log_of(session)
    try:
        if path.stat().st_size > MOST_BYTES:
            return
        with opened(path) as file:
            for line, _ in bounded_lines(file, MAX_LINE):
                front = line[:_FRONT].replace(b" ", b"")
                record = read_line(line) if any(kind in front for kind in _READ) else None
                if record:
                    yield record
    except OSError:
        return
