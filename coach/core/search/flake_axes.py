"""What does a flaky failure depend on? The same test under different conditions, and the axis that makes the difference.

Of 7,571 flaky tests in Python projects 59 % depend on the order (Gruber et al. 2021), so order is tried before reruns.

With thousands of rounds a condition is asked no more once it is decided: its rate is known to differ from that of *alone*, or
both are known within ``NARROW``. While no run has failed nothing is decided: a failure in one of five hundred is what thousands of
runs are for. It is looked at after every run, and an interval of 95 % that is looked at again and again misses
far more often than that; so these are intervals of 99.9 %, and two of them must not touch. Neither comes about within ten runs.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal

from coach.core.base.text import Prose
from coach.core.base.value import Value
from coach.core.runs.oracle import Outcome
from coach.core.runs.reproduction import wilson
from coach.core.search.ask_tell import AskTell

Condition = Literal["alone", "new seed", "in its file", "whole order", "reversed"]
Axis = Literal["", "stable", "order", "hash seed", "chance", "not seen"]
Interval = tuple[float, float]

CONDITIONS: tuple[Condition, ...] = ("alone", "new seed", "in its file", "whole order", "reversed")
"""*alone*, *in its file*, *whole order*, *reversed*: with one hash seed; *new seed*: alone, each time with another."""
ROUNDS = 3
"""Runs under each condition before the axis is named."""
_CHANCE = "equal conditions give different outcomes: time, randomness, threads or the outside world"
SURE = 3.29
"""Standard errors on either side of a rate that is looked at after every run: 99.9 %."""
NARROW = 0.1
"""Width from which a rate is known well enough."""


class Measured(Value):
    """How often it failed under one condition. ``low`` and ``high`` bound the rate (Wilson, 95 %)."""

    condition: Condition
    failures: int = 0
    runs: int = 0
    unresolved: int = 0
    low: float = 0.0
    high: float = 1.0
    runs_needed: int = 0
    """Runs to see at least one failure with 95 %, at the rate seen; without a failure, at the upper bound. 0: unknown."""

    @property
    def always(self) -> bool:
        return self.runs > 0 and self.failures == self.runs

    @property
    def never(self) -> bool:
        return self.runs > 0 and self.failures == 0


class Table(Value):
    """All conditions, the axis they point to and a sentence that says so."""

    rows: tuple[Measured, ...] = ()
    axis: Axis = ""
    sentence: Prose = ""


def measure_axes(rounds: int = ROUNDS, *, width: int = 1) -> AskTell[tuple[Condition, int], Table]:
    """Ask for (condition, round) pairs, every condition once before any again, until all is decided; return the table."""
    seen: dict[Condition, list[Outcome]] = {condition: [] for condition in CONDITIONS}
    wanted = ((condition, number) for number in range(1, rounds + 1) for condition in CONDITIONS)
    while True:
        asked = undecided(seen)
        batch = tuple(islice((each for each in wanted if each[0] in asked), max(width, 1)))
        if not batch:
            break
        outcomes = yield batch
        for (condition, _), outcome in zip(batch, outcomes, strict=True):
            seen[condition].append(outcome)
    return table_of(seen)


def undecided(seen: Mapping[Condition, Sequence[Outcome]]) -> frozenset[Condition]:
    """Return the conditions that more runs may still tell something of; *alone*, which the others are compared with, as long as any."""
    rates = {condition: _interval(outcomes, SURE) for condition, outcomes in seen.items()}
    alone = rates["alone"]
    if not any("FAIL" in outcomes for outcomes in seen.values()):
        return frozenset(seen)
    others = {each for each, rate in rates.items() if each != "alone" and not _is_decided(rate, alone)}
    return frozenset(others | {"alone"} if others else ())


def _is_decided(rate: Interval, alone: Interval) -> bool:
    is_narrow = all(high - low < NARROW for low, high in (rate, alone))
    return is_narrow or _are_apart(rate, alone)


def _are_apart(one: Interval, other: Interval) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _interval(outcomes: Sequence[Outcome], z: float) -> Interval:
    failures = outcomes.count("FAIL")
    return wilson(failures, failures + outcomes.count("PASS"), z)


def table_of(seen: dict[Condition, list[Outcome]]) -> Table:
    """Summarise the outcomes seen so far, also of a search that was stopped."""
    rows = tuple(_measured(condition, outcomes) for condition, outcomes in seen.items())
    axis, sentence = name_axis(rows)
    return Table(rows=rows, axis=axis, sentence=sentence)


def _measured(condition: Condition, outcomes: Sequence[Outcome]) -> Measured:
    failures = outcomes.count("FAIL")
    runs = failures + outcomes.count("PASS")
    low, high = wilson(failures, runs)
    return Measured(
        condition=condition,
        failures=failures,
        runs=runs,
        unresolved=len(outcomes) - runs,
        low=low,
        high=high,
        runs_needed=runs_needed(failures / runs if failures else high) if runs else 0,
    )


def runs_needed(rate: float, sure: float = 0.95) -> int:
    """Return how many runs show at least one failure with this certainty: ln(1 - sure) / ln(1 - rate)."""
    if rate >= 1:
        return 1
    return math.ceil(math.log(1 - sure) / math.log(1 - rate)) if rate > 0 else 0


def name_axis(rows: Sequence[Measured]) -> tuple[Axis, str]:
    """Say which condition makes the difference. Orders are compared with *alone*, seeds with one seed kept."""
    by = {row.condition: row for row in rows}
    if uniform := _uniform([row for row in rows if row.runs]):
        return uniform
    alone = by.get("alone", Measured(condition="alone"))
    if difference := _order_difference(alone, by):
        return "order", difference
    seeds = by.get("new seed", Measured(condition="new seed"))
    if (alone.always or alone.never) and seeds.runs and 0 < seeds.failures < seeds.runs:
        return "hash seed", "the same hash seed always gives the same outcome; other seeds give the other one"
    if alone.never and seeds.always:
        return "hash seed", "it passes with one hash seed and fails with the others tried"
    return _rates_apart(alone, by) or ("chance", _CHANCE)


def _uniform(judged: Sequence[Measured]) -> tuple[Axis, str] | None:
    if not judged:
        return "", "no run could be judged"
    if all(row.always for row in judged):
        return "stable", "it fails under every condition: not flaky here"
    if all(row.never for row in judged):
        return "not seen", "it did not fail under any condition"
    return None


def _order_difference(alone: Measured, by: dict[Condition, Measured]) -> str:
    places: tuple[Condition, ...] = ("in its file", "whole order", "reversed")
    company = [by[each] for each in places if each in by and by[each].runs]
    if alone.never and any(row.always for row in company):
        failing = ", ".join(row.condition for row in company if row.always)
        return f"alone it passes; {failing} it fails: an earlier test spoils it"
    if alone.always and any(row.never for row in company):
        passing = ", ".join(row.condition for row in company if row.never)
        return f"alone it fails; {passing} it passes: it needs what an earlier test leaves behind"
    return ""


def _rates_apart(alone: Measured, by: dict[Condition, Measured]) -> tuple[Axis, str] | None:
    """Name what changes how often it fails, though it neither always fails nor always passes. Never within ten runs."""
    axes: tuple[tuple[Condition, Axis, str], ...] = (
        ("in its file", "order", "in its file"),
        ("whole order", "order", "in the whole order"),
        ("reversed", "order", "in the reversed order"),
        ("new seed", "hash seed", "with new hash seeds"),
    )
    for condition, axis, words in axes:
        row = by.get(condition, Measured(condition=condition))
        if _are_apart(*(wilson(each.failures, each.runs, SURE) for each in (row, alone))):
            rate, usual = (f"{each.failures / each.runs:.0%}" for each in (row, alone))
            return axis, f"alone it fails {usual} of the time, {words} {rate}"
    return None
