"""What all runs of a session share: where they run, with what, and where it is kept what they show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.confinement import Confine
from coach.engine.process.output import LiveOutput
from coach.engine.process.supervise import Limits
from coach.engine.process.turn import Turn
from coach.engine.runners.pytest_start import Spelling
from coach.engine.warm.server import WarmServer


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all runs of a session share."""

    root: Path
    interpreter: Interpreter
    limits: Limits
    keep: Callable[[str], str]
    """Stores text as it is and returns its content hash; an empty string when it could not."""
    live: LiveOutput
    env: Mapping[str, str]
    loaded: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Own modules that the newest runs in the checkout imported, relative to the root, by run number."""
    warm: WarmServer | None = None
    """What can fork runs; None: every run is cold."""
    command: Spelling = ""
    """How pytest is started."""
    redactor: Callable[[str], str] = lambda text: text
    """Takes secrets out of output before it is kept."""
    home: Path | None = None
    """Where the compiled probe is kept; None: it runs from its sources."""
    project: str = ""
    """Where runs start, below the root; ids and paths stay relative to the root."""
    no_trees: str = ""
    """Why the work tree is not recorded; empty: it is."""
    confine: Confine = "copies"
    """Which runs are confined."""
    niceness: int = 0
    """How much more these runs give way than coach does."""
    turn: Turn | None = None
    """What the run waits for before it loads anything of the project, where its runner can wait and it is no fork."""
