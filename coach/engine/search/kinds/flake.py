"""What does a flaky failure depend on: runs alone, with new hash seeds, in its file, in the whole order, and reversed.

The answer is a table of rates, and runs beside each other change rates: here one runs at a time, whatever was asked for.
On a cluster as many run at a time as were asked for: on machines of their own they do not disturb each other.
"""

from coach.core.base.formatting import count
from coach.core.base.test_id import TestId
from coach.core.runs.oracle import Outcome
from coach.core.runs.variation import Order, Variation
from coach.core.search.flake_axes import CONDITIONS, ROUNDS, Condition, Table, measure_axes, table_of
from coach.core.search.kinds import AxisFound
from coach.core.search.request import How, SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.task import Task, ended

_ONE_SEED = 0
_SHARED = (
    "rates are those of a busy machine: one worker a machine (--jobs), or no --on, measures them undisturbed"
)


def search_flake(task: Task) -> SearchResult:
    """Measure the target, which is one test, under every condition."""
    rounds = task.request.rounds or ROUNDS
    asked: dict[tuple[Condition, int], Candidate] = {}

    def probe_of(question: tuple[Condition, int]) -> Candidate:
        asked[question] = _probe(task, *question)
        return asked[question]

    try:
        table = drive(measure_axes(rounds, width=_width(task)), probe_of, task.driver)
    except Stopped as stop:
        table = _so_far(task, asked)
        return ended("stopped", f"{stop.why}: {table.sentence}", AxisFound(table=table))
    runs = count(sum(row.runs for row in table.rows), "run")
    how: How = "nothing" if table.axis in {"", "not seen"} else "found"
    return ended(how, f"{table.sentence} ({runs})", AxisFound(table=table))


def _width(task: Task) -> int:
    """Return how many run at a time, and prepare for it."""
    driver = task.driver
    if driver.cluster is None:
        driver.go_alone()
        return 1
    driver.counts_as_seen = True
    if task.width > 1 and driver.cluster.shares_hosts:
        driver.on_note(_SHARED)
    return task.width


def _so_far(task: Task, asked: dict[tuple[Condition, int], Candidate]) -> Table:
    seen: dict[Condition, list[Outcome]] = {condition: [] for condition in CONDITIONS}
    for (condition, _), probe in asked.items():
        if tried := task.driver.known.get(probe.key):
            seen[condition].append(tried.outcome)
    return table_of(seen)


def _probe(task: Task, condition: Condition, number: int) -> Candidate:
    victim = TestId(task.request.target.words[0])
    alone = Order(victim, ())
    order, files = {
        "alone": (alone, (victim.file,)),
        "new seed": (alone, (victim.file,)),
        "in its file": (Order(victim), (victim.file,)),
        "whole order": (Order(victim), ()),
        "reversed": (Order(victim, is_reversed=True), ()),
    }[condition]
    seed = None if condition == "new seed" else _ONE_SEED
    varied = Variation(seed=seed, order=order)
    label = f"{condition}, run {number}"
    reference, target = task.request.reference, task.request.target.only(*files)
    return Candidate(task.now, target, reference, variation=varied, round=number, label=label)
