"""Events of putting files back in words; a part of ``telling``."""

from coach.core import events as ev
from coach.core.figures import count
from coach.core.kept import said as said_kept
from coach.core.saying import Said, say


@say.register
def _(event: ev.TreeRestored) -> Said:
    return (
        "○",
        "accent",
        f"{count(len(event.paths), 'file')} put back"
        + (f", {event.why}" if event.why else "")
        + (f"; {kept}" if (kept := said_kept(event.kept)) else ""),
    )


@say.register
def _(event: ev.RestoreBegun) -> Said:
    return (
        "◌",
        "dim",
        f"putting {count(len(event.paths), 'file')} back" + (f", {event.why}" if event.why else ""),
    )


@say.register
def _(event: ev.RestoreStopped) -> Said:
    return "○", "warn", f"nothing was put back: {event.sentence}"


@say.register
def _(event: ev.RestoreInterrupted) -> Said:
    return (
        "○",
        "warn",
        f"a restore was interrupted: {event.written} of {count(len(event.paths), 'file')} written",
    )
