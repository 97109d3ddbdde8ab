"""A search: what is looked for, what was tried, what was found. The same words in the log, on the screen and in JSON."""

from dataclasses import dataclass
from typing import Literal

from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.runs.oracle import Outcome
from coach.core.runs.reference import Grain, Reference
from coach.core.runs.target import Target
from coach.core.search.kinds import Found, kind_of

How = Literal["found", "nothing", "stopped", "failed"]
"""*found*: there is a result · *nothing*: the search ended and there is none · *stopped*: on request, or superseded ·
*failed*: it could not be carried out."""


class Place(Value):
    """Lines of a file that are suspicious: a search tries the commits that touched them first."""

    path: FilePath
    start: int
    end: int


OPENED = "opened"
"""Kind of a lead to a file of data, which is a place as a whole."""


class Lead(Value):
    """Lines of a file and why they are suspicious. ``share`` is 1 over the number of places named together."""

    path: FilePath
    start: int = 0
    end: int = 0
    """Both 0 when the whole file is meant."""
    reason: Prose
    share: float = 1.0
    kind: CoachId = "edits"
    function: Name = ""
    """The very place that is meant, by name; empty: whatever holds most of the lines."""


class SeenTree(Value):
    """How runs of the checkout came out on one tree."""

    tree: TreeId
    failed: int = 0
    passed: int = 0


class SearchRequest(Value):
    """What to search. Every candidate runs ``target`` in a disposable copy and fails when it shows ``reference``."""

    number: int
    kind: CoachId
    target: Target
    reference: Reference | None = None
    """The failure that is searched for; None: any failure of the target counts."""
    base: TreeId = ""
    """The tree or commit that passed, or a commit known to be good; empty when none is."""
    base_label: Prose = ""
    red_tree: TreeId = ""
    """The work tree in which the failure was seen last; empty: not known."""
    rate: float = 1.0
    """How often it fails, as measured; below 1 the search repeats what passes."""
    seen: tuple[SeenTree, ...] = ()
    """What earlier runs of the checkout showed of a failure that shows only sometimes."""
    rounds: int = 0
    """Runs under each condition, where conditions are compared."""
    input: FilePath = ""
    """The file to reduce, relative to the root."""
    places: tuple[Place, ...] = ()
    width: int = 2
    """Probes at the same time; 0, on a cluster: as many as it has workers."""
    on: Name = ""
    """The cluster whose workers run the probes, as its address was typed; empty: this machine. Keys of probes do not
    depend on it: what was tried here is known there."""
    proves: bool = True
    """Whether a commit that was found is taken back, to see whether the failure goes with it."""
    most: int = 0
    """Probes after which the search ends with what it has; 0: no limit."""

    @property
    def grain(self) -> Grain:
        """How like the reference a failure must be."""
        return kind_of(self.kind).grain


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
    by_itself: bool = False
    """Whether it is a measurement of an investigation: nobody asked for it."""

    @property
    def is_over(self) -> bool:
        return self.result is not None
