"""Two ways to play the same drills, compared in pairs: who did better on each, and whether chance alone explains it."""

from collections.abc import Iterable, Mapping, Sequence

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value
from coach.core.drill.score import DrillResult, Score
from coach.core.drill.sign_test import LEVEL, SignTest, holm, median_difference, sign_test
from coach.core.runs.reproduction import wilson


class Side(Value):
    """One of the two ways: an assistant with what it is given."""

    label: Name
    player: Name = ""
    """The assistant; empty for a person."""
    command: CoachId = ""
    """The digest of its command; empty for whatever it was."""
    guidance: CoachId = ""
    """The digest of what it is given; empty for nothing."""

    @property
    def quoted(self) -> str:
        """The label in a sentence, where ``no spec`` would be read as no side at all."""
        return f"“{self.label}”"

    def played(self, result: DrillResult) -> bool:
        is_same = self.command in {"", result.command}
        return is_same and (result.player, result.guidance) == (self.player, self.guidance)


class Pair(Value):
    """One drill, played once in each way."""

    number: int
    first: DrillResult
    second: DrillResult

    @property
    def why_not_judged(self) -> str:
        """Why this pair says nothing about fixes; empty where it does."""
        for each in (self.first, self.second):
            if fixed_in(each.score) is None:
                line = next((line for line in each.score.lines if line.name == "fixed"), None)
                return (line.said if line else "") or "whether it is fixed could not be judged"
        return ""

    @property
    def fixed(self) -> int:
        """1: only the second fixed it, -1: only the first, 0: both or neither."""
        return int(bool(fixed_in(self.second.score))) - int(bool(fixed_in(self.first.score)))

    @property
    def points(self) -> tuple[int, int]:
        """Percent of both, on the lines that were judged in both: a line that only one could meet says nothing of the other."""
        return _percent(self.first.score, self.second.score), _percent(self.second.score, self.first.score)


class Rate(Value):
    """How many of the pairs one side fixed. ``low`` and ``high`` bound the rate (Wilson, 95 %)."""

    fixed: int
    of: int
    low: float
    high: float


class Difference(Value):
    """The median of the differences in percent points (second minus first), with its 95 % interval."""

    middle: float
    low: float
    high: float


class NotPaired(Value):
    """A drill that says nothing about the two, and why."""

    number: int
    why: Prose


class Comparison(Value):
    """What the pairs say."""

    first: Side
    second: Side
    pairs: tuple[Pair, ...] = ()
    not_paired: tuple[NotPaired, ...] = ()
    rates: tuple[Rate, Rate]
    fixed: SignTest
    """The question that was asked: who fixes more."""
    score: SignTest
    """The same of the scores, which say more than whether it is fixed."""
    difference: Difference | None = None
    """Of the scores; None where the pairs are too few for an interval."""


class SectionCost(Value):
    """What it cost to leave a section out: the whole is the second side."""

    section: Name
    comparison: Comparison
    p: float = 1.0
    """Of the fixes, as it counts among all the sections that were tried (Holm)."""

    @property
    def tells(self) -> bool:
        return self.p < LEVEL


def fixed_in(score: Score) -> bool | None:
    """Whether a drill counts as fixed; None where that could not be judged. Who read the answer fixed nothing."""
    if not score.is_fair:
        return False
    line = next((each for each in score.lines if each.name == "fixed"), None)
    return None if line is None or line.judged == "not judged" else line.judged == "met"


def results_of_side(side: Side, results: Iterable[DrillResult]) -> Mapping[int, DrillResult]:
    """Return the result of each drill, by its number.

    Of several the oldest counts that could be judged: to play again cannot make it better.
    """
    found: dict[int, DrillResult] = {}
    for each in results:
        if side.played(each):
            known = found.get(each.number)
            if known is None or (fixed_in(known.score) is None and fixed_in(each.score) is not None):
                found[each.number] = each
    return found


def compare(first: Side, second: Side, results: Sequence[DrillResult], numbers: Sequence[int]) -> Comparison:
    """Compare two sides on the drills with these numbers. ``results`` are those of the set, the oldest first."""
    of_first, of_second = results_of_side(first, results), results_of_side(second, results)
    played = ((first, of_first), (second, of_second))
    both = [
        Pair(number=each, first=of_first[each], second=of_second[each])
        for each in numbers
        if each in of_first and each in of_second
    ]
    pairs = [each for each in both if not each.why_not_judged]
    left = [NotPaired(number=each.number, why=each.why_not_judged) for each in both if each.why_not_judged]
    left += [
        NotPaired(number=each, why=f"there is no result for {' and '.join(missing)}")
        for each in numbers
        if (missing := [side.quoted for side, of_side in played if each not in of_side])
    ]
    points = [each.points for each in pairs]
    differences = [second - first for first, second in points]
    found = median_difference(differences)
    return Comparison(
        first=first,
        second=second,
        pairs=tuple(pairs),
        not_paired=tuple(left),
        rates=(_rate([each.first for each in pairs]), _rate([each.second for each in pairs])),
        fixed=sign_test([each.fixed for each in pairs]),
        score=sign_test(differences),
        difference=Difference(middle=found.middle, low=found.low, high=found.high) if found else None,
    )


def section_costs(found: Sequence[tuple[str, Comparison]]) -> tuple[SectionCost, ...]:
    """Return what each section is worth, the dearest first. ``found``: the section that was left out, and its comparison."""
    ps = holm([each.fixed.p for _, each in found])
    costs = [
        SectionCost(section=section, comparison=each, p=p)
        for (section, each), p in zip(found, ps, strict=True)
    ]
    return tuple(sorted(costs, key=lambda each: (each.p, -fixes_lost(each), each.section)))


def fixes_lost(cost: SectionCost) -> int:
    """Return how many fixes fewer there were without the section; negative where there were more."""
    return cost.comparison.fixed.wins - cost.comparison.fixed.losses


def _rate(results: Sequence[DrillResult]) -> Rate:
    fixed = sum(bool(fixed_in(each.score)) for each in results)
    low, high = wilson(fixed, len(results))
    return Rate(fixed=fixed, of=len(results), low=low, high=high)


def _percent(score: Score, other: Score) -> int:
    judged = {each.name for each in other.lines if each.judged != "not judged"} | {"fair"}
    return score.model_copy(
        update={"lines": tuple(each for each in score.lines if each.name in judged)}
    ).percent
