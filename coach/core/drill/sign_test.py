"""The exact sign test on pairs, an interval of the median difference, and how many more pairs would tell.

Nothing is assumed of how scores are spread: a pair only says which side did better. With few pairs that is the test
that holds what it promises (Dixon and Mood 1946); of yes and no it is the exact test of McNemar.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from coach.core.base.value import Value

LEVEL = 0.05
"""A difference is told apart when chance alone gives one as large in fewer than 5 % of all comparisons."""
POWER = 0.8
"""How likely further pairs shall tell a difference that goes on as it began: the usual planning value."""
MOST_PAIRS = 100
"""Where more pairs than that would be needed, the sides are too alike for anybody to play so many."""


class SignTest(Value):
    """How pairs came out for the second side."""

    wins: int = 0
    """Pairs in which the second did better."""
    losses: int = 0
    ties: int = 0
    p: float = 1.0
    """Two-sided: how likely chance alone gives wins and losses at least as unequal. Ties say nothing and are left out."""

    @property
    def pairs(self) -> int:
        return self.wins + self.losses + self.ties

    @property
    def tells(self) -> bool:
        return self.p < LEVEL


class MedianDifference(NamedTuple):
    """The middle of the differences, with an interval that holds the true one in at least 95 % of comparisons."""

    middle: float
    low: float
    high: float


def sign_test(differences: Sequence[float]) -> SignTest:
    """Test paired differences (second minus first)."""
    wins, losses = sum(each > 0 for each in differences), sum(each < 0 for each in differences)
    return SignTest(
        wins=wins, losses=losses, ties=len(differences) - wins - losses, p=sign_test_p(wins, losses)
    )


def sign_test_p(wins: int, losses: int) -> float:
    """Return the exact two-sided probability of wins and losses at least as unequal, when both are equally likely."""
    of, fewer = wins + losses, min(wins, losses)
    tail = sum(math.comb(of, each) for each in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**of))


def fewest_pairs() -> int:
    """Return the fewest pairs that can tell anything: all of them must come out for one side."""
    return next(count for count in range(1, MOST_PAIRS) if sign_test_p(count, 0) < LEVEL)


def median_difference(differences: Sequence[float]) -> MedianDifference | None:
    """Return the median of paired differences with the interval of the sign test; None where they are too few for one."""
    allowed = _most_losses(len(differences))
    if allowed < 0:
        return None
    known, middle = sorted(differences), len(differences) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    return MedianDifference(median, known[allowed], known[-1 - allowed])


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Return each p as it counts among several that are looked at together (Holm 1979): asked often, chance says yes once."""
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    adjusted = [1.0] * len(ps)
    worst = 0.0
    for place, at in enumerate(order):
        worst = max(worst, min(1.0, (len(ps) - place) * ps[at]))
        adjusted[at] = worst
    return tuple(adjusted)


def pairs_to_tell(found: SignTest) -> int | None:
    """Return how many more pairs would probably tell, if they come out as these did; None where no usual number would.

    "Probably" is ``POWER``. 0 where these tell already.
    """
    if found.tells:
        return 0
    if found.wins == found.losses or _chance_to_tell(found, MOST_PAIRS) < POWER:
        return None
    low, high = 0, MOST_PAIRS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _chance_to_tell(found, middle) >= POWER else (middle, high)
    return high


def _chance_to_tell(found: SignTest, more: int) -> float:
    """Return how likely the pairs so far and ``more`` like them tell together."""
    differ = (found.wins + found.losses) / found.pairs
    winning = found.wins / (found.wins + found.losses)
    return sum(
        _binomial(differing, more, differ) * _tells(found, differing, winning)
        for differing in range(more + 1)
    )


def _tells(found: SignTest, differing: int, winning: float) -> float:
    """Return how likely the test tells once ``differing`` more pairs differ, of which each is a win with ``winning``."""
    allowed = _most_losses(found.wins + found.losses + differing)
    told = (
        wins
        for wins in range(differing + 1)
        if min(found.wins + wins, found.losses + differing - wins) <= allowed
    )
    return sum(_binomial(wins, differing, winning) for wins in told)


def _most_losses(of: int) -> int:
    """Return the most losses among ``of`` differing pairs with which a difference is told; -1: none is few enough."""
    tail, most = 0, -1
    for losses in range(of // 2 + 1):
        tail += math.comb(of, losses)
        if 2 * tail >= LEVEL * 2**of:
            break
        most = losses
    return most


def _binomial(count: int, of: int, rate: float) -> float:
    if rate in {0.0, 1.0}:
        return float(count == of * rate)
    return math.exp(
        math.lgamma(of + 1)
        - math.lgamma(count + 1)
        - math.lgamma(of - count + 1)
        + count * math.log(rate)
        + (of - count) * math.log1p(-rate)
    )
