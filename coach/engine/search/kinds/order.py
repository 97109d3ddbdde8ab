"""Order pollution: which earlier tests make the victim fail, and what do they leave behind?

Three runs set it up (the whole order, the victim alone), ddmin does the rest. A probe collects only the files it needs.
"""

from coach.core.base.formatting import count
from coach.core.base.test_id import TestId
from coach.core.runs.reference import Reference
from coach.core.runs.variation import Order
from coach.core.search.bisect import steps_for
from coach.core.search.kinds import PollutersFound
from coach.core.search.polluter import find_polluters
from coach.core.search.repeats import any_failure, runs_for
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Answer, Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.task import Task, ended

_STEPS = 40
"""Questions a search of a thousand tests asks, for the doubt of a victim that fails only sometimes."""

_WATCHED = 20
"""Tests up to which a probe also looks at what they leave behind: the last probe is then among those."""


def search_order(task: Task) -> SearchResult:
    """Find the polluters of the target, which is one test."""
    victim = TestId(task.request.target.words[0])
    whole = task.ordered(Order(victim, watch=True), (), "the whole order", task.request.reference)
    alone = task.ordered(Order(victim, ()), (victim.file,), "the victim alone", task.request.reference)
    (in_order,), (by_itself,) = task.driver.look((whole,)), task.driver.look((alone,))
    if said := _no_pollution(in_order, by_itself, victim):
        return said
    reference = task.request.reference or Reference(run=0, failing=in_order.failing)
    return _search(task, victim, in_order, reference)


def _no_pollution(whole: Answer, alone: Answer, victim: TestId) -> SearchResult | None:
    if whole.judged.outcome == "UNRESOLVED":
        return ended("failed", f"the whole order cannot be judged: {whole.judged.reason}")
    if whole.judged.outcome == "PASS":
        return ended("nothing", f"{victim} passes after {count(len(whole.ran) - 1, 'test')} in this order")
    if alone.judged.outcome == "FAIL":
        return ended("nothing", f"{victim} fails alone as well: no other test is needed")
    if alone.judged.outcome == "UNRESOLVED":
        return ended("failed", f"the victim alone cannot be judged: {alone.judged.reason}")
    return None


def _search(task: Task, victim: TestId, in_order: Answer, reference: Reference) -> SearchResult:
    before = in_order.ran[:-1]

    def probe_of(question: tuple[tuple[TestId, ...], int]) -> Candidate:
        tests, number = question
        files = tuple(dict.fromkeys(each.file for each in (*tests, victim)))
        label = f"after {len(tests)} of {count(len(before), 'test')}"
        ordered = task.ordered(Order(victim, tests, watch=len(tests) <= _WATCHED), files, label, reference)
        return ordered.again(number)

    likely = _changers(task, victim, in_order, reference)
    task.expect(len(likely) or steps_for(len(before)))
    rate = task.request.rate
    runs = 1 if rate >= 1 else runs_for(rate, _STEPS)
    search = any_failure(find_polluters(before, likely=likely, width=task.width), runs, width=task.width)
    try:
        polluters, stopped = drive(search, probe_of, task.driver), ""
        task.confirm_smallest(polluters, lambda tests: probe_of((tests, 1)))
    except Stopped as stop:
        polluters = stop.best[0] if isinstance(stop.best, tuple) else before
        stopped = stop.why
    if stopped:
        found = PollutersFound(victim=victim, polluters=polluters, of=len(before))
        return ended("stopped", f"{stopped}: at most {count(len(polluters), 'test')} of {len(before)}", found)
    return _told(task, victim, polluters, len(before), reference)


def _changers(task: Task, victim: TestId, in_order: Answer, reference: Reference) -> tuple[TestId, ...]:
    """Return the tests that change what the victim finds changed. Between fewer tests there is time to look after each."""
    likely = in_order.changed
    while likely and len(likely) < len(in_order.ran) - 1:
        files = tuple(dict.fromkeys(each.file for each in (*likely, victim)))
        label = f"after {count(len(likely), 'test')} that change what it finds"
        probe = task.ordered(Order(victim, likely, watch=True), files, label, reference)
        if task.driver.alone(probe) != "FAIL":
            return ()
        fewer = task.driver.changed.get(probe.key, ())
        if not fewer or not set(fewer) < set(likely):
            break
        likely = fewer
    return likely


def _told(
    task: Task, victim: TestId, polluters: tuple[TestId, ...], of: int, reference: Reference
) -> SearchResult:
    """Look at what they leave behind, once more when the search did not. That this is the cause is for a person to say."""
    files = tuple(dict.fromkeys(each.file for each in (*polluters, victim)))
    last = task.ordered(Order(victim, polluters, watch=True), files, "what they leave behind", reference)
    leaked = task.driver.leaked.get(last.key)
    if leaked is None:
        (seen,) = task.driver.look((last,))
        leaked = seen.leaked
    found = PollutersFound(victim=victim, polluters=polluters, of=of, leaked=leaked)
    names = " and ".join(polluters) if len(polluters) <= 3 else f"{len(polluters)} tests together"
    left = f"; changed before it: {', '.join(leaked[:3])}" if leaked else ""
    return ended("found", f"{victim} fails after {names}{left}", found)
