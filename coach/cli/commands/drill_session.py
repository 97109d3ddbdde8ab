"""Open the session of a drill that a person plays, for the screen; and wait for its grading when the screen is left."""

import contextlib
import time
from collections.abc import Callable
from functools import partial

from coach.cli.commands.console import say
from coach.core.drill.drill import DrillSet
from coach.core.drill.ended import is_over
from coach.core.drill.guidance import Guidance
from coach.core.protocol import commands as cmd
from coach.drills.ground import open_ground
from coach.drills.person import GradingWhenOver, begin_play, enter_again, play_of, unfinished_play
from coach.errors import CoachError
from coach.session.dispatcher import Dispatcher
from coach.session.factory import open_shared
from coach.session.port import SessionPort
from coach.store.listed import Listed

PATIENCE = 600.0
"""Seconds that a grading is waited for when the screen is left; what takes longer is graded when the drill is opened again."""
Leaving = list[Callable[[], None]]
"""What is done when the screen is left, before the session is closed."""


def opened_drill(drill_set: DrillSet, number: int, guidance: Guidance, leaving: Leaving) -> SessionPort:
    """Go on with a drill that was left, else begin it. Raises CoachError."""
    if listed := unfinished_play(drill_set.name, number):
        return taken_up(listed, leaving)
    ground = open_ground(drill_set)
    session = begin_play(ground, ground.drill(number), guidance).session
    session.start()
    if guidance.kind == "spec":
        session.submit(cmd.WriteSpec(spec=guidance.spec))
    session.submit(cmd.Begin())
    leaving.append(partial(_leave, GradingWhenOver(session, ground)))
    return session


def taken_up(listed: Listed, leaving: Leaving) -> SessionPort:
    """Take up a drill that was left, or join the coach that holds it; one that is over is graded. Raises CoachError."""
    state = play_of(listed)
    if state is None:
        raise CoachError(f"the arena of session {listed.id} is gone", do="begin anew: coach drill run")
    ground = enter_again(state)
    session = open_shared(listed.id)
    if not isinstance(session, Dispatcher):
        return session
    session.start()
    if not is_over(state):
        session.submit(cmd.Resume())
    leaving.append(partial(_leave, GradingWhenOver(session, ground)))
    return session


def _leave(grading: GradingWhenOver) -> None:
    if grading.is_grading:
        say("the drill is being graded; ctrl+c leaves that for the next time")
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(KeyboardInterrupt):
            while not grading.wait(0.2) and time.monotonic() < end:
                pass
    grading.close()
