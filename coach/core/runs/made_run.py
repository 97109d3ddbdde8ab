"""A run that was made elsewhere."""

from coach.core.base.text import FilePath
from coach.core.base.value import Value


class MadeRun(Value):
    """A run of pytest that somebody else started, with coach's probe in it; only what the probe wrote is read."""

    folder: FilePath
    """Where that lies; whoever started the run removes it."""
    exit_code: int
    seconds: float
    began: int
    """When it began: nanoseconds since the epoch."""
