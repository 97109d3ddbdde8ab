"""What is asked of a worker, and what it says: plain data that travels between machines."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coach.core.localize.spectrum import Coverage
from coach.core.log.events import Interpreter
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.runs.confinement import Confine
from coach.core.runs.report import RunReport
from coach.engine.process.supervise import Limits
from coach.engine.runners.pytest_start import Spelling
from coach.engine.search.candidate import Candidate, Shown

PRELOAD = "coach.session.worker_preload"
"""The module that makes a process of Dask's a worker of coach's; a name, since whoever starts workers stands below that room."""
RESOURCE = "probe"
"""What a worker has one of for each run it may carry out at a time."""

ALLOWED = frozenset(
    {
        "LANG",
        "LANGUAGE",
        "TZ",
        "PYTHONPATH",
        "PYTHONUTF8",
        "PYTHONIOENCODING",
        "PYTHONWARNINGS",
        "PYTHONOPTIMIZE",
        "PYTHONDEVMODE",
        "PYTEST_ADDOPTS",
        "PYTEST_PLUGINS",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
        "DJANGO_SETTINGS_MODULE",
        "NO_COLOR",
        "FORCE_COLOR",
    }
)
"""Variables that decide how tests run and are no secret; those whose names begin with ``LC_`` as well."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all work of one project shares, in the terms of the machine that asks."""

    key: str
    """Stands for all of it: the same ground is prepared once by a worker."""
    root: str
    interpreter: Interpreter
    limits: Limits
    env: Mapping[str, str]
    """Variables that the worker's own environment gets besides."""
    beside: str
    """The tree of the files that no tree holds and copies are completed with; empty: there are none."""
    format: str = "sha1"
    """The hash that objects are named by."""
    project: str = ""
    command: Spelling = ""
    confine: Confine = "copies"
    niceness: int = 0
    prefix: str = ""
    """Where the interpreter's installed packages lie: paths below it come back in these terms."""
    base: str = ""
    """A commit whose objects are not sent, since the checkouts of the workers have it."""


@dataclass(frozen=True, slots=True)
class Work:
    """One run: a candidate of a search, or a run in a copy with whoever observes it."""

    key: str
    topic: str
    """Where the worker says that it begins."""
    ground: Ground
    tree: str
    label: str = ""
    probe: Candidate | None = None
    asked: StartRun | None = None
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it. Exactly one of ``shown``, ``report`` and ``why`` is there."""

    worker: str
    shown: Shown | None = None
    report: RunReport | None = None
    seen: tuple[Observation, ...] = field(default=())
    output: str = ""
    """What the run wrote, as it came: only the machine that asks knows which of it is secret."""
    why: str = ""
    """Why it could not be carried out there."""
    lacks: bool = False
    """Whether that is for want of objects that the asking machine left out."""
