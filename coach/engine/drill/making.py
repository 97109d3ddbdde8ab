"""Make drills: bugs are tried beside each other, and taken in the order of the seed until there are enough."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

from coach.core.base.formatting import count
from coach.core.drill.bug import Bug
from coach.core.drill.drill import Difficulty, Drill, Dropped
from coach.engine.drill.checking import Checked, Checker

_TICK = 0.2
"""Seconds between two looks whether the time is over."""
_TELL_EVERY = 30.0
"""Seconds after which it is said how far the search is, where no drill was found meanwhile."""


@dataclass(slots=True)
class Making:
    """Drills as far as they are made, and why others are none."""

    checker: Checker
    executor: Executor
    width: int
    """Bugs that are tried at a time."""
    until: float
    """When to stop looking (``time.monotonic``)."""
    tell: Callable[[str], None] = lambda _: None
    drills: list[Drill] = field(default_factory=list)
    bugs: list[Bug] = field(default_factory=list)
    """Of the drills, in their order."""
    dropped: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    told: float = field(default_factory=time.monotonic)
    asked: set[str] = field(default_factory=set)
    """The trees that were tried: none is tried twice."""

    def beside(self) -> "Making":
        """Return one that finds bugs for pairs, with the same means and time."""
        checker = replace(self.checker, is_for_pairs=True)
        return Making(checker, self.executor, self.width, self.until, dropped=self.dropped)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def take(self, bugs: Iterable[Bug | str], most: int, wants: Callable[[Bug], bool]) -> None:
        """Try bugs until there are ``most`` more drills, none is left, or the time is over. Raises Stopped.

        Args:
            bugs: bugs in the order of the seed, made when they are needed; a text says why there is none.
            most: drills that are wanted of these.
            wants: whether a bug is still wanted beside the drills there are; one that is not never will be again.

        """
        goal, waiting = len(self.drills) + most, deque[Future[Checked]]()
        coming = iter(bugs)
        while len(self.drills) < goal and not self.is_over:
            self._fill(waiting, coming, wants)
            if not waiting:
                return
            if self._wait(waiting[0]):
                self._settle(waiting.popleft().result(), wants)
        for each in waiting:
            each.cancel()

    def _fill(
        self, waiting: "deque[Future[Checked]]", coming: Iterator[Bug | str], wants: Callable[[Bug], bool]
    ) -> None:
        while len(waiting) < self.width:
            bug = next(coming, None)
            if bug is None:
                return
            if isinstance(bug, str):
                self.dropped[bug] += 1
            elif bug.tree not in self.asked and wants(bug):
                self.asked.add(bug.tree)
                waiting.append(self.executor.submit(self.checker.checked, bug))

    def _wait(self, first: "Future[Checked]") -> bool:
        """Wait for the next in order; False when the time is over before."""
        while not self.is_over:
            try:
                first.result(timeout=_TICK)
            except TimeoutError:
                continue
            return True
        return False

    def _settle(self, checked: Checked, wants: Callable[[Bug], bool]) -> None:
        self.tried += 1
        if not wants(checked.bug):
            self.asked.discard(
                checked.bug.tree
            )  # whether it was tried or passed over is chance: it may be wanted later
            return
        if checked.drill is None:
            self.dropped[checked.why] += 1
            if time.monotonic() - self.told > _TELL_EVERY:
                self._say(f"{count(self.tried, 'bug')} tried, {count(len(self.drills), 'drill')} so far")
            return
        number = len(self.drills) + 1
        self.drills.append(checked.drill.model_copy(update={"number": number}))
        self.bugs.append(checked.bug)
        self._say(f"drill {number}: {checked.drill.source}, {in_words(checked.drill.difficulty)}")

    def _say(self, text: str) -> None:
        self.told = time.monotonic()
        self.tell(text)

    def reasons(self) -> tuple[Dropped, ...]:
        """Return why bugs were dropped, the most frequent reason first."""
        return tuple(Dropped(why=why, count=number) for why, number in self.dropped.most_common())


def in_words(difficulty: Difficulty) -> str:
    """Say how hard a bug is to find, in one line."""
    place = f"place {difficulty.rank} of the ranking" if difficulty.rank else "not in the ranking"
    parts = (
        f"{count(difficulty.tests, 'test')} notice" + ("s" if difficulty.tests == 1 else ""),
        f"{count(difficulty.distance, 'call')} between cause and failure",
        count(difficulty.files, "file"),
        count(difficulty.lines, "line"),
        place,
    )
    return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Spread:
    """What keeps drills of one set from being alike: one for each function, few of each kind and file."""

    making: Making
    most_of_a_kind: int
    most_of_a_file: int

    def wants(self, bug: Bug) -> bool:
        return self.has_room({(each.path, each.function) for each in bug.places}, bug.kind)

    def has_room(self, own: Collection[tuple[str, str]], kind: str) -> bool:
        """Whether one more of a kind is wanted in these functions, given by path and name."""
        others = self.making.bugs
        taken = {(each.path, each.function) for other in others for each in other.places}
        alike = sum(each.kind == kind for each in others)
        paths = Counter(path for other in others for path in {each.path for each in other.files})
        is_room = all(paths[path] < self.most_of_a_file for path, _ in own)
        return taken.isdisjoint(own) and alike < self.most_of_a_kind and is_room
