"""Have two sides play the same drills, what has no result yet, and compare them in pairs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from coach.core.base.formatting import count
from coach.core.drill.comparison import Comparison, SectionCost, Side, compare, results_of_side, section_costs
from coach.core.drill.drill import DrillSet
from coach.core.drill.guidance import Guidance, without_each_section
from coach.core.drill.score import DrillResult
from coach.drills.kept import results_of
from coach.errors import UsageError


@dataclass(frozen=True, slots=True)
class Player:
    """An assistant with what it is given."""

    label: str
    """What the side is called: the guidance where assistants are the same, else the assistant."""
    assistant: str
    """Its name in the settings."""
    guidance: Guidance
    command: str = ""
    """The digest of the assistant's command: with another one its old results count no more."""

    @property
    def side(self) -> Side:
        return Side(
            label=self.label, player=self.assistant, command=self.command, guidance=self.guidance.digest
        )


Play = Callable[[DrillSet, int, Player], DrillResult]
"""Plays one drill and keeps its result beside the set. Raises CoachError."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it; ``costs`` are those of the second side's sections, empty where none was left out."""

    comparison: Comparison
    costs: tuple[SectionCost, ...] = ()


@dataclass(frozen=True, slots=True)
class Bout:
    """What is to be compared, and what carries it out."""

    drill_set: DrillSet
    first: Player
    second: Player
    play: Play
    say: Callable[[str], None]
    pairs: int = 8
    """So many pairs at least, chosen before anything is known of them."""

    def carried_out(self, *, leave_out: bool = False) -> Compared:
        """Play what is missing and compare; with ``leave_out`` also the second side without each of its sections.

        What was played is kept, so that the same call goes on where an earlier one ended. Raises UsageError for a set
        with too few drills or sides that are the same, and CoachError when an assistant cannot be run.
        """
        self._check()
        if leave_out and not without_each_section(self.second.guidance):
            raise UsageError(
                f"{self.second.label} has no sections to leave out",
                do="name a spec, or rules with headings, as B",
            )
        whole = compare(self.first.side, self.second.side, *self._played())
        return Compared(whole, self._costs(whole) if leave_out else ())

    def _check(self) -> None:
        have = len(self.drill_set.drills)
        if have < self.pairs:
            raise UsageError(
                f"{self.drill_set.name} has {count(have, 'drill')}, too few for {count(self.pairs, 'pair')}",
                do=f"make a larger set: coach drill new --count {self.pairs}; or ask for fewer: --pairs {have}",
            )
        if (self.first.assistant, self.first.guidance.digest) == (
            self.second.assistant,
            self.second.guidance.digest,
        ):
            raise UsageError(
                "both sides are the same",
                why=f"{self.first.label} and {self.second.label} say the same to {self.first.assistant}",
                do="name two that differ",
            )

    def _played(self) -> tuple[Sequence[DrillResult], Sequence[int]]:
        """Return the results of the set and the numbers of the drills that both sides played."""
        left = _by_results(self.drill_set, (self.first.side, self.second.side), self._results())
        chosen: list[int] = []
        while left:
            have_both = all(self._has(each, left[0]) for each in (self.first, self.second))
            if not have_both and self._judged(chosen) >= self.pairs:
                break
            chosen.append(left.pop(0))
            self._play_both(chosen[-1])
        return self._results(), sorted(chosen)

    def _judged(self, numbers: Sequence[int]) -> int:
        """Return how many of these drills can be judged as pairs: an unjudged one does not count, and another is played."""
        return len(compare(self.first.side, self.second.side, self._results(), numbers).pairs)

    def _play_both(self, number: int) -> None:
        """Let both play a drill, now this one first and now the other: what changes with time must not fall on one side."""
        players = (self.first, self.second) if number % 2 else (self.second, self.first)
        for each in players:
            self._play_once(number, each)

    def _play_once(self, number: int, player: Player) -> None:
        if self._has(player, number):
            return
        self.say(f"drill {self.drill_set.name}/{number} with {player.label}")
        result = self.play(self.drill_set, number, player)
        fixed = "fixed" if result.score.is_fixed and result.score.is_fair else "not fixed"
        self.say(
            f"drill {self.drill_set.name}/{number} with {player.label}: {fixed}, {result.score.percent} %"
        )

    def _has(self, player: Player, number: int) -> bool:
        return number in results_of_side(player.side, self._results())

    def _results(self) -> tuple[DrillResult, ...]:
        return results_of(self.drill_set.name)

    def _costs(self, whole: Comparison) -> tuple[SectionCost, ...]:
        numbers = [each.number for each in whole.pairs]
        without = without_each_section(self.second.guidance)
        found: list[tuple[str, Comparison]] = []
        for each in without:
            player = replace(self.second, label=each.guidance.label, guidance=each.guidance)
            for number in numbers:
                self._play_once(number, player)
            found.append((each.section, compare(player.side, self.second.side, self._results(), numbers)))
        return section_costs(found)


def _by_results(drill_set: DrillSet, sides: Iterable[Side], results: Sequence[DrillResult]) -> list[int]:
    """Return the numbers of the drills: those that were played already first, whatever came out, else in their order."""
    played = [results_of_side(each, results) for each in sides]
    numbers = [each.number for each in drill_set.drills]
    return sorted(numbers, key=lambda number: -sum(number in each for each in played))
