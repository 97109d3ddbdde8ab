"""What the engine says it saw: of effects, and of what happens by itself (saves)."""

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.experiments.logpoint import Observed
from coach.core.history.kept_file import Kept
from coach.core.history.past_pass import PastChanges
from coach.core.history.similar_failure import PastFailure
from coach.core.localize.call_trace import CallTrace
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.origins import Origins
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Touched
from coach.core.loops.attempt import Finding, SourcePair
from coach.core.protocol.effects import Effect, PutBack, RunSearch, StartRun
from coach.core.runs.changes import Changes
from coach.core.runs.report import RunReport
from coach.core.search.request import SearchResult, Tried
from coach.core.verify.negative_control import Control


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
    doing: Prose = ""
    notes: tuple[Prose, ...] = ()
    """What is to be known of the search, each once, and before the first probe where it can be."""


class SearchOver(Value):
    """A search ended, with a result or without."""

    number: int
    result: SearchResult


class MutantsSeen(Value):
    """What small mutations showed; the ``RunEnded`` of their run came before."""

    mutations: Mutations


class FlipSeen(Value):
    """A small mutation turned the test green; its run goes on."""

    run: int
    flip: Flip


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
    why: Prose = ""
    """Why there is none."""


class OriginsSeen(Value):
    """Where a value came from, in the test that a run recorded; its ``RunEnded`` came before."""

    run: int
    origins: Origins | None = None
    why: Prose = ""
    """Why there is no answer."""


class FilesSaved(Value):
    """Source files of the checkout have new content."""

    paths: tuple[FilePath, ...]


class WatchSeen(Value):
    """The watcher's own state: it began, it lost its root, it fell back to polling."""

    watching: bool
    note: Prose = ""


class ChangesSeen(Value):
    """What differs; of a proof also what the edits take out of tests, and changed modules that the target never loads."""

    changes: Changes
    lowered: tuple[Finding, ...] = ()
    unloaded: tuple[FilePath, ...] = ()


class RelatedFound(Value):
    """Tests that ran what changed, by id, and test files that import it or changed themselves; empty when none is known."""

    paths: tuple[FilePath, ...]
    tests: tuple[Name, ...] = ()


class TestSeen(Value):
    __test__ = False
    test: TestId
    path: FilePath = ""
    line: int = 0
    source: Prose = ""
    digest: CoachId = ""
    """Hash of the test's source; empty when it could not be found."""
    name: Name = ""
    """The qualified name by which it was found; empty: by its id."""
    files: tuple[tuple[FilePath, CoachId], ...] = ()
    """What it reads besides: path and digest; an empty digest: the file is gone."""
    parts: tuple[tuple[Name, CoachId], ...] = ()
    """What it is made of in its own file besides its source: ``CASES in tests/test_vat.py`` and digest."""
    pin: bool = False


class AttemptSeen(Value):
    """The edits before a run. ``sources`` holds what could be read: not binaries, not more than is reasonable."""

    run: int
    base_run: int
    changes: Changes
    sources: tuple[SourcePair, ...] = ()
    head_moved: bool = False
    unloaded: tuple[FilePath, ...] = ()
    """Changed modules that the run is known not to have imported."""


class PastSeen(Value):
    """Past failures that resemble those of a run. No effect asked for them: the process that holds the session looks them up."""

    run: int
    candidates: tuple[PastFailure, ...] = ()


class TouchedSeen(Value):
    """What git knows of the places: nothing of those it does not track."""

    touched: tuple[Touched, ...]


class PastPassSeen(Value):
    """What changed since a test passed in a past session; None: no past session saw it pass, or its tree is gone."""

    past: PastChanges | None = None


class EffectFailed(Value):
    """The engine could not do what was asked; ``message`` says what, why and what to do."""

    effect: CoachId
    message: Prose
    run: int = 0


class TreePutBack(Value):
    """The checkout holds a recorded tree again; ``before`` is what it held."""

    tree: TreeId
    before: TreeId
    why: Name = ""
    paths: tuple[FilePath, ...] = ()
    kept: tuple[Kept, ...] = ()
    modes: TreeId = ""
    """Of ``before``."""


class RestorePlanned(Value):
    """What putting a tree back will do; nothing is done yet."""

    put_back: PutBack
    paths: tuple[FilePath, ...] = ()
    kept: tuple[Kept, ...] = ()


class RestoreFailed(Value):
    """Files could not be put back: all is as it was, or ``message`` says what is not."""

    tree: TreeId
    message: Prose


class RestoreFound(Value):
    """What became of a restore that was begun and whose end nobody told."""

    tree: TreeId
    before: TreeId
    why: Name = ""
    paths: tuple[FilePath, ...] = ()
    written: int = 0
    aside: tuple[FilePath, ...] = ()
    modes: TreeId = ""
    before_modes: TreeId = ""
    is_over: bool = False
    """It ended, and others may have edited since: what is not as wanted is no part of it."""


Observation = (
    RunEnded
    | SpectrumSeen
    | MutantsSeen
    | FlipSeen
    | ControlSeen
    | TrialRead
    | LogpointRead
    | CallsSeen
    | OriginsSeen
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
    | PastPassSeen
    | EffectFailed
)


def unrecorded(seen: Observation, why: str) -> EffectFailed:
    """Return what is recorded instead of an observation that cannot be: a run that ended must not seem under way."""
    number = seen.number if isinstance(seen, RunEnded) else 0
    return EffectFailed(effect=type(seen).__name__, message=why, run=number)


def not_begun(effect: Effect, message: str) -> Observation:
    """Return what is seen of an effect that could not be begun: the end of its run or search, else a word."""
    if isinstance(effect, RunSearch):
        result = SearchResult(how="failed", sentence=message)
        return SearchOver(number=effect.request.number, result=result)
    if isinstance(effect, PutBack):
        return RestoreFailed(tree=effect.tree, message=message)
    number = effect.request.number if isinstance(effect, StartRun) else 0
    return EffectFailed(effect=type(effect).__name__, message=message, run=number)
