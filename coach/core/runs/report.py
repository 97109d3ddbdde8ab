"""What one run reported: counts, failures with their frames, and how the run ended.

These are raw facts as the probe and the supervisor saw them; judgements are made elsewhere.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, overload

from pydantic import TypeAdapter, ValidationError

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, FilePath, Name, Prose, TreeId
from coach.core.base.value import Value
from coach.core.runs.surroundings import Surroundings

Phase = Literal["setup", "call", "teardown", "collect", "command"]

EndingKind = Literal[
    "completed",
    "timeout",
    "silence",
    "output_limit",
    "signalled",
    "cancelled",
    "superseded",
    "ended_early",
    "contradiction",
    "no_tests",
    "collection_error",
    "usage_error",
    "internal_error",
    "no_pytest",
    "not_started",
    "interrupted",
    "unknown",
]
"""How a run ended. Only ``completed`` can carry a PASS; only ``completed`` and ``collection_error`` a FAIL."""


def headline(exception: str, message: str) -> str:
    """Return an exception with what it says, as tracebacks end; not every runner names one."""
    return f"{exception}: {message}" if exception and message else exception or message


def gist(message: str) -> str:
    """Return a message on one line without what pytest adds to explain the values of an assertion."""
    return message.partition(" + where ")[0]


class Frame(Value):
    """One frame of a traceback, outermost first in a failure."""

    path: FilePath
    """Relative to the project root (posix) when inside it, else as the interpreter named it."""
    line: int
    function: Name
    own: bool
    """Whether the file belongs to the project: under its root and not in an environment."""
    source: Prose = ""
    """The line itself, stripped."""
    code: Prose = ""
    """The lines of the enclosing function (own frames only), as they were when the run ended."""
    code_start: int = 0
    locals: tuple[tuple[Name, Prose], ...] = ()
    """Names and shortened values at the moment of the exception."""

    @property
    def place(self) -> str:
        """``path:line in function``, as far as the function is known."""
        return f"{self.path}:{self.line} in {self.function}" if self.function else f"{self.path}:{self.line}"


class Section(Value):
    """Output pytest captured for a test, such as ``Captured stdout call``."""

    name: Name
    text: Prose


class Difference(Value):
    """Where two compared values part: one of the first places, outermost first."""

    path: Prose = ""
    """As one writes it: ``components.Items[3].price``, ``line 4, column 12``; empty: the values as a whole."""
    got: Prose = ""
    """What the code gave there, shortened; empty: nothing stands there."""
    wanted: Prose = ""
    """What it should have been there, shortened; empty: nothing should stand there."""
    is_sure: bool = False
    """Whether the test runner itself says which side was wanted; else the side of a literal, else the right one."""


CauseKind = Literal["cause", "context", "member", "logged", "printed"]


class Cause(Value):
    """An exception behind the one a test ended with."""

    kind: CauseKind
    """*cause*: ``raise … from`` it · *context*: raised while it was handled · *member*: one of an exception group ·
    *logged*, *printed*: a traceback in what the test logged or wrote."""
    exception: Name = ""
    message: Prose = ""
    frames: tuple[Frame, ...] = ()
    """Outermost first, as in a failure."""


class Written(Value):
    """Where a test stands in the code: not always where its id says (inherited, generated, wrapped, of a data file)."""

    path: FilePath
    line: int = 0
    name: Name = ""
    """Its qualified name; ``doctest:NAME`` for the examples of a docstring; empty: the whole file is the test."""


class Failure(Value):
    """One test (or collector, or command) that failed, with what is known of it."""

    test: TestId
    phase: Phase = "call"
    exception: Name = ""
    message: Prose = ""
    """What the test runner says of it: the exception's text, or an item's own words (a doctest's, a YAML row's)."""
    frames: tuple[Frame, ...] = ()
    difference: tuple[Difference, ...] = ()
    causes: tuple[Cause, ...] = ()
    """Nearest first: the last one is where it began."""
    sections: tuple[Section, ...] = ()
    written: Written | None = None
    """Where the test is written, when the test runner said so."""
    reads: tuple[FilePath, ...] = ()
    """Files of the tests that it opened, below the root, and modules of tests that it takes something from."""
    duration: float = 0.0
    """Seconds, measured by the probe's own clock."""

    @property
    def headline(self) -> str:
        """The exception with what it says, as it came."""
        return headline(self.exception, self.message)

    @property
    def own_frames(self) -> tuple[Frame, ...]:
        return tuple(frame for frame in self.frames if frame.own)


class Counts(Value):
    """How many tests ended how. ``selected`` is what collection left after deselection."""

    selected: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0

    @property
    def reported(self) -> int:
        return self.passed + self.failed + self.errors + self.skipped + self.xfailed + self.xpassed


class NotRun(Value):
    """A test that a run left out, and why: it is neither green nor red."""

    test: TestId
    how: Literal["skipped", "xfailed", "deselected", "absent"] = "skipped"
    reason: Prose = ""

    @property
    def sentence(self) -> str:
        """How it was left out, and why: to follow "it was"."""
        words = {"xfailed": "expected to fail", "absent": "not collected"}.get(self.how, self.how)
        return f"{words}: {self.reason}" if self.reason else words


class RanTests(Value):
    """The tests of one file that ran, passed or failed."""

    path: FilePath
    count: int
    names: tuple[Name, ...] = ()
    """Each as it follows the path in its id, without parameters, once for each case; empty: too many to keep."""


class Elsewhere(Value):
    """A module whose source lies in the project, and that the tests imported from another place."""

    name: Name
    imported: FilePath
    """What ran: ``build/lib/shop``."""
    lies: FilePath
    """What did not: ``src/shop``, a folder or a file."""

    @property
    def sentence(self) -> str:
        return (
            f"the tests import {self.name} from {self.imported}, not from {self.lies}: edits there do not run"
        )

    def has(self, path: str) -> bool:
        """Whether a file is of the source that does not run."""
        return path == self.lies or path.startswith(f"{self.lies}/")


class Ending(Value):
    """How a run came to its end, in one sentence for people."""

    kind: EndingKind = "completed"
    sentence: Prose = ""
    exit_code: int | None = None
    meant: tuple[TestId, ...] = ()
    """Where a test that was asked for is not there: what may have been meant, nearest first."""

    @property
    def is_complete(self) -> bool:
        return self.kind == "completed"


class Output(Value):
    """Where the merged output of a run is kept and how much of it."""

    artefact: CoachId = ""
    """Content hash of the stored text; empty when nothing was stored."""
    bytes: int = 0
    dropped: int = 0
    """Bytes that were read and not kept, between head and tail."""
    tail: Prose = ""
    """The last lines, for commands whose output is all there is."""


class RunReport(Value):
    """All that is known of a run when it is over."""

    ending: Ending
    duration: float = 0.0
    """Seconds of wall time as the supervisor saw them."""
    counts: Counts = Counts()
    failures: tuple[Failure, ...] = ()
    failures_left_out: int = 0
    """Failures beyond the limit that one event keeps."""
    skipped: tuple[TestId, ...] = ()
    """Node ids of skipped and xfailed tests."""
    not_run: tuple[NotRun, ...] = ()
    """The same tests with their reasons, and those that were asked about and were not collected."""
    passed: tuple[TestId, ...] = ()
    """Of the tests that were asked about (``RunRequest.about``): those that passed."""
    reruns: tuple[TestId, ...] = ()
    """Tests that a plugin ran again after they had failed, once for each failure: red, whatever came after."""
    rerun_failures: tuple[Failure, ...] = ()
    """How those failed first, of tests that did not fail in the end."""
    ran: tuple[RanTests, ...] = ()
    """What ran, by file; kept of runs of a verification only: that nothing is lost is asked by name."""
    opened: tuple[FilePath, ...] = ()
    """Files below the root, other than Python's own, that the tests opened for reading."""
    output: Output = Output()
    tree: TreeId = ""
    """Id of the work tree when the run began; empty when it could not be recorded."""
    modes: TreeId = ""
    """What was noted of the permissions and empty folders of that tree."""
    head: Name = ""
    """What git had checked out when the run began: branch, commit, newest stash. Tells a switch from an edit."""
    changed_during: tuple[FilePath, ...] = ()
    """Source files that changed while the run was under way: its evidence belongs to no single tree."""
    same_as: TreeId = ""
    """An earlier tree that this one differs from only by files that runs write; empty: there is none."""
    left: TreeId = ""
    """The tree after the run, where it is another one and differs only by such files."""
    foreign_modules: tuple[Name, ...] = ()
    """Own modules that a scratch run loaded from outside its copy: its answer is about the wrong code."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Modules that the tests imported from another place than where their source lies in the project."""
    refused: tuple[Prose, ...] = ()
    """What a confined run tried and was not allowed to do: ``writes /home/me/notes``."""
    lacking: tuple[Prose, ...] = ()
    """What the checkout has and the copy had not, and the run ended for: ``the copy has no x: git ignores it``."""
    other_start: Prose = ""
    """What would be otherwise if pytest were started the other way: as a program, or as a module of the interpreter."""
    surroundings: Surroundings | None = None
    """Python, installed versions and some variables, where they are others than for the run before."""
    probe_notes: tuple[Prose, ...] = ()
    """Dropped channel lines, probe errors: reasons to doubt the report."""
    warm: bool = False
    """Whether it was forked from the warm server: quick feedback, and never evidence."""
    cold_because: Prose = ""
    """Why a run that could have been warm was not."""

    def of_victim(self, victim: TestId) -> "RunReport":
        """Leave out how the tests before a victim did, in an ordered run; what kept it from being collected stays."""
        failures = (each for each in self.failures if each.test == victim or each.phase == "collect")
        return self.model_copy(update={"failures": tuple(failures)})

    @property
    def not_about_the_code(self) -> str:
        """Why a run in a copy is evidence of nothing, in words; empty when it is."""
        if self.foreign_modules:
            return f"it loaded {self.foreign_modules[0]} from outside the copy under test"
        return self.lacking[0] if self.lacking else ""


NO_FIELDS: set[str] = set()
"""Which fields were given is asked of no event; one set for all saves a third of the memory of a read log."""


class LateFailures(Sequence[Failure]):
    """The failures of a run, read from their JSON when somebody first asks.

    They are most of a large log. For looking only: checked late, so a log that is written on is read whole.
    """

    __slots__ = ("_found", "_later")

    def __init__(self, later: Callable[[], bytes]) -> None:
        """Take the way to the failures as a JSON array; it may raise OSError, then there are none."""
        self._later = later
        self._found: tuple[Failure, ...] | None = None

    @property
    def is_read(self) -> bool:
        return self._found is not None

    def _read(self) -> tuple[Failure, ...]:
        if self._found is None:
            try:
                self._found = _failures().validate_json(self._later())
            except (ValidationError, OSError):
                self._found = ()
        return self._found

    @overload
    def __getitem__(self, place: int) -> Failure: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Failure, ...]: ...
    def __getitem__(self, place: int | slice) -> Failure | tuple[Failure, ...]:
        return self._read()[place]

    def __len__(self) -> int:
        return len(self._read())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple | LateFailures) and self._read() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._read())


@cache
def _failures() -> TypeAdapter[tuple[Failure, ...]]:
    return TypeAdapter(tuple[Failure, ...])
