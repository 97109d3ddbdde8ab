"""Play a drill with an assistant: arena, session, prompt, the assistant itself, grading, score."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from coach.assistants.prompt import prompt_of
from coach.assistants.runner import Assistant, Patience, Stay, run_assistant
from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.facts import Played, Watched
from coach.core.drill.guidance import Guidance
from coach.core.drill.said import causes_named, question_in, tokens_in
from coach.core.drill.score import DrillResult
from coach.core.protocol import commands as cmd
from coach.core.runs.report import gist, headline
from coach.core.session.state import SessionState
from coach.core.spec.spec import is_outside
from coach.drills.arena_session import (
    ArenaSession,
    arena_for,
    begin,
    environment_as,
    environment_in,
    open_session,
    score_play,
)
from coach.drills.ground import open_ground
from coach.drills.watching import watching
from coach.errors import CoachError
from coach.session.dispatcher import Dispatcher
from coach.session.port import ask
from coach.store import artefacts

_CLOSE_SECONDS = 10.0
_LOOK_SECONDS = 120.0
"""After which a wait for a run is said aloud."""


@dataclass(frozen=True, slots=True)
class Playing:
    """How a drill is played."""

    assistant: Assistant
    guidance: Guidance
    patience: Patience
    say: Callable[[str], None]


def play(  # noqa: PLR0913 - who plays what, with what, how long
    drill_set: DrillSet,
    number: int,
    *,
    assistant: Assistant,
    guidance: Guidance,
    timeout: float,
    say: Callable[[str], None],
    on: str = "",
) -> DrillResult:
    """Let an assistant play a drill, and keep the result beside the set.

    Args:
        drill_set: the set.
        number: which of its drills.
        assistant: a command of the settings of the set's project, which the engineer has approved.
        guidance: what the assistant is given.
        timeout: seconds of wall time.
        say: takes each line that it writes (foreign text), and how far coach is.
        on: the cluster on whose workers what it left is graded, as its address was typed; empty: this machine.

    Raises:
        CoachError: there can be no arena, the arena does not show the bug, or the assistant does not start.

    """
    ground = open_ground(drill_set)
    drill = ground.drill(number)
    playing = Playing(
        assistant, guidance, Patience(wall=timeout, silence=min(timeout, Patience().silence)), say
    )
    with arena_for(ground, drill, is_kept=False) as arena, environment_as(environment_in(arena, ground)):
        made = open_session(ground, drill, guidance, arena, assistant)
        with made.session as session, _closed_on_error(session):
            begin(made)
            _show(made, session)
            played = _played(made, playing)
            say("grading what it left")
            result = score_play(ground, drill, arena.root, played, session, on)
            ask(session, cmd.Close(note=f"drill {drill_set.name}/{number}: {result.score.percent} %"))
    return result


@contextlib.contextmanager
def _closed_on_error(session: Dispatcher) -> Iterator[None]:
    """Close a session that is not played to its end: its arena will be gone."""
    try:
        yield
    except BaseException:
        session.submit(cmd.Close(note="the drill was not played to its end"))
        session.wait_idle(_CLOSE_SECONDS)
        raise


def _show(made: ArenaSession, session: Dispatcher) -> None:
    """Run the target once: it is red where the test that notices is in the arena, and the prompt tells how. Raises CoachError."""
    ask(session, cmd.RunTarget(purpose="experiment"))
    session.wait_idle(_LOOK_SECONDS)
    run = session.state.last_run
    while run is None or not run.is_over:
        session.wait_idle(_LOOK_SECONDS)
        run = session.state.last_run
    is_red = any(each.test == made.drill.shown for each in run.failing)
    if made.drill.shown and not is_red:
        why = run.judged.reason if run.judged else ""
        first = run.report.failures[0] if run.report and run.report.failures else None
        raise CoachError(
            f"the arena of drill {made.drill.number} does not show its bug",
            why=why or (headline(first.exception, gist(first.message)) if first else "the test passes"),
            do="see what the tests need besides the files that git tracks",
        )


def prompt_for(made: ArenaSession, state: SessionState) -> str:
    """Return coach's own prompt with the task; where no test shows the bug, the task and the guidance are all there is."""
    if state.reference is None:
        given = made.guidance.text if made.guidance.kind == "spec" else ""
        return f"{given}\n\n{made.task}".lstrip()
    return f"{prompt_of(state, purpose='fix').text}\n\n{made.task}"


def _played(made: ArenaSession, playing: Playing) -> Played:
    session = made.session
    before = len(session.state.runs)
    assistant = replace(playing.assistant, cwd=made.place.home)
    watch = watching(made, assistant.argv)
    prompt = prompt_for(made, session.state)
    stay = run_assistant(session, assistant, prompt, playing.patience, playing.say, watch=watch)
    return played_facts(made.drill, stay, session.state, before, watch.result())


def played_facts(drill: Drill, stay: Stay, state: SessionState, before: int, watched: Watched) -> Played:
    """Return what the session shows of an assistant's play.

    Args:
        drill: the drill.
        stay: what came of the assistant.
        state: the session now.
        before: runs that there were before it began.
        watched: what was seen of its processes.

    """
    report = stay.report
    text = artefacts.read(report.output) if report.output else ""
    text = text or report.tail
    return Played(
        causes=causes_named(text),
        is_asking_asked=is_asking_asked(drill, state),
        asked=question_in(text),
        loops=tuple(f"{each.pattern}: {each.sentence}" for each in stay.loops if each.level != "note"),
        survivors=report.survivors,
        ending="" if report.ending == "ended" else report.ending,
        watched=watched,
        # Those that followed a save, without the last one, which is coach's own; and those that it started itself.
        runs=max(0, len(state.runs) - before - 1) + (watched.test_runs or 0),
        attempts=len(stay.attempts),
        minutes=round(report.seconds / 60, 2),
        tokens=tokens_in(text),
    )


def is_asking_asked(drill: Drill, state: SessionState) -> bool | None:
    """Return whether whoever plays must stop and ask: the cause lies where a fix may not go. None where no rule says so.

    Sentences about when to ask are for people; whether they applied is not computed.
    """
    spec, rules = state.spec, state.rules
    protected = (*spec.protected, *rules.protected)
    if not (spec.scope or protected):
        return None
    return any(is_outside(each.path, spec.scope, protected) for each in drill.causes)
