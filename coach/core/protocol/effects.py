"""What the core asks the engine to do, and what the engine says it saw.

The engine answers every effect with at least one observation, so that "idle" has a meaning. Two need no answer of
their own, ``StopRuns`` and ``StopSearch``: they end others, and each of those answers.
"""

from coach.core.base.text import Prose, Text
from coach.core.base.value import Value
from coach.core.experiments.logpoint import Observed
from coach.core.history.similar_failure import PastFailure
from coach.core.localize.call_trace import CallTrace
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Touched
from coach.core.loops.attempt import Finding, SourcePair
from coach.core.protocol.restore_effects import PutBack as PutBack  # noqa: PLC0414 - one door
from coach.core.protocol.restore_effects import RestoreFailed as RestoreFailed  # noqa: PLC0414 - one door
from coach.core.protocol.restore_effects import RestoreFound as RestoreFound  # noqa: PLC0414 - one door
from coach.core.protocol.restore_effects import RestorePlanned as RestorePlanned  # noqa: PLC0414 - one door
from coach.core.protocol.restore_effects import RestoreTree as RestoreTree  # noqa: PLC0414 - one door
from coach.core.protocol.restore_effects import TreePutBack as TreePutBack  # noqa: PLC0414 - one door
from coach.core.runs.changes import Changes
from coach.core.runs.report import RunReport, Written
from coach.core.runs.run import RunRequest
from coach.core.search.request import Place, SearchRequest, SearchResult, Tried
from coach.core.verify.negative_control import Control


class MutationPlace(Value):
    """A function to mutate, and its lines worth mutating, most suspicious first."""

    path: Text
    function: Text = ""
    """Empty: whatever functions the lines stand in."""
    lines: tuple[int, ...]


class StartRun(Value):
    """Execute a run. Answered by ``RunEnded``, then ``SpectrumSeen`` when it was traced, ``MutantsSeen`` when it mutated."""

    request: RunRequest
    places: tuple[MutationPlace, ...] = ()
    """What a mutating run changes, in the copy it runs in."""
    coverage: Text = ""
    """The kept lines of an earlier trace: they say which tests notice a change."""


class StopRuns(Value):
    """End what is running; each run answers with its own ``RunEnded``. Itself unanswered: nothing may be running."""

    superseded: bool = False


class ReadChanges(Value):
    """Diff two trees; an empty ``tree`` means the checkout as it is now. Answered by ``ChangesSeen``."""

    base: str
    tree: str = ""
    label: str = ""
    proof: bool = False
    """Whether it is also read what the edits take out of the tests."""
    loaded_in: int = 0
    """A run of which it is asked which changed modules it did not import."""


class ReadTest(Value):
    """Read the source of one test. Answered by ``TestSeen``."""

    test: str
    pin: bool = False
    """Whether the test is to be pinned with what is read."""
    written: Written | None = None
    """Where it is written, when a run said so."""
    files: tuple[Text, ...] = ()
    """What it reads besides."""
    is_known: bool = False
    """Whether a run had it: then something stands for it, if only its whole file."""


class FindRelated(Value):
    """Find the tests that changed files concern. Answered by ``RelatedFound``."""

    paths: tuple[Text, ...]


class Watch(Value):
    """Start or stop telling about saves. Answered by ``WatchSeen``."""

    on: bool


class ReadAttempt(Value):
    """Read what was edited between two runs, both sides of it. Answered by ``AttemptSeen``."""

    run: int
    base_run: int
    base: str
    tree: str
    base_head: str = ""
    head: str = ""
    """What was checked out at either run, as ``RunReport.head`` says it."""


class ReadTouched(Value):
    """Ask git which commit touched places last. Answered by ``TouchedSeen``."""

    places: tuple[Place, ...]


class RunSearch(Value):
    """Carry out a search; what is ``known`` is not run again. Answered by ``SearchAdvanced`` and one ``SearchOver``."""

    request: SearchRequest
    known: tuple[Tried, ...] = ()


class StopSearch(Value):
    """End the searches under way; each answers with its own ``SearchOver``. Itself unanswered."""


Effect = (
    StartRun
    | StopRuns
    | ReadChanges
    | ReadTest
    | FindRelated
    | Watch
    | ReadAttempt
    | RestoreTree
    | PutBack
    | ReadTouched
    | RunSearch
    | StopSearch
)


class RunEnded(Value):
    number: int
    report: RunReport


class SpectrumSeen(Value):
    """What a traced run showed of one failing test; its ``RunEnded`` came before."""

    spectrum: Spectrum


class SearchAdvanced(Value):
    """Configurations of a search were tried; ``doing`` says what is tried now."""

    number: int
    tried: tuple[Tried, ...]
    doing: Text = ""
    notes: tuple[Text, ...] = ()
    """What is to be known of the search, each once, and before the first probe where it can be."""


class SearchOver(Value):
    """A search ended, with a result or without."""

    number: int
    result: SearchResult


class MutantsSeen(Value):
    """What small mutations showed; the ``RunEnded`` of their run came before."""

    mutations: Mutations


class ControlSeen(Value):
    """What small wrong versions of the fix showed; the ``RunEnded`` of their run came before."""

    control: Control


class TrialRead(Value):
    """A trial's run is over (its ``RunEnded`` came before); ``matched``: the pattern is in its output, None without one."""

    run: int
    matched: bool | None = None


class LogpointRead(Value):
    """What a logpoint run showed; its ``RunEnded`` came before."""

    run: int
    observed: Observed


class CallsSeen(Value):
    """The calls of the tests that a run traced; its ``RunEnded`` came before."""

    run: int
    traces: tuple[CallTrace, ...]
    why: Text = ""
    """Why there is none."""


class FilesSaved(Value):
    """Source files of the checkout have new content."""

    paths: tuple[Text, ...]


class WatchSeen(Value):
    """The watcher's own state: it began, it lost its root, it fell back to polling."""

    watching: bool
    note: Text = ""


class ChangesSeen(Value):
    """What differs; of a proof also what the edits take out of tests, and changed modules that the target never loads."""

    changes: Changes
    lowered: tuple[Finding, ...] = ()
    unloaded: tuple[Text, ...] = ()


class RelatedFound(Value):
    """Tests that ran what changed, by id, and test files that import it or changed themselves; empty when none is known."""

    paths: tuple[Text, ...]
    tests: tuple[Text, ...] = ()


class TestSeen(Value):
    __test__ = False
    test: Text
    path: Text = ""
    line: int = 0
    source: Text = ""
    digest: str = ""
    """Hash of the test's source; empty when it could not be found."""
    name: Text = ""
    """The qualified name by which it was found; empty: by its id."""
    files: tuple[tuple[Text, str], ...] = ()
    """What it reads besides: path and digest; an empty digest: the file is gone."""
    parts: tuple[tuple[Text, str], ...] = ()
    """What it is made of in its own file besides its source: ``CASES in tests/test_vat.py`` and digest."""
    pin: bool = False


class AttemptSeen(Value):
    """The edits before a run. ``sources`` holds what could be read: not binaries, not more than is reasonable."""

    run: int
    base_run: int
    changes: Changes
    sources: tuple[SourcePair, ...] = ()
    head_moved: bool = False
    unloaded: tuple[Text, ...] = ()
    """Changed modules that the run is known not to have imported."""


class PastSeen(Value):
    """Past failures that resemble those of a run. Nobody asked: the door that shows them looks them up."""

    run: int
    candidates: tuple[PastFailure, ...] = ()


class TouchedSeen(Value):
    """What git knows of the places: nothing of those it does not track."""

    touched: tuple[Touched, ...]


class EffectFailed(Value):
    """The engine could not do what was asked; ``message`` says what, why and what to do."""

    effect: str
    message: Prose
    run: int = 0


Observation = (
    RunEnded
    | SpectrumSeen
    | MutantsSeen
    | ControlSeen
    | TrialRead
    | LogpointRead
    | CallsSeen
    | SearchAdvanced
    | SearchOver
    | FilesSaved
    | WatchSeen
    | ChangesSeen
    | RelatedFound
    | TestSeen
    | AttemptSeen
    | TreePutBack
    | RestorePlanned
    | RestoreFailed
    | RestoreFound
    | TouchedSeen
    | PastSeen
    | EffectFailed
)


def unrecorded(seen: Observation, why: str) -> EffectFailed:
    """Return what is recorded instead of an observation that cannot be: a run that ended must not seem under way."""
    number = seen.number if isinstance(seen, RunEnded) else 0
    return EffectFailed(effect=type(seen).__name__, message=why, run=number)
