"""What the core asks the engine to do, and what the engine says it saw.

The engine answers every effect with at least one observation, so that "idle" has a meaning.
"""

from coach.core.attempt import SourcePair
from coach.core.changes import Changes
from coach.core.report import RunReport
from coach.core.run import RunRequest
from coach.core.text import Text
from coach.core.value import Value


class StartRun(Value):
    """Execute a run; answered by ``RunEnded``."""

    request: RunRequest


class StopRuns(Value):
    """End what is running; each run answers with its own ``RunEnded``."""

    superseded: bool = False


class ReadChanges(Value):
    """Diff two trees; an empty ``tree`` means the checkout as it is now. Answered by ``ChangesSeen``."""

    base: str
    tree: str = ""
    label: str = ""


class ReadTest(Value):
    """Read the source of one test. Answered by ``TestSeen``."""

    test: str
    pin: bool = False
    """Whether the test is to be pinned with what is read."""


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


class RestoreTree(Value):
    """Put a recorded tree into the checkout; what is there is recorded first. Answered by ``TreePutBack``."""

    tree: str
    why: Text = ""


Effect = StartRun | StopRuns | ReadChanges | ReadTest | Watch | ReadAttempt | RestoreTree


class RunEnded(Value):
    number: int
    report: RunReport


class FilesSaved(Value):
    """Source files of the checkout have new content."""

    paths: tuple[Text, ...]


class WatchSeen(Value):
    """The watcher's own state: it began, it lost its root, it fell back to polling."""

    watching: bool
    note: Text = ""


class ChangesSeen(Value):
    changes: Changes


class TestSeen(Value):
    __test__ = False
    test: Text
    path: Text = ""
    line: int = 0
    source: Text = ""
    digest: str = ""
    """Hash of the test's source; empty when it could not be found."""
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


class TreePutBack(Value):
    """The checkout holds a recorded tree again; ``before`` is what it held."""

    tree: str
    before: str
    why: Text = ""
    paths: tuple[Text, ...] = ()


class EffectFailed(Value):
    """The engine could not do what was asked; ``message`` says what, why and what to do."""

    effect: str
    message: Text
    run: int = 0


Observation = (
    RunEnded | FilesSaved | WatchSeen | ChangesSeen | TestSeen | AttemptSeen | TreePutBack | EffectFailed
)
