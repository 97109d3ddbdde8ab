"""Bisection when both sides fail sometimes: belief over the change point, updated by every run.

Each side's rate is unknown and has a Beta prior; a commit is chosen where a run is expected to tell most (least
expected entropy). The method is git_bayesect's (2026), which is not used itself: it brings numpy and scipy for these
lines, and its priors are the same on both sides. Here the newer side starts as failing more often.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coach.core.search.ask_tell import AskTell

Seen = Mapping[int, tuple[int, int]]
"""Position → how many runs of it failed and passed."""

SURE = 0.95
"""Belief in one commit at which the search ends (git_bayesect's default)."""
CHOICES = 15
"""Positions weighed against each other at every step: quantiles of the belief."""
AFTER = (1.0, 0.5)
BEFORE = (0.5, 1.0)
"""Beta priors of the rates after and before the change, weak enough to be overruled by a few runs."""

MOST_OTHERS = 3
OLDER = 0.5
"""Belief, before anything ran, that a failure which seems new is older than the commits in question."""


@dataclass(frozen=True, slots=True)
class Believed:
    """The likeliest culprit, how sure that is, and after how many runs; below ``SURE`` the budget ended the search."""

    position: int
    belief: float
    runs: int
    others: tuple[tuple[int, float], ...] = ()
    """The next likeliest positions, each with its belief."""


@dataclass(slots=True)
class Posterior:
    """Belief about which of ``size`` positions (0 is the newest) brought the change.

    ``failed`` and ``passed`` count runs per position; position ``size`` is the old end, known to lie before the change.
    ``prior`` weighs the positions before anything ran, in any unit; empty: all alike.
    """

    size: int
    prior: Sequence[float] = ()
    failed: list[int] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.failed = [0] * (self.size + 1)
        self.passed = [0] * (self.size + 1)

    def include(self, seen: Seen) -> None:
        """Count earlier runs, by position; what lies beyond the old end is left out."""
        for position, (failed, passed) in seen.items():
            if position <= self.size:
                self.failed[position] += failed
                self.passed[position] += passed

    def record(self, position: int, *, failed: bool) -> None:
        (self.failed if failed else self.passed)[position] += 1

    def belief(self, extra: tuple[int, bool] | None = None) -> list[float]:
        """Return the belief in every position, after one more run ``extra`` (position, failed) if given."""
        failed, passed = self._counts(extra)
        all_failed, all_passed = sum(failed), sum(passed)
        newer_failed = newer_passed = 0
        scores = []
        for position in range(self.size):
            newer_failed += failed[position]
            newer_passed += passed[position]
            after = _log_beta(AFTER[0] + newer_failed, AFTER[1] + newer_passed)
            before = _log_beta(BEFORE[0] + all_failed - newer_failed, BEFORE[1] + all_passed - newer_passed)
            scores.append(after + before)
        top = max(scores)
        prior = self.prior or [1.0] * self.size
        weights = [math.exp(score - top) * each for score, each in zip(scores, prior, strict=True)]
        total = sum(weights)
        return [weight / total for weight in weights]

    def chance_of_failure(self, position: int, belief: list[float]) -> float:
        """Return how likely a run at this position fails."""
        all_failed, all_passed = sum(self.failed), sum(self.passed)
        newer_failed = newer_passed = 0
        chance = 0.0
        for culprit, weight in enumerate(belief):
            newer_failed += self.failed[culprit]
            newer_passed += self.passed[culprit]
            if position <= culprit:
                rate = _mean(AFTER, newer_failed, newer_passed)
            else:
                rate = _mean(BEFORE, all_failed - newer_failed, all_passed - newer_passed)
            chance += weight * rate
        return chance

    def _counts(self, extra: tuple[int, bool] | None) -> tuple[list[int], list[int]]:
        if extra is None:
            return self.failed, self.passed
        failed, passed = list(self.failed), list(self.passed)
        (failed if extra[1] else passed)[extra[0]] += 1
        return failed, passed


def find_noisy(  # noqa: PLR0913 - two ends, a budget, and what is known before
    bad: int,
    good: int,
    most_runs: int,
    *,
    width: int = 1,
    rounds_before: int = 0,
    known: Posterior | None = None,
) -> AskTell[tuple[int, int], Believed]:
    """Ask for (position, round) pairs until one of ``bad`` … ``good - 1`` is believed to have brought the change.

    Args:
        bad: the newer end.
        good: the older end; it lies before the change.
        most_runs: the budget.
        width: runs at the same time.
        rounds_before: rounds that other searches asked for already.
        known: what is believed before; it is added to.

    """
    posterior = known or Posterior(good - bad)
    rounds = [rounds_before] * (posterior.size + 1)
    unusable: set[int] = set()
    runs = 0
    while True:
        belief = posterior.belief()
        top = max(range(posterior.size), key=lambda each: belief[each])
        positions = _most_informative(posterior, belief, unusable)[:width]
        if belief[top] >= SURE or runs >= most_runs or not positions:
            return Believed(bad + top, belief[top], runs, others(belief, top, bad))
        for position in positions:
            rounds[position] += 1
        outcomes = yield tuple((bad + position, rounds[position]) for position in positions)
        for position, outcome in zip(positions, outcomes, strict=True):
            if outcome == "UNRESOLVED":
                unusable.add(position)
            else:
                posterior.record(position, failed=outcome == "FAIL")
                runs += 1


def others(belief: Sequence[float], named: int, first: int = 0) -> tuple[tuple[int, float], ...]:
    """Return the likeliest positions besides the named one, of those that are likelier than 1 in 200."""
    ordered = sorted(range(len(belief)), key=lambda each: -belief[each])
    found = ((first + each, belief[each]) for each in ordered if each != named and belief[each] >= 0.005)
    return tuple(found)[:MOST_OTHERS]


def new_flake_belief(
    size: int, rate: float, seen: Seen, prior: Sequence[float] = ()
) -> tuple[list[float], float]:
    """Return the belief in each position as what brought a failure that shows only sometimes, and that it is older than all.

    Before the change it never fails, after it at ``rate``. What failed at a position rules out every newer one; what passed
    makes the older ones less likely, each time by the chance that the failure did not show.

    Args:
        size: how many positions come into question; 0 is the newest.
        rate: how often it fails since the change, between 0 and 1.
        seen: what runs showed by position, at the old end as well.
        prior: how likely each position is before anything ran, in any unit; empty: all alike.

    """
    weights = prior or [1.0] * size
    total = sum(weights)
    oldest_red = max((each for each, (failed, _) in seen.items() if failed), default=0)
    hidden = math.log1p(-min(rate, 1 - 1e-9))
    scores = []
    for culprit in range(size + 1):
        passed = sum(
            passes for position, (_, passes) in seen.items() if culprit == size or position <= culprit
        )
        scores.append(passed * hidden)
    top = max(score for culprit, score in enumerate(scores) if culprit >= min(oldest_red, size))
    mass = [
        math.exp(score - top) * (OLDER if culprit == size else (1 - OLDER) * weights[culprit] / total)
        if culprit >= min(oldest_red, size)
        else 0.0
        for culprit, score in enumerate(scores)
    ]
    whole = sum(mass)
    return [each / whole for each in mass[:size]], mass[size] / whole


def _most_informative(posterior: Posterior, belief: list[float], unusable: set[int]) -> list[int]:
    """Return positions, those first whose next run is expected to leave the least uncertainty."""
    choices = sorted({*_quantiles(belief), 0, posterior.size} - unusable)
    return sorted(choices, key=lambda each: _expected_entropy(posterior, belief, each))


def _quantiles(belief: list[float]) -> list[int]:
    found, total, wanted = [], 0.0, 1
    for position, weight in enumerate(belief):
        total += weight
        while wanted <= CHOICES and total >= wanted / (CHOICES + 1):
            found += [position, position + 1]
            wanted += 1
    return found


def _expected_entropy(posterior: Posterior, belief: list[float], position: int) -> float:
    chance = posterior.chance_of_failure(position, belief)
    return sum(
        weight * _entropy(posterior.belief((position, failed)))
        for failed, weight in ((True, chance), (False, 1 - chance))
    )


def _entropy(belief: list[float]) -> float:
    return -sum(each * math.log(each) for each in belief if each > 0)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _mean(prior: tuple[float, float], failed: int, passed: int) -> float:
    return (prior[0] + failed) / (sum(prior) + failed + passed)
