"""What does a flaky failure depend on? The same test under different conditions, and the axis that makes the difference.

Of 7,571 flaky tests in Python projects 59 % depend on the order (Gruber et al. 2021), so order is tried before reruns.

Thousands of runs are asked for where rates are small, and most of them are not needed: a condition is asked no more once it is
known whether it differs from *alone*. It is looked at after every run, so the intervals that decide are wider than those that
are shown: at 99.9 % a rate that is what it seems is hardly ever taken for another one, however often it is looked at.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from coach.core.base.text import Prose
from coach.core.base.value import Value
from coach.core.runs.oracle import Outcome
from coach.core.runs.reproduction import wilson
from coach.core.search.ask_tell import AskTell

Condition = Literal["alone", "new seed", "in its file", "whole order", "reversed"]
Axis = Literal["", "stable", "order", "hash seed", "chance", "not seen"]

CONDITIONS: tuple[Condition, ...] = ("alone", "new seed", "in its file", "whole order", "reversed")
"""*alone*, *in its file*, *whole order*, *reversed*: with one hash seed; *new seed*: alone, each time with another."""
ROUNDS = 3
"""Runs under each condition before the axis is named."""
_COMPANY: tuple[Condition, ...] = ("in its file", "whole order", "reversed")
_LUCK = 0.05
Z_LOOKS = 3.29
"""99.9 %: for a rate that is looked at again and again."""
NARROW = 0.10
"""An interval this narrow says how often it fails; a difference that is smaller than that does not matter."""
SOONEST = 11
"""Runs of either before a condition that always fails can be told from one that never does: no search is shorter than that."""
MAX_UNJUDGED = 20
"""Runs of which none could be judged: there will be none."""


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
    """Ask for (condition, round) pairs, every condition once before any again; return the table.

    With more than one at a time some are asked ahead, and are not counted where they turn out not to be needed: the answer
    does not depend on how many are asked at a time.

    Args:
        rounds: runs under each condition at most.
        width: questions at a time.

    """
    series = _Series(rounds)
    known: dict[tuple[Condition, int], Outcome] = {}
    while asked := next(series.ahead(), None):
        if asked not in known:
            wanted = (each for each in series.ahead() if each not in known)
            batch = tuple(islice(wanted, max(width, 1)))
            outcomes = yield batch
            known.update(zip(batch, outcomes, strict=True))
        series.learn(asked[0], known.pop(asked))
    return table_of(series.seen)


class _Series:
    """What was seen under each condition so far, and what is to be asked next."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self.seen: dict[Condition, list[Outcome]] = {condition: [] for condition in CONDITIONS}
        self._rates = {condition: _Rate() for condition in CONDITIONS}
        self._open = [each for each in CONDITIONS if each != "alone"]
        self._is_named = False
        """Whether a condition is known to make a difference."""

    def learn(self, condition: Condition, outcome: Outcome) -> None:
        self.seen[condition].append(outcome)
        self._rates[condition].count(outcome)
        alone = self._rates["alone"]
        self._is_named |= any(_are_apart(self._rates[each], alone) for each in self._open)
        self._open = [each for each in self._open if not self._is_decided(each)]

    def _is_decided(self, condition: Condition) -> bool:
        """Whether more runs would say nothing more: the rates differ, or both are known well, or none will ever be known."""
        one, alone = self._rates[condition], self._rates["alone"]
        if one.unresolved >= MAX_UNJUDGED and not one.runs:
            return True
        # Where it fails once in five hundred, ten points say nothing: until a difference is found they must be finer than the rate.
        enough = NARROW if self._is_named else min(NARROW, max(one.share, alone.share))
        return _are_apart(one, alone) or all(high - low < enough for low, high in map(_bounds, (one, alone)))

    def ahead(self) -> Iterator[tuple[Condition, int]]:
        """Yield what is asked from here on if nothing gets decided: always the condition that was asked least."""
        asked: list[Condition] = ["alone", *self._open] if self._open else []
        numbers = {each: len(self.seen[each]) for each in asked}
        while numbers:
            least = min(numbers, key=numbers.__getitem__)
            if numbers[least] >= self._rounds:
                return
            numbers[least] += 1
            yield least, numbers[least]


@dataclass(slots=True)
class _Rate:
    """How often it failed under a condition, counted as outcomes come."""

    failures: int = 0
    runs: int = 0
    unresolved: int = 0

    def count(self, outcome: Outcome) -> None:
        self.failures += outcome == "FAIL"
        self.runs += outcome != "UNRESOLVED"
        self.unresolved += outcome == "UNRESOLVED"

    @property
    def share(self) -> float:
        return self.failures / self.runs if self.runs else 0.0


def _are_apart(one: "_Rate | Measured", other: "_Rate | Measured") -> bool:
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    return low > other_high or high < other_low


def _bounds(rate: "_Rate | Measured") -> tuple[float, float]:
    return wilson(rate.failures, rate.runs, Z_LOOKS)


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
    is_mixed = seeds.runs > 0 and 0 < seeds.failures < seeds.runs
    if (alone.always or alone.never) and is_mixed and not _may_be_luck(alone, seeds):
        return "hash seed", "the same hash seed always gives the same outcome; other seeds give the other one"
    if alone.never and seeds.always:
        return "hash seed", "it passes with one hash seed and fails with the others tried"
    if differs := _rate_difference(alone, by):
        return differs
    return (
        "chance",
        "equal conditions give different outcomes: time, randomness, threads or the outside world",
    )


def _uniform(judged: Sequence[Measured]) -> tuple[Axis, str] | None:
    if not judged:
        return "", "no run could be judged"
    if all(row.always for row in judged):
        return "stable", "it fails under every condition: not flaky here"
    if all(row.never for row in judged):
        return "not seen", "it did not fail under any condition"
    return None


def _may_be_luck(alone: Measured, other: Measured) -> bool:
    """Whether all runs alone would come out the same at the other's rate, too; few runs are taken as they are."""
    rate = other.failures / other.runs
    same = rate if alone.always else 1 - rate
    return alone.runs >= SOONEST and same**alone.runs > _LUCK


def _rate_difference(alone: Measured, by: dict[Condition, Measured]) -> tuple[Axis, str] | None:
    """Name what changes how often it fails, by intervals that do not meet: never by few runs."""
    axes: dict[Condition, tuple[Axis, str]] = dict.fromkeys(
        _COMPANY, ("order", "earlier tests change how often")
    )
    axes["new seed"] = "hash seed", "the hash seed changes how often"
    for condition, (axis, what) in axes.items():
        row = by.get(condition, Measured(condition=condition))
        if _are_apart(row, alone):
            said = f"alone {alone.failures} of {alone.runs} fail, {condition} {row.failures} of {row.runs}"
            return axis, f"{said}: {what}"
    return None


def _order_difference(alone: Measured, by: dict[Condition, Measured]) -> str:
    company = [by[each] for each in _COMPANY if each in by and by[each].runs]
    if alone.never and any(row.always for row in company):
        failing = ", ".join(row.condition for row in company if row.always)
        return f"alone it passes; {failing} it fails: an earlier test spoils it"
    if alone.always and any(row.never for row in company):
        passing = ", ".join(row.condition for row in company if row.never)
        return f"alone it fails; {passing} it passes: it needs what an earlier test leaves behind"
    return ""
