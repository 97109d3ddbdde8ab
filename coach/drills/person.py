"""A person plays a drill: the session of an arena is opened or taken up, and graded when it is over."""

import contextlib
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from coach.core.drill.clock import seconds_played
from coach.core.drill.debrief import Debrief
from coach.core.drill.drill import Drill
from coach.core.drill.ended import is_over
from coach.core.drill.facts import NamedCause, Played, Watched
from coach.core.drill.guidance import Guidance
from coach.core.drill.hints import hints_of
from coach.core.drill.named_place import places_named
from coach.core.protocol import commands as cmd
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.drills.arena_session import ArenaSession, arena_for, environment_in, open_session, score_play
from coach.drills.evidence import measured_paths
from coach.drills.ground import Ground, open_ground
from coach.drills.kept import read_set
from coach.drills.play import is_asking_asked
from coach.engine.drill.arena import Arena
from coach.engine.drill.arena_environment import Environment
from coach.errors import CoachError
from coach.regular_files import kept_path
from coach.session.factory import place_of
from coach.session.port import SessionPort, Update, ask
from coach.store import library
from coach.store.listed import Listed
from coach.store.log import read_log
from coach.store.paths import session_folder

NOT_WATCHED = Watched(why="a person played")
_DIAGNOSTICS = logging.getLogger("coach")


def begin_play(ground: Ground, drill: Drill, guidance: Guidance) -> ArenaSession:
    """Make an arena that stays, and open its session; this process is in the arena from then on.

    Raises:
        CoachError: there can be no arena, or no session in it.

    """
    with arena_for(ground, drill, is_kept=True) as arena:
        enter(arena.root / ground.place.folder, environment_in(arena, ground))
        return open_session(ground, drill, guidance, arena)


def enter(folder: Path, environment: Mapping[str, str]) -> None:
    """Let this process, and all that it starts, be in a folder with other variables."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)


def unfinished_play(name: str, number: int) -> Listed | None:
    """Return the newest session in which a person plays a drill that is not graded yet; None: there is none."""
    for listed in library.sessions():
        state = play_of(listed)
        drill = state.drill if state else None
        if drill and drill.is_of_person and drill.scored is None and drill.is_of(name, number):
            return listed
    return None


def play_of(listed: Listed) -> SessionState | None:
    """Return the state of a session in an arena that is still there; None for any other."""
    if listed.read_only or not library.is_of_drill(listed) or not kept_path(listed.project).is_dir():
        return None
    try:
        return replay(read_log(session_folder(listed.id), late=True).records)
    except CoachError:
        return None


def enter_again(state: SessionState) -> Ground:
    """Be in the arena of a session once more. Raises CoachError when the set or its project is gone."""
    assert state.opened is not None
    assert state.drill is not None
    ground = open_ground(read_set(state.drill.began.set))
    place = place_of(state.opened)
    arena = Arena(place.root, "", Environment(state.opened.interpreter.path, (), ()))
    enter(place.home, environment_in(arena, ground))
    return ground


class GradingWhenOver:
    """A listener: grades the session of a person's drill once it is over, and measures what would have shown the bug."""

    def __init__(self, port: SessionPort, ground: Ground) -> None:
        """Listen to ``port``, a session that plays a drill of ``ground``; what is over already is graded at once."""
        self._port, self._ground = port, ground
        self._begun = threading.Event()
        self._graded = threading.Event()
        self._stopped = threading.Event()
        self._unsubscribe = port.subscribe(self)
        self._thread = threading.Thread(target=self._grade, name="coach-grading", daemon=True)
        self(Update(port.state))

    def __call__(self, update: Update) -> None:
        """Begin when it is over; returns at once."""
        drill = update.state.drill
        if drill and not drill.scored and is_over(update.state) and not self._begun.is_set():
            self._begun.set()
            self._thread.start()

    @property
    def is_grading(self) -> bool:
        return self._begun.is_set() and not self._graded.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is graded. Returns whether it is."""
        return self._graded.wait(seconds)

    def close(self) -> None:
        """End what is measured; a grading that is not done is made when the drill is opened again."""
        self._unsubscribe()
        self._stopped.set()
        if self._begun.is_set():
            self._thread.join(timeout=10)

    def _grade(self) -> None:
        try:
            self._graded_and_told()
        except CoachError as error:
            with contextlib.suppress(CoachError):  # the session was left meanwhile
                ask(self._port, cmd.WriteNote(text=f"the drill could not be graded: {error}"))
        except Exception:
            _DIAGNOSTICS.exception("a drill could not be graded")
            raise
        finally:
            self._graded.set()

    def _graded_and_told(self) -> None:
        state = self._port.state
        assert state.drill is not None
        assert state.opened is not None
        ground, drill = self._ground, self._ground.drill(state.drill.began.number)
        played = played_by_person(drill, self._port)
        score_play(ground, drill, kept_path(state.opened.checkout.root), played, self._port)
        fix = ground.trees.changes(drill.wrong, drill.right)
        debrief = Debrief(causes=drill.causes, fix=fix)
        ask(self._port, cmd.NoteDebrief(debrief=debrief))
        self._graded.set()
        found: dict[str, object] = {"is_measured": True}
        try:
            found["paths"] = measured_paths(ground, drill, self._stopped)
        except CoachError as error:
            found["why_not"] = str(error)
        if not self._stopped.is_set():
            ask(self._port, cmd.NoteDebrief(debrief=debrief.model_copy(update=found)))


def played_by_person(drill: Drill, port: SessionPort) -> Played:
    """Return what the session shows of a person's play."""
    state = port.state
    cause = state.closing.cause
    named = places_named(cause.where) or places_named(cause.what)
    return Played(
        causes=tuple(_with_function(each, drill) for each in named),
        is_asking_asked=True if is_asking_asked(drill, state) else None,
        loops=tuple(
            f"{each.loop.pattern}: {each.loop.sentence}"
            for each in state.notices
            if each.loop.level != "note"
        ),
        watched=NOT_WATCHED,
        runs=sum(not each.request.only_looks for each in state.runs),
        attempts=sum(each.is_edit for each in state.attempts),
        minutes=round(seconds_played(port.records) / 60, 2),
        hints=hints_of(state.runs),
    )


def _with_function(named: NamedCause, drill: Drill) -> NamedCause:
    """Return a named place; one that names a line of the cause names its function."""
    path, _, line = named.path.partition(":")
    causes = [
        each for each in drill.causes if each.path == path and line.isdecimal() and int(line) in each.lines
    ]
    if causes and not named.function:
        return NamedCause(path=path, function=causes[0].function)
    return named.model_copy(update={"path": path})
