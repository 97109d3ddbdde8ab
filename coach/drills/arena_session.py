"""A session in an arena: opened with what whoever plays is given, graded and scored when it is over."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coach.assistants.runner import Assistant
from coach.core.drill.drill import Drill
from coach.core.drill.facts import Graded, Played
from coach.core.drill.guidance import Guidance
from coach.core.drill.score import DrillResult
from coach.core.drill.score_lines import score_of
from coach.core.drill.task import task_of
from coach.core.log.events import DrillBegan
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.drills.ground import Ground
from coach.drills.kept import add_result, arenas_folder
from coach.engine.drill.arena import Arena, make_arena, played_environment
from coach.engine.drill.grading import graded
from coach.engine.process.scratch import in_use
from coach.engine.source.project_root import Located, at
from coach.errors import StoreError
from coach.session.dispatcher import Dispatcher
from coach.session.factory import IN_ARENA, PLAYED_LIMITS, open_new
from coach.session.port import SessionPort, ask
from coach.settings.project import load_settings
from coach.store.paths import make_private


@dataclass(frozen=True, slots=True)
class ArenaSession:
    """A session that plays a drill, before anybody does anything in it."""

    ground: Ground
    drill: Drill
    guidance: Guidance
    arena: Arena
    environment: Mapping[str, str]
    """Of whoever plays, and of all that coach runs in the arena."""
    session: Dispatcher
    task: str

    @property
    def place(self) -> Located:
        return at(self.arena.root, self.ground.place.folder)


@contextlib.contextmanager
def arena_for(ground: Ground, drill: Drill, *, is_kept: bool) -> Iterator[Arena]:
    """Make the arena of a drill. ``is_kept``: it stays afterwards, for a person who goes on later.

    What an assistant left in its arena is the answer for the next one that plays: such an arena is removed.
    """
    place = make_private(arenas_folder()) / secrets.token_hex(8)
    try:
        with in_use(make_private(place)):
            yield make_arena(drill, ground.trees, place, ground.around)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    if not is_kept:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def environment_as(wanted: Mapping[str, str]) -> Iterator[None]:
    """Let this process, and so all that it starts, have other variables for a while."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def environment_in(arena: Arena, ground: Ground) -> dict[str, str]:
    """Return the variables for whoever plays in an arena.

    No setting of the engineer's names another interpreter or project, and nothing is measured unless it is asked for.
    """
    made = played_environment(arena, ground.place.root, ground.env)
    kept = {name: value for name, value in made.items() if name not in {"COACH_PYTHON", "COACH_PROJECT"}}
    return kept | {"COACH_INVESTIGATE": "off"}


def open_session(  # noqa: PLR0913 - who plays what, where, with what
    ground: Ground,
    drill: Drill,
    guidance: Guidance,
    arena: Arena,
    assistant: Assistant | None = None,
    *,
    is_kept: bool = True,
) -> ArenaSession:
    """Open the session of a drill; nothing runs yet, and whoever calls this closes it. Call it in the arena's environment.

    Code in an arena has a bug that coach planted, so all its runs are confined. Without an ``assistant`` a person plays, and nothing
    is measured unasked. One that is not kept is in memory alone.

    Raises:
        CoachError: no session can be opened there.

    """
    place = at(arena.root, ground.place.folder)
    settings = load_settings(place.home, {"python": arena.environment.python, **IN_ARENA})
    if assistant is None:
        settings = settings.model_copy(update={"investigate": PLAYED_LIMITS})
    target = Target(words=(drill.shown,) if drill.shown else ground.drill_set.tests)
    session = open_new(place, target, settings, is_kept=is_kept)
    task = task_of(drill, guidance, is_person=assistant is None)
    session.record(
        DrillBegan(
            set=ground.drill_set.name,
            number=drill.number,
            player=assistant.name if assistant else "",
            command=assistant.digest if assistant else "",
            guidance=guidance.digest,
            label=guidance.label,
            task=task,
        )
    )
    return ArenaSession(ground, drill, guidance, arena, dict(os.environ), session, task)


def begin(made: ArenaSession) -> None:
    """Begin the session, which is served already, with the spec that whoever plays is given."""
    ask(made.session, cmd.Begin(reproduce=False))
    if made.guidance.kind == "spec":
        ask(made.session, cmd.WriteSpec(spec=made.guidance.spec))


def score_play(  # noqa: PLR0913, PLR0917 - what was played, where, and what grades it
    ground: Ground, drill: Drill, folder: Path, played: Played, session: SessionPort, on: str = ""
) -> DrillResult:
    """Grade what is in the arena's folder, note the score in the session, and keep the result beside the set.

    ``on``: the cluster that carries out the runs, as its address was typed; empty: this machine.

    Raises:
        StoreError: the folder cannot be read, or the result cannot be kept.
        ScratchError: there is no place for the copies that grading needs.

    """
    try:
        with ground.runs(drill, on) as runs:
            found: Graded = graded(ground.drill_set, drill, folder, ground.trees, runs)
    except OSError as error:
        raise StoreError(f"{folder} cannot be graded", why=error.strerror or str(error)) from error
    score = score_of(drill, found, played)
    ask(session, cmd.NoteDrill(graded=found, played=played, score=score))
    state = session.state
    assert state.drill is not None
    assert state.opened is not None
    began = state.drill.began
    result = DrillResult(
        set=began.set,
        number=began.number,
        session=state.opened.session,
        player=began.player,
        command=began.command,
        guidance=began.guidance,
        label=began.label,
        score=score,
    )
    add_result(result)
    return result
