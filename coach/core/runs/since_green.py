"""What changed around the project since the target was green last: a red run with the same code may come from that."""

from collections.abc import Sequence

from coach.core.runs.run import Run
from coach.core.runs.surroundings import Surroundings, changed

MAX_SAID = 6


def since_green(runs: Sequence[Run], green: int, red: int) -> str:
    """Say what changed around the project between a green run and a later red one; empty when nothing did, or it is not known."""
    if not green or green >= red:
        return ""
    before, now = surroundings_at(runs, green), surroundings_at(runs, red)
    if before is None or now is None:
        return ""
    said = changed(before, now)
    more = f" and {len(said) - MAX_SAID} more" if len(said) > MAX_SAID else ""
    return f"since #{green} green: {', '.join(said[:MAX_SAID])}{more}" if said else ""


def surroundings_at(runs: Sequence[Run], number: int) -> Surroundings | None:
    """Return those of a run: a report holds them only where they differ from those of the run before."""
    until = (run for run in reversed(runs) if run.number <= number and not run.request.in_copy)
    return next((run.report.surroundings for run in until if run.report and run.report.surroundings), None)
