"""What the tests imported from another place than where its source lies: edits there do not run, and tell nothing."""

from collections.abc import Sequence

from coach.core.runs.report import Elsewhere
from coach.core.session.state import SessionState


def elsewhere_of(state: SessionState) -> tuple[Elsewhere, ...]:
    """Return what the newest run of the checkout imported from elsewhere."""
    for run in reversed(state.runs):
        if run.report and not run.request.in_copy and not run.request.only_looks:
            return run.report.elsewhere
    return ()


def never_ran(path: str, elsewhere: Sequence[Elsewhere]) -> Elsewhere | None:
    """Return the module whose source a file is of, when another copy of it ran."""
    return next((each for each in elsewhere if each.has(path)), None)


def unrun_edits(paths: Sequence[str], elsewhere: Sequence[Elsewhere]) -> str:
    """Say that none of the edited files runs; empty when one may, or nothing was edited."""
    found = [never_ran(path, elsewhere) for path in paths]
    return _sentence(found[0]) if found and found[0] and all(found) else ""


def unrun_edit(state: SessionState) -> str:
    """Say that the newest edit touched a file that does not run; empty when it did not."""
    elsewhere = elsewhere_of(state)
    paths = state.edits[-1].paths if state.edits and elsewhere else ()
    found = next((each for path in paths if (each := never_ran(path, elsewhere))), None)
    return _sentence(found) if found else ""


def _sentence(each: Elsewhere) -> str:
    first = each.lies.rpartition("/")[0] or "the project's folder"
    how = f"reinstall it, or put {first} first on the path"
    return f"your edits in {each.lies} do not run: the tests import {each.imported}; {how}"
