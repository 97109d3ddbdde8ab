"""The kinds of searches: what each asks, costs and needs, and what it can find. ``SEARCH_KINDS`` registers them.

A kind is a row here and the function that carries it out, in ``coach/engine/search/kinds``. Decisions, gates, the screen
and the command line ask the row; what was found describes itself and says which changes it blames.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field

from coach.core.base.formatting import count, day
from coach.core.base.result_lines import Excerpt, Fact, fact
from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.runs.changes import FileChange
from coach.core.runs.reference import Grain
from coach.core.search.flake_axes import CONDITIONS, ROUNDS, Measured, Table
from coach.core.search.taken_back import TakenBack

SURE_ENOUGH = 0.95
"""Belief from which a commit is blamed."""
MAX_COMMITS = 10
MAX_LEAKED = 8
Described = Fact | FileChange | Excerpt


class Lines(Value):
    """Lines of a file, ``start`` to ``end``, in the version that was tested."""

    path: FilePath
    start: int
    end: int


class Blame(NamedTuple):
    """The changes that a result holds responsible, and why: the reason that a suspect gets."""

    files: tuple[FileChange, ...] = ()
    reason: str = ""
    weight: str = ""
    """The row of the weights that it counts by; empty: that of the kind of search."""
    lines: tuple[Lines, ...] = ()
    """What of the changes stands where in the version that was tested; empty: the changes lead to that version."""


class SearchFinding(Value):
    """The base of what a search found; its ``kind`` is the word on disk."""

    def described(self) -> tuple[Described, ...]:
        """Return what was found besides the sentence of the result, what matters most first."""
        return ()

    def blame(self, search: int) -> Blame:
        """Return the changes that search number ``search`` shows to be responsible; nothing where it names no lines."""
        del search
        return Blame()


class Commit(Value):
    id: TreeId
    subject: Name = ""
    at: int = 0
    """Seconds since the epoch, as the committer's clock had it."""


class LikelyCommit(Value):
    """A commit that may have brought the failure, and how likely that is."""

    commit: Commit
    belief: float


class EditsFound(SearchFinding):
    """The hunks without which it passes. 1-minimal: none of them can be left out."""

    kind: Literal["edits"] = "edits"
    files: tuple[FileChange, ...]
    """Only the hunks that matter; a file that was added or deleted stands for itself."""
    of: int
    """Hunks there were."""
    base_label: Prose = ""

    def described(self) -> tuple[Described, ...]:
        return self.files

    def blame(self, search: int) -> Blame:
        of = f"1 of {self.of} hunks" if self.of > 1 else "the only hunk"
        return Blame(self.files, f"without this change it passes ({of}, search {search})")


class CommitFound(SearchFinding):
    """The commit the failure came with; several when those between could not be judged."""

    kind: Literal["commits"] = "commits"
    commits: tuple[Commit, ...]
    good: Commit
    of: int
    """Commits that came into question."""
    files: tuple[FileChange, ...] = ()
    """What the culprit changed, when it is one."""
    stands: tuple[Lines, ...] = ()
    """Where the lines that it changed stand in the version that was tested."""
    left_out: int = 0
    belief: float = 1.0
    """How sure that is; below 1 only for failures that show only sometimes."""
    others: tuple[LikelyCommit, ...] = ()
    """The next likeliest, where that is not sure."""
    taken_back: TakenBack | None = None
    """What the test said when the commit was taken back on top of the work tree; None: not tried."""

    @property
    def is_proven(self) -> bool:
        """Whether the failure was seen to need the commit: besides coming with it, it goes with it."""
        return self.taken_back is not None and self.taken_back.is_proven

    def described(self) -> tuple[Described, ...]:
        lines = [
            fact(("✘ ", "bad"), (f"{each.id[:10]} ", "strong"), each.subject, figure=day(each.at))
            for each in self.commits[:MAX_COMMITS]
        ]
        passed = f"it still passed at {self.good.id[:10]} {self.good.subject}"
        lines.append(fact(("✔ ", "good"), (passed, "dim")))
        if self.taken_back:
            mark = fact(("✔ ", "good"), (f"proven: {self.taken_back.sentence}", "strong"))
            lines.append(mark if self.is_proven else fact(("◐ ", "warn"), self.taken_back.sentence))
        if self.belief < 1:
            lines.append(fact((f"{self.belief:.0%} sure: the failure shows only sometimes", "dim")))
            lines += [
                fact((f"{each.belief:.0%} ", "dim"), f"{each.commit.id[:10]} ", (each.commit.subject, "dim"))
                for each in self.others
            ]
        if len(self.commits) > 1:
            lines.append(fact(("one of these: those between could not be judged", "dim")))
        more = [fact((f"… {count(self.left_out, 'more file')}", "dim"))] if self.left_out else []
        return (*lines, *self.files, *more)

    def blame(self, search: int) -> Blame:
        del search
        if len(self.commits) != 1 or self.belief < SURE_ENOUGH:
            return Blame()
        commit = self.commits[0]
        said = f"the failure came with commit {commit.id[:10]}: {commit.subject[:60]}"
        if self.taken_back is None:
            return Blame(self.files, said, lines=self.stands)
        weight = "proven" if self.is_proven else ""
        return Blame(self.files, f"{said}; {self.taken_back.sentence}", weight, self.stands)


class NotARegression(SearchFinding):
    """It never passed as far back as was looked."""

    kind: Literal["not-a-regression"] = "not-a-regression"
    commits_back: int
    unresolved: int = 0
    """Probed commits that could not be judged."""


class FixFound(SearchFinding):
    """The commit since which it passes; several when those between could not be judged."""

    kind: Literal["fix"] = "fix"
    commits: tuple[Commit, ...]
    red: Commit
    """The youngest one that still failed."""
    of: int
    """Commits that came into question."""
    files: tuple[FileChange, ...] = ()
    """What the commit changed, when it is one."""
    left_out: int = 0

    def described(self) -> tuple[Described, ...]:
        lines = [
            fact(("✔ ", "good"), (f"{each.id[:10]} ", "strong"), each.subject, figure=day(each.at))
            for each in self.commits[:MAX_COMMITS]
        ]
        lines.append(
            fact(("✘ ", "bad"), (f"it still failed at {self.red.id[:10]} {self.red.subject}", "dim"))
        )
        if len(self.commits) > 1:
            lines.append(fact(("one of these: those between could not be judged", "dim")))
        more = [fact((f"… {count(self.left_out, 'more file')}", "dim"))] if self.left_out else []
        return (*lines, *self.files, *more)


class PollutersFound(SearchFinding):
    """Tests that must run before the victim for it to fail, and what they leave behind as far as it can be seen."""

    kind: Literal["order"] = "order"
    victim: TestId
    polluters: tuple[TestId, ...]
    of: int
    """Tests that ran before the victim."""
    leaked: tuple[Name, ...] = ()
    """Names of module-level state that differs before the victim: ``shop.rates.CACHE``, ``os.environ['TZ']``."""

    def described(self) -> tuple[Described, ...]:
        lines = [fact(("✘ ", "bad"), (each, "strong"), is_name=True) for each in self.polluters]
        of = f"{len(self.polluters)} of {self.of}"
        lines.append(fact(("spoils ", "dim"), self.victim, figure=of, is_name=True))
        if self.leaked:
            lines.append(fact(("it leaves behind ", "dim"), " · ".join(self.leaked[:MAX_LEAKED])))
        return tuple(lines)


class AxisFound(SearchFinding):
    kind: Literal["flake"] = "flake"
    table: Table

    def described(self) -> tuple[Described, ...]:
        return tuple(_condition(row) for row in self.table.rows)


def _condition(row: Measured) -> Fact:
    unclear = f", {row.unresolved} unresolved" if row.unresolved else ""
    return fact(
        row.condition.ljust(12),
        share=row.failures / row.runs if row.runs else 0.0,
        figure=f"{row.failures} of {row.runs} fail{unclear}  {row.low:.0%} to {row.high:.0%}",
        more=f"{count(row.runs_needed, 'run')} to see one" if row.runs_needed else "",
    )


class InputReduced(SearchFinding):
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

    def described(self) -> tuple[Described, ...]:
        minimal = "no character can be left out" if self.is_minimal else "it may get smaller still"
        size = f"{self.bytes_before:,} → {self.bytes_after:,} bytes, {count(self.lines_after, 'line')}"
        lines = (fact(size, (f"  {minimal}", "dim")), fact(("kept as ", "dim"), self.reduced, is_name=True))
        return (*lines, Excerpt(self.preview)) if self.preview else lines


Found = Annotated[
    EditsFound | CommitFound | FixFound | NotARegression | PollutersFound | AxisFound | InputReduced,
    Field(discriminator="kind"),
]

# What can be searched


class Asked(Protocol):
    """What a row reads of a request, to say it in words."""

    @property
    def base(self) -> str: ...
    @property
    def base_label(self) -> str: ...
    @property
    def input(self) -> str: ...
    @property
    def rounds(self) -> int: ...


Need = Literal["an order", "one test", "a failure", "an earlier state", "a file"]
"""What must be known before a search can begin: *an order*: a runner that can be told in which order tests run ·
*one test*, the target or one that failed · *a failure* that is searched
for; where it shows only sometimes, what passes is repeated · *an earlier state* that passed · *a file* to reduce."""


@dataclass(frozen=True, slots=True)
class SearchGate:
    """The check of a gate that holds when a search of a kind has found something."""

    check: str
    title: str
    way: str
    """What the action does: the rest of a sentence that begins with it."""
    advice: str
    """The next move while it does not hold."""
    is_of_a_test: bool = False
    """Whether it is asked only where a test can stand for the failure."""


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One kind of search."""

    name: str
    """The word on disk and on the command line."""
    title: str
    """What it does, in an imperative."""
    question: str
    costs: str
    asks: Callable[[Asked], str]
    """The question of one request."""
    command: str
    """The command line that begins it."""
    needs: frozenset[Need]
    grain: Grain = "test"
    """How like the reference a failure must be. What puts code or input together anew makes failures of its own, so there
    the exception must agree."""
    planned: Callable[[Asked], int] = lambda _: 0
    """Probes there will be, where that is known before; 0: not known."""
    looks_up_places: bool = False
    """Whether it begins with the lines of the suspects: a blame of each costs time before the first candidate."""
    is_of_the_checkout: bool = False
    """Whether what it found says nothing any more once the checkout is edited."""
    gate: SearchGate | None = None
    may_flake: bool = False
    """Whether the rate that was measured is told to it, though it begins without a failure."""


def _commits_asked(asked: Asked) -> str:
    return "Which commit brought the failure?" + (f" {asked.base[:10]} is good." if asked.base else "")


def _fix_asked(asked: Asked) -> str:
    return "Which commit mended it?" + (f" {asked.base[:10]} is red." if asked.base else "")


_KINDS = (
    SearchKind(
        name="edits",
        title="suspect the last edit",
        question="Which of my edits?",
        costs="a few runs to some dozens, fewer for fewer hunks",
        asks=lambda asked: f"Which hunks make it fail? Since {asked.base_label or asked.base[:9]}.",
        command="coach reduce",
        needs=frozenset({"a failure", "an earlier state"}),
        grain="exception",
        is_of_the_checkout=True,
    ),
    SearchKind(
        name="commits",
        title="bisect the commits",
        question="Which commit?",
        costs="about two runs for every doubling of the history",
        asks=_commits_asked,
        command="coach bisect",
        needs=frozenset({"a failure"}),
        looks_up_places=True,
        gate=SearchGate(
            "culprit-found",
            "the commit it came with",
            "bisects",
            "Let the history say which commit brought it.",
        ),
    ),
    SearchKind(
        name="order",
        title="find the polluter",
        question="Which test before it?",
        costs="runs of ever fewer tests, at first of the whole suite",
        asks=lambda _: "Which tests before it make it fail?",
        command="coach reduce --order",
        needs=frozenset({"an order", "one test"}),
        gate=SearchGate(
            "polluter-found",
            "the tests that spoil it",
            "searches",
            "Find the tests without which it passes.",
            is_of_a_test=True,
        ),
    ),
    SearchKind(
        name="flake",
        title="find what makes it flaky",
        question="What does the flake depend on?",
        costs=f"{ROUNDS * len(CONDITIONS)} runs: alone, other seeds, other orders",
        asks=lambda _: "What does the failure depend on?",
        command="coach stress",
        needs=frozenset({"an order", "one test"}),
        planned=lambda asked: (asked.rounds or ROUNDS) * len(CONDITIONS),
        gate=SearchGate(
            "axis-named", "what it depends on", "tries each", "Try what it may depend on: seed, order, time."
        ),
    ),
    SearchKind(
        name="input",
        title="reduce the input",
        question="How little input?",
        costs="dozens to hundreds of runs; asks for the file",
        asks=lambda asked: f"How little of {asked.input} still makes it fail?",
        command="coach reduce --input FILE",
        needs=frozenset({"a failure", "a file"}),
        grain="exception",
    ),
    SearchKind(
        name="fix",
        title="find the commit that mended it",
        question="Which commit mended it?",
        costs="about two runs for every doubling of the history",
        asks=_fix_asked,
        command="coach bisect --find-fix",
        needs=frozenset(),
        may_flake=True,
    ),
)
SEARCH_KINDS: dict[str, SearchKind] = {each.name: each for each in _KINDS}
"""In the order in which they are offered, and in which what they blame is told."""


def kind_of(name: str) -> SearchKind:
    """Return the row of a kind; a kind that a later coach wrote into the log is told by its name alone."""
    return SEARCH_KINDS.get(name) or SearchKind(
        name, f"search by {name}", name, "", lambda _: "", "coach search", frozenset()
    )
