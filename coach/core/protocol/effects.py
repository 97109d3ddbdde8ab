"""What the core asks the engine to do.

The engine answers every effect with at least one observation, so that "idle" has a meaning. Three need no answer of
their own: ``StopRuns`` and ``StopSearch`` end others, and each of those answers; ``ExpectRun`` promises nothing.
"""

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.runs.made_run import MadeRun
from coach.core.runs.report import Failure, Written
from coach.core.runs.run import RunRequest
from coach.core.search.request import Place, SearchRequest, Tried


class MutationPlace(Value):
    """A function to mutate, and its lines worth mutating, most suspicious first."""

    path: FilePath
    function: Name = ""
    """Empty: whatever functions the lines stand in."""
    lines: tuple[int, ...]
    promise: float = 0.0
    """How likely the defect is there, 0 to 1, where that is known."""


class ToMend(Value):
    """The failure that mutants are to mend."""

    failure: Failure
    """In the copy the test must fail for the same reason."""
    red: tuple[TestId, ...] = ()
    """Other tests that failed beside it: what mends the cause may mend them too."""


class StartRun(Value):
    """Execute a run, or take in one that was made elsewhere. Answered by ``RunEnded``, then ``SpectrumSeen`` when it was traced, ``MutantsSeen`` when it mutated."""

    request: RunRequest
    places: tuple[MutationPlace, ...] = ()
    """What a mutating run changes, in the copy it runs in."""
    part: tuple[int, int] = (1, 1)
    """What part of those changes is tried: its number, from 1, and of how many (``mutation/parts.py``)."""
    coverage: CoachId = ""
    """The kept lines of an earlier trace: they say which tests notice a change."""
    to_mend: ToMend | None = None
    """What mutants are to mend."""
    within: float = 0.0
    """Seconds after which it is ended, start and copy included; 0: as the settings say."""
    made: MadeRun | None = None
    """The run itself, where it is over already."""
    is_idle_work: bool = False
    """Whether nobody waits for it: the session counts as idle while it runs."""


class ExpectRun(Value):
    """Make ready what will be asked for next if what is under way goes well; none: nothing is. Itself unanswered.

    It is no promise: what is made ready is used for the very same ``StartRun``, and goes unseen otherwise.
    """

    asked: StartRun | None = None


class StopRuns(Value):
    """End what is running; each run answers with its own ``RunEnded``. Itself unanswered: nothing may be running."""

    superseded: bool = False


class ReadChanges(Value):
    """Diff two trees; an empty ``tree`` means the checkout as it is now. Answered by ``ChangesSeen``."""

    base: TreeId
    tree: TreeId = ""
    label: Prose = ""
    proof: bool = False
    """Whether it is also read what the edits take out of the tests."""
    loaded_in: int = 0
    """A run of which it is asked which changed modules it did not import."""


class ReadTest(Value):
    """Read the source of one test. Answered by ``TestSeen``."""

    test: TestId
    pin: bool = False
    """Whether the test is to be pinned with what is read."""
    written: Written | None = None
    """Where it is written, when a run said so."""
    files: tuple[FilePath, ...] = ()
    """What it reads besides."""
    is_known: bool = False
    """Whether a run had it: then something stands for it, if only its whole file."""


class FindRelated(Value):
    """Find the tests that changed files concern. Answered by ``RelatedFound``."""

    paths: tuple[FilePath, ...]


class Watch(Value):
    """Start or stop telling about saves. Answered by ``WatchSeen``."""

    on: bool


class ReadAttempt(Value):
    """Read what was edited between two runs, both sides of it. Answered by ``AttemptSeen``."""

    run: int
    base_run: int
    base: TreeId
    tree: TreeId
    base_head: Name = ""
    head: Name = ""
    """What was checked out at either run, as ``RunReport.head`` says it."""


class ReadTouched(Value):
    """Ask git which commit touched places last. Answered by ``TouchedSeen``."""

    places: tuple[Place, ...]


class ReadPastPass(Value):
    """Find the newest pass of a test in past sessions and what changed since. Answered by ``PastPassSeen``."""

    test: TestId
    tree: TreeId
    """Of the red run."""


class RunSearch(Value):
    """Carry out a search; what is ``known`` is not run again. Answered by ``SearchAdvanced`` and one ``SearchOver``."""

    request: SearchRequest
    known: tuple[Tried, ...] = ()
    within: float = 0.0
    """Seconds after which it is ended; 0: no limit."""
    is_idle_work: bool = False
    """Whether nobody waits for it: the session counts as idle while it is carried out."""


class StopSearch(Value):
    """End the searches under way; each answers with its own ``SearchOver``. Itself unanswered."""


class RestoreTree(Value):
    """Find out what putting a recorded tree back means, and hold what undoes it. Answered by ``RestorePlanned``."""

    tree: TreeId
    why: Name = ""
    modes: TreeId = ""
    written: tuple[FilePath, ...] = ()
    """Paths that the restore which this one undoes has written: of those the tree speaks, also when git ignored them then."""
    since: TreeId = ""
    """The tree before a restore that was interrupted, when this one finishes it."""
    since_modes: TreeId = ""


class PutBack(Value):
    """Put the tree into the checkout. Performed only once the log says so. Answered by ``TreePutBack`` or ``RestoreFailed``."""

    tree: TreeId
    now: TreeId
    """The tree that is there now."""
    before: TreeId
    """The tree that undoes it: ``now``, or where an interrupted restore began."""
    why: Name = ""
    written: tuple[FilePath, ...] = ()
    modes: TreeId = ""
    now_modes: TreeId = ""
    before_modes: TreeId = ""


Effect = (
    StartRun
    | ExpectRun
    | StopRuns
    | ReadChanges
    | ReadTest
    | FindRelated
    | Watch
    | ReadAttempt
    | RestoreTree
    | PutBack
    | ReadTouched
    | ReadPastPass
    | RunSearch
    | StopSearch
)
