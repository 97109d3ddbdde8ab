"""What a search works with, and the words it ends in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from coach.core.base.test_id import TestId
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.oracle import ANOTHER_FAILURE, Outcome
from coach.core.runs.reference import Reference
from coach.core.runs.variation import Order, Variation
from coach.core.search.kinds import Found
from coach.core.search.repeats import runs_for
from coach.core.search.request import How, SearchRequest, SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import SearchDriver
from coach.engine.trees.compose import Composer
from coach.engine.trees.tree_files import Entry
from coach.engine.trees.tree_store import TreeStore

T = TypeVar("T")

MAX_PIECES = 3
"""Pieces of a smallest part of which each is left out once more, alone."""
_STEPS = 20
"""Questions a search asks, for the doubt of a failure that shows only sometimes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One search: the request, the work tree it began on, and the means."""

    request: SearchRequest
    driver: SearchDriver
    trees: TreeStore
    composer: Composer
    now: str
    """The work tree when the search began."""

    @property
    def width(self) -> int:
        return max(self.request.width, 1)

    def probe(
        self, tree: str, label: str = "", number: int = 1, *, is_mixed: bool = False, is_older: bool = False
    ) -> Candidate:
        """Ask whether the target shows the failure on a tree; see ``Candidate`` for what is mixed and what is older."""
        request = self.request
        return Candidate(
            tree,
            request.target,
            request.reference,
            request.grain,
            round=number,
            label=label,
            is_mixed=is_mixed,
            is_older=is_older,
        )

    def expect(self, questions: int) -> None:
        """Prepare for about so many questions, each answered by one run."""
        if self.driver.forking is not None and self.request.rate >= 1:
            self.driver.forking.begin(self.request.target, questions)

    @property
    def runs(self) -> int:
        """How many passes say that it does not fail, at the rate that was measured."""
        return runs_for(self.request.rate, _STEPS)

    def settled(self, probe: Candidate) -> Outcome:
        """Return the outcome of a probe, alone: repeating what passes as often as the rate asks for."""
        outcome: Outcome = "PASS"
        for number in range(1, self.runs + 1):
            outcome = self.driver.alone(probe.again(number))
            if outcome != "PASS":
                break
        return outcome

    def confirm(self, leans_on: Iterable[tuple[Candidate, Outcome]]) -> None:
        """Judge alone what an answer leans on and was judged beside other probes. Raises Disturbed, Stopped."""
        doubted = [(probe, outcome) for probe, outcome in leans_on if self._had_company(probe)]
        if self.runs == 1:
            self.driver.judge_alone([probe for probe, _ in doubted], self.width)
        for probe, outcome in doubted:
            if (alone := self.settled(probe)) != outcome:
                raise self.driver.disturbed(probe, outcome, alone)

    def confirm_smallest(self, kept: tuple[T, ...], probe_of: Callable[[tuple[T, ...]], Candidate]) -> None:
        """Judge alone the smallest part that fails, and where it has few pieces also that none of them can be left out."""
        self.confirm([(probe_of(kept), "FAIL")])
        if not 1 < len(kept) <= MAX_PIECES or self.runs > 1:
            return
        for left_out in kept:
            probe = probe_of(tuple(each for each in kept if each != left_out))
            if tried := self.driver.known.get(probe.key):
                self.confirm([(probe, tried.outcome)])

    def unjudged(self, kept: tuple[T, ...], probe_of: Callable[[tuple[T, ...]], Candidate]) -> str:
        """Return why none of the parts without one piece could be judged: then less may do. Empty when some could.

        A part that fails in a way of its own was judged as far as this search asks: it lacks what the rest needs.
        """
        if len(kept) <= 1:
            return ""
        parts = [probe_of(tuple(each for each in kept if each != left_out)) for left_out in kept]
        tried = [self.driver.known[each.key] for each in parts if each.key in self.driver.known]
        is_unknown = bool(tried) and all(
            each.outcome == "UNRESOLVED" and not each.reason.startswith(ANOTHER_FAILURE) for each in tried
        )
        return tried[0].reason if is_unknown else ""

    def _had_company(self, probe: Candidate) -> bool:
        rounds = (self.driver.known.get(probe.again(each).key) for each in range(1, self.runs + 1))
        return any(each is not None and not each.alone for each in rounds)

    def ordered(
        self, order: Order, files: tuple[str, ...], label: str, reference: Reference | None
    ) -> Candidate:
        """Ask whether the victim shows the failure after other tests; no ``files`` means the whole suite."""
        target, varied = self.request.target.only(*files), Variation(order=order)
        return Candidate(self.now, target, reference, variation=varied, label=label)

    def test_files(self) -> dict[str, Entry]:
        """Return the test side of now: what is laid over older trees, so that the same test asks the same question."""
        target = self.request.target
        named = {TestId(word).file for word in target.words} if target.can("select") else set()
        return {
            path: entry
            for path, entry in self.composer.entries(self.now).items()
            if is_test_path(path) or path in named
        }


def ended(how: How, sentence: str, found: Found | None = None) -> SearchResult:
    return SearchResult(how=how, sentence=sentence, found=found)
