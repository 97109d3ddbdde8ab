"""Look past failures up while a session goes on: in a thread, because the first look may have to read a whole library."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from coach.core.history.similar_failure import PastFailure
from coach.core.protocol.observations import Observation, PastSeen
from coach.core.reports.metrics import fix_of
from coach.core.runs.failure import FailureSignature
from coach.core.runs.since_green import MAX_SAID, surroundings_at
from coach.core.runs.surroundings import Surroundings, changed
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.errors import CoachError
from coach.session.port import Update
from coach.store import library
from coach.store.library import Listed
from coach.store.log import read_log
from coach.store.paths import session_folder

MAX_FIX = 4_000
"""Characters of a past fix that are kept in the present log."""

_DIAGNOSTICS = logging.getLogger("coach")


def past_failures(
    failing: Sequence[FailureSignature], session: str, now: Surroundings | None = None
) -> tuple[PastFailure, ...]:
    """Return past failures like these, best first, besides those of ``session`` itself. Raises StoreError.

    ``now`` is what lies around the project, to say what of it was otherwise when the test passed.
    """
    return tuple(_told(listed, how, now) for listed, how in library.alike(failing, besides=session))


class Remembering:
    """A listener: looks up every strict failing set once, and posts what it finds."""

    def __init__(self, observe: Callable[[Observation], None]) -> None:
        self._observe = observe
        self._asked: set[str] = set()

    def __call__(self, update: Update) -> None:
        """Look at the newest failure; returns at once."""
        state = update.state
        run = state.last_failure
        new = [each for each in run.failing if each.strict not in self._asked] if run else []
        if run is None or not new or state.opened is None:
            return
        self._asked.update(each.strict for each in new)
        words = (run.number, tuple(new[:8]), state)
        threading.Thread(target=self._look, args=words, name="coach-remembering", daemon=True).start()

    def _look(self, run: int, failing: tuple[FailureSignature, ...], state: SessionState) -> None:
        assert state.opened is not None
        try:
            found = past_failures(failing, state.opened.session, surroundings_at(state.runs, run))
        except CoachError as error:  # a library that cannot be read must not disturb the session
            _DIAGNOSTICS.warning("past failures were not looked up: %s", error)
            return
        if found:
            self._observe(PastSeen(run=run, candidates=found))


def _told(listed: Listed, how: str, now: Surroundings | None) -> PastFailure:
    """Read what a past session can say; the fix needs its whole log."""
    state = replay(read_log(session_folder(listed.id), late=True).records)
    fix = fix_of(state)
    patch = "\n".join(
        f"--- {file.path}\n" + "\n".join(hunk.text for hunk in file.hunks)
        for file in (fix.changes.files if fix else ())
    )
    return PastFailure(
        session=listed.id,
        how=how,
        title=listed.title or listed.target,
        at=listed.last_at,
        ending=listed.state,
        root_cause=listed.root_cause,
        fix=patch if len(patch) <= MAX_FIX else patch[:MAX_FIX] + "\n…",
        **_green(state, now),
    )


def _green(state: SessionState, now: Surroundings | None) -> dict[str, Any]:
    """Return how often the target of a past session passed, when last, and what is otherwise around the project now."""
    passed = [run for run in state.runs if run.is_of_checkout and run.is_evidence and run.is_mended]
    if not passed:
        return {}
    then = surroundings_at(state.runs, passed[-1].number)
    otherwise = changed(then, now) if then and now else ()
    return {
        "green": len(passed),
        "green_at": passed[-1].started,
        "around": ", ".join(otherwise[:MAX_SAID]),
    }
