"""A search: what is looked for, what was tried, what was found. The same words in the log, on the screen and in JSON.

* *edits*: which hunks since the last pass make it fail
* *commits*: which commit brought the failure
* *order*: which earlier tests spoil the victim
* *flake*: what a flaky failure depends on
* *input*: how little of an input file still makes it fail
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.runs.changes import FileChange
from coach.core.runs.oracle import Outcome
from coach.core.runs.reference import Grain, Reference
from coach.core.runs.target import Target
from coach.core.search.flake_axes import Table

REASSEMBLING: frozenset[str] = frozenset({"edits", "input"})
"""Searches that put code or input together anew: half of an edit fails in ways of its own, so the exception must agree."""

SearchKind = Literal["edits", "commits", "order", "flake", "input"]
How = Literal["found", "nothing", "stopped", "failed"]
"""*found*: there is a result · *nothing*: the search ended and there is none · *stopped*: on request, or superseded ·
*failed*: it could not be carried out."""

KIND_WORDS: dict[SearchKind, str] = {
    "edits": "suspect the last edit",
    "commits": "bisect the commits",
    "order": "find the polluter",
    "flake": "name the axis of the flake",
    "input": "reduce the input",
}


class Place(Value):
    """Lines of a file that are suspicious: a search tries the commits that touched them first."""

    path: FilePath
    start: int
    end: int


class Lead(Value):
    """Lines of a file and why they are suspicious. ``share`` is 1 over the number of places named together."""

    path: FilePath
    start: int = 0
    end: int = 0
    """Both 0 when the whole file is meant. A commit's lines are numbered as in that commit."""
    reason: Prose
    share: float = 1.0
    kind: SearchKind = "edits"


class SearchRequest(Value):
    """What to search. Every candidate runs ``target`` in a disposable copy and fails when it shows ``reference``."""

    number: int
    kind: SearchKind
    target: Target
    reference: Reference | None = None
    """The failure that is searched for; None: any failure of the target counts."""
    base: TreeId = ""
    """*edits*: the tree or commit that passed. *commits*: a commit known to be good; empty when none is."""
    base_label: Prose = ""
    rate: float = 1.0
    """How often it fails, as measured; below 1 the search repeats what passes."""
    rounds: int = 0
    """*flake*: runs under each condition."""
    input: FilePath = ""
    """*input*: the file, relative to the root."""
    places: tuple[Place, ...] = ()
    width: int = 2
    """Probes at the same time."""
    most: int = 0
    """Probes after which the search ends with what it has; 0: no limit."""

    @property
    def grain(self) -> Grain:
        """How like the reference a failure must be."""
        return "exception" if self.kind in REASSEMBLING else "test"


class Tried(Value):
    """One configuration and its outcome. ``key`` is its content: what is known is not run again, also after a stop."""

    key: CoachId
    label: Prose = ""
    outcome: Outcome
    reason: Prose = ""
    alone: bool = False
    """Whether no other probe of the search ran beside it. What an answer leans on is judged alone before it is given."""


def tried_so_far(before: tuple[Tried, ...], new: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """Return both; what was judged again alone stands for what it showed beside others."""
    again = {each.key for each in new if each.alone}
    kept = tuple(each for each in before if each.key not in again) if again else before
    return (*kept, *{each.key: each for each in new}.values())


class Commit(Value):
    id: TreeId
    subject: Name = ""
    at: int = 0
    """Seconds since the epoch, as the committer's clock had it."""


class EditsFound(Value):
    """The hunks without which it passes. 1-minimal: none of them can be left out."""

    kind: Literal["edits"] = "edits"
    files: tuple[FileChange, ...]
    """Only the hunks that matter; a file that was added or deleted stands for itself."""
    of: int
    """Hunks there were."""
    base_label: Prose = ""


class CommitFound(Value):
    """The commit the failure came with; several when those between could not be judged."""

    kind: Literal["commits"] = "commits"
    commits: tuple[Commit, ...]
    good: Commit
    of: int
    """Commits that came into question."""
    files: tuple[FileChange, ...] = ()
    """What the culprit changed, when it is one."""
    left_out: int = 0
    belief: float = 1.0
    """How sure that is; below 1 only for failures that show on both sides."""


class NotARegression(Value):
    """It never passed as far back as was looked."""

    kind: Literal["not-a-regression"] = "not-a-regression"
    commits_back: int
    unresolved: int = 0
    """Probed commits that could not be judged."""


class PollutersFound(Value):
    """Tests that must run before the victim for it to fail, and what they leave behind as far as it can be seen."""

    kind: Literal["order"] = "order"
    victim: TestId
    polluters: tuple[TestId, ...]
    of: int
    """Tests that ran before the victim."""
    leaked: tuple[Name, ...] = ()
    """Names of module-level state that differs before the victim: ``shop.rates.CACHE``, ``os.environ['TZ']``."""


class AxisFound(Value):
    kind: Literal["flake"] = "flake"
    table: Table


class InputReduced(Value):
    kind: Literal["input"] = "input"
    path: FilePath
    reduced: FilePath
    """Where the reduced file is kept."""
    bytes_before: int
    bytes_after: int
    lines_after: int
    is_minimal: bool
    """Whether no single character can be left out; not when the budget ended first."""
    preview: Prose = ""


Found = Annotated[
    EditsFound | CommitFound | NotARegression | PollutersFound | AxisFound | InputReduced,
    Field(discriminator="kind"),
]


class SearchResult(Value):
    """How a search ended. So many candidates (``probes``) were run, ``known`` were answered from the log."""

    how: How
    sentence: Prose
    found: Found | None = None
    probes: int = 0
    known: int = 0
    seconds: float = 0.0
    again: int = 0
    """Probes that were judged again alone, besides ``probes``."""
    disturbed: bool = False
    """Whether a probe came out otherwise alone than beside another: the search then went on one probe at a time."""
    notes: tuple[Prose, ...] = ()
    """What to know of the copies, of what ran beside the search, and of how it was carried out."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the session knows it."""

    request: SearchRequest
    began: float
    """Seconds since the epoch, stamped by the dispatcher."""
    tried: tuple[Tried, ...] = ()
    doing: str = ""
    """What is being tried now, in words."""
    notes: tuple[str, ...] = ()
    """What was said before the first probe, and since."""
    result: SearchResult | None = None

    @property
    def is_over(self) -> bool:
        return self.result is not None
