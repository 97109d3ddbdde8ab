"""What a search works with, and the words it ends in."""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.core.isolate.repeats import any_failure, runs_for
from coach.core.isolate.steps import Steps
from coach.core.loops.syntax import is_test_path
from coach.core.oracle import Outcome
from coach.core.reference import Reference
from coach.core.search import Found, How, SearchRequest, SearchResult
from coach.core.target import Target
from coach.engine.composing import Composer, Entry
from coach.engine.probing import Probe
from coach.engine.search import Bench, drive
from coach.engine.snapshot import TreeStore
from coach.engine.varying import Order

_STEPS = 20
"""Questions a search asks, for the doubt of a failure that shows only sometimes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One search: the request, the work tree it began on, and the means."""

    request: SearchRequest
    bench: Bench
    trees: TreeStore
    composer: Composer
    now: str
    """The work tree when the search began."""

    @property
    def width(self) -> int:
        return max(self.request.width, 1)

    def probe(self, tree: str, label: str = "", number: int = 1) -> Probe:
        """Ask whether the target shows the failure on a tree."""
        request = self.request
        return Probe(tree, request.target, request.reference, request.grain, round=number, label=label)

    @property
    def runs(self) -> int:
        """How many passes say that it does not fail, at the rate that was measured."""
        return runs_for(self.request.rate, _STEPS)

    def settled(self, probes: Sequence[Probe]) -> tuple[Outcome, ...]:
        """Return the outcome of each probe, repeating what passes as often as the rate asks for."""

        def asking() -> Steps[int, tuple[Outcome, ...]]:
            return (yield tuple(range(len(probes))))

        search = any_failure(asking(), self.runs, width=max(self.width, len(probes)))
        return drive(search, lambda question: probes[question[0]].again(question[1]), self.bench)

    def ordered(self, order: Order, files: tuple[str, ...], label: str, reference: Reference | None) -> Probe:
        """Ask whether the victim shows the failure after other tests; no ``files`` means the whole suite."""
        return Probe(self.now, Target(words=files), reference, order=order, label=label)

    def test_files(self) -> dict[str, Entry]:
        """Return the test side of now: what is laid over older trees, so that the same test asks the same question."""
        named = {word.partition("::")[0] for word in self.request.target.words}
        if self.request.target.kind == "command":
            named = set()
        return {
            path: entry
            for path, entry in self.composer.entries(self.now).items()
            if is_test_path(path) or path in named
        }


def ended(how: How, sentence: str, found: Found | None = None) -> SearchResult:
    return SearchResult(how=how, sentence=sentence, found=found)
