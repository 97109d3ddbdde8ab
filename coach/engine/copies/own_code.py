"""What a run in a copy imports: the folders of the copy where the interpreter would import from those of the checkout."""

import functools
from dataclasses import replace
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.engine.copies.import_roots import import_roots
from coach.engine.execute import RunContext
from coach.engine.instrument.variation import moved_paths


def importing_from(copy: Path, around: RunContext) -> RunContext:
    """Folders of the checkout that the interpreter imports from (editable installs) are those of the copy."""
    roots = (
        copy / each for each in _roots(around.root, around.interpreter, tuple(sorted(around.env.items())))
    )
    env = moved_paths(around.env, around.root, copy, tuple(str(each) for each in roots if each.is_dir()))
    return replace(around, env=env)


@functools.lru_cache(maxsize=4)
def _roots(root: Path, interpreter: Interpreter, env: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Ask once: it costs the start of an interpreter, and what is installed seldom changes within a session."""
    return import_roots(root, interpreter, dict(env))
