"""Where the answer of a drill lies on this machine, for whoever watches that nobody reads it."""

import os
from collections.abc import Iterable
from pathlib import Path

from coach.drills.arena_session import ArenaSession
from coach.drills.kept import arenas_folder, drills_folder
from coach.engine.drill.answers import answers_of
from coach.engine.drill.places import Places, places
from coach.engine.drill.player_watch import Watching
from coach.engine.trees.compose import composing
from coach.engine.trees.user_repository import find_repository
from coach.regular_files import is_file
from coach.store.paths import (
    INDEX_NAME,
    artefacts_folder,
    project_home,
    session_folder,
    sessions_folder,
    state_home,
)


def watching(made: ArenaSession, argv: Iterable[str]) -> Watching:
    """Return what watches the player of a session; ``argv`` is its command, whose own files tell nothing."""
    return Watching(answer_places(made, argv))


def answer_places(made: ArenaSession, argv: Iterable[str]) -> Places:
    """Return the places that tell the answer: the set, the checkout with its git, what coach keeps of it, other plays."""
    state, root = state_home(), made.ground.place.root
    environment, opened = made.arena.environment, made.session.state.opened
    repository = find_repository(root)
    of_coach = (sessions_folder(), artefacts_folder(), state / INDEX_NAME)
    answers = [
        (drills_folder(), "the sets of drills"),
        (root, "the checkout"),
        (project_home(root).parent, "what coach keeps of projects"),
        (arenas_folder(), "another arena"),
        (sessions_folder(), "the sessions of coach"),
        (artefacts_folder(), "what coach keeps of runs"),
        (state / INDEX_NAME, "the index of sessions"),
        *((Path(each), "an installed copy of the project") for each in environment.copies),
    ]
    if repository is not None:
        answers.append((repository.objects.parent, "the git of the checkout"))
    free = [
        project_home(made.arena.root),
        *(Path(each) for each in environment.packages),
        *_of_interpreter(made.ground.interpreter.path),
        *(Path(each) for each in argv if Path(each).is_absolute() and is_file(each)),
    ]
    if opened is not None:
        free.append(session_folder(opened.session))
    with composing(made.ground.trees) as composer:
        copies = answers_of(made.drill, composer)
    return places(answers, made.arena.root.parent, free, copies, of_coach)


def _of_interpreter(python: str) -> tuple[Path, ...]:
    """Return the environment of an interpreter, by its own path and by where that leads; never a whole file system."""
    found = {Path(python).parent.parent, Path(os.path.realpath(python)).parent.parent}
    return tuple(each for each in found if each != each.parent)
