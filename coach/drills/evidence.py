"""Measure a drill in every way that can be asked for, and say which evidence names the cause."""

import threading

from coach.core.decide.measurement_kinds import BY_NAME
from coach.core.drill.debrief import EvidencePath
from coach.core.drill.drill import Drill
from coach.core.drill.evidence_paths import evidence_paths
from coach.core.drill.guidance import Guidance
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.drills.arena_session import arena_for, environment_as, environment_in, open_session
from coach.drills.ground import Ground
from coach.errors import CoachError
from coach.session.dispatcher import Dispatcher
from coach.session.port import ask

MEASURED = ("lines", "calls", "origins", "mutations", "suite")
"""What is measured, in this order: mutations are of places that lines have named."""
SECONDS_EACH = 30.0
"""Of one measurement, about."""
_TICK = 0.2


def measured_paths(
    ground: Ground, drill: Drill, stopped: threading.Event, seconds: float = SECONDS_EACH
) -> tuple[EvidencePath, ...]:
    """Measure the bug of a drill in an arena of its own, in a session that nobody sees.

    Args:
        ground: the project of the set.
        drill: the drill; a test that was held is in this arena.
        stopped: ends it when it is set.
        seconds: of one measurement, about.

    Raises:
        CoachError: no arena can be made, the bug does not show, or it was stopped.

    """
    whole = drill.model_copy(update={"held": ()})
    with arena_for(ground, whole, is_kept=False) as arena:
        with environment_as(environment_in(arena, ground)):
            made = open_session(ground, whole, Guidance(), arena, is_kept=False)
        with made.session as session:
            ask(session, cmd.Begin(reproduce=False))
            ask(session, cmd.RunTarget(purpose="experiment"))
            _wait(session, stopped)
            if session.state.last_failure is None:
                raise CoachError("the bug does not show in this arena")
            after, took = _measured(session, stopped, seconds)
    return evidence_paths(after, took, drill.causes)


def _measured(
    session: Dispatcher, stopped: threading.Event, seconds_each: float
) -> tuple[dict[str, SessionState], dict[str, float]]:
    after, seconds = {"": session.state}, {}
    for name in MEASURED:
        kind = BY_NAME[name]
        if kind.why_not(session.state):
            continue
        before = session.state.last_number
        ask(session, kind.command(session.state, seconds_each))
        _wait(session, stopped)
        runs = [each for each in session.state.runs if each.number > before and each.report]
        after[name] = session.state
        seconds[name] = sum(each.report.duration for each in runs if each.report)
    return after, seconds


def _wait(session: Dispatcher, stopped: threading.Event) -> None:
    """Wait until nothing runs. Raises CoachError when it is stopped meanwhile."""
    while not session.wait_idle(_TICK):
        if stopped.is_set():
            raise CoachError("it was stopped")
