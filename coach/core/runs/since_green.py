"""What changed around the project since the target was green last: a red run with the same code may come from that."""

from collections.abc import Sequence

from coach.core.runs.run import Run
from coach.core.runs.surroundings import Surroundings, changed

MAX_SAID = 6


def since_green(runs: Sequence[Run], green: int, red: int) -> str:
    """Say what changed around the project between a green run and a later red one; empty when nothing did, or it is not known."""
    before, now = surroundings_at(runs, green), surroundings_at(runs, red)
    if not green or green >= red or before is None or now is None:
        return ""
    said = changed(before, now)
    more = f" and {len(said) - MAX_SAID} more" if len(said) > MAX_SAID else ""
    return f"since #{green} green: {', '.join(said[:MAX_SAID])}{more}" if said else ""


def surroundings_at(runs: Sequence[Run], number: int) -> Surroundings | None:
    """Return those of a run: a report holds them only where they differ from those of the run before."""
    found = None
    for run in runs:
        if run.number > number:
            break
        if run.report and run.report.surroundings and not run.request.in_copy:
            found = run.report.surroundings
    return found
