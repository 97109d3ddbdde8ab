"""How pytest is started: by which words, and how tests are named where it is started.

``python -m pytest`` puts the current folder on ``sys.path``, ``pytest`` does not. So a project may be green by one and red by the other. Which one is the person's can be set; a run for which the other would
differ says so, as far as that can be seen: a module of the project was found by that folder alone, or was not found for want
of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.runs.report import Failure
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.process.run_files import RunFiles
from coach.engine.source.project_root import exists
from coach.errors import TargetError
from coach.regular_files import is_file, is_folder

Spelling = Literal["", "python -m pytest", "pytest"]
"""Empty: nobody has said; then it is ``python -m pytest``."""
PROGRAM: Spelling = "pytest"

_WITHOUT_SCRIPT = "import sys; del sys.path[0]; import pytest; sys.exit(pytest.console_main())"
_NOT_FOUND = re.compile(r"No module named '(\w+)")


def started_by(spelling: Spelling, python: str) -> list[str]:
    """Return the words that start pytest in an interpreter, as people start it."""
    if spelling != PROGRAM:
        return [python, "-m", "pytest"]
    script = Path(python).parent / "pytest"
    return [python, str(script)] if script.is_file() else [python, "-c", _WITHOUT_SCRIPT]


def options(request: RunRequest, files: RunFiles) -> list[str]:
    """Return the words of every run of pytest, before the target's own.

    ``-o cache_dir``: with ``-p no:cacheprovider`` an ``--ff`` in addopts and the ``cache`` fixture would fail.
    """
    words = ["-p", "coach_plugin", "-o", f"cache_dir={files.cache}"]
    if request.is_whole:  # a file that cannot be loaded is one failure of many
        words.append("--continue-on-collection-errors")
    return words


def refuse_options(target: Target, base: Path) -> None:
    """Refuse a word that is an option: one that begins like one must name a file below ``base``.

    Raises:
        TargetError: a word is an option.

    """
    for word in target.words:
        if word.startswith("-") and not exists(base / TestId(word).file):
            raise TargetError(
                f"{word} is not a test",
                why="words of a pytest target are files and node ids, never options",
                do="put options into addopts, or run them as a command after --",
            )


def as_started(word: str, root: Path, start: Path) -> str:
    """Return a test as it is named in the folder where pytest is started, and as no option: ids are relative to the root."""
    named = _below_start(word, root, start)
    return f"./{named}" if named.startswith(("-", "@")) else named


def _below_start(word: str, root: Path, start: Path) -> str:
    if start == root:
        return word
    inside = start.relative_to(root).as_posix()
    test = TestId(word)
    if test.file == inside:
        return test.with_file(".")
    return word.removeprefix(f"{inside}/") if word.startswith(f"{inside}/") else str(root / word)


def bytecode_of_children(env: Mapping[str, str], home: Path | None, *, is_copy: bool) -> str | None:
    """Say where processes that tests start keep their bytecode; None: nobody writes any, as the person's environment wants.

    In a copy they write it as always (empty): it goes with the copy. In the checkout nothing may be written.
    """
    if env.get("PYTHONDONTWRITEBYTECODE") or (home is None and not is_copy):
        return None
    return "" if is_copy or home is None else str(home / "bytecode")


def difference(
    spelling: Spelling, by_folder: Sequence[str], failures: Iterable[Failure], folder: Path
) -> str:
    """Say what would be otherwise with the other spelling; nothing when nothing is known to be.

    Args:
        spelling: how pytest was started.
        by_folder: modules that the folder pytest was started in alone made importable.
        failures: what failed.
        folder: where it was started.

    """
    if spelling != PROGRAM:
        if spelling or not by_folder:
            return ""  # who says how it is to be started knows
        said = f"with `pytest` this folder is not on sys.path: {by_folder[0]} would not be found"
        return f"{said}; coach runs `python -m pytest` (setting: command)"
    for failure in failures:
        found = _NOT_FOUND.search(failure.message) if failure.exception == "ModuleNotFoundError" else None
        if found and (is_file(folder / f"{found[1]}.py") or is_folder(folder / found[1])):
            said = f"with `python -m pytest` this folder is on sys.path, and {found[1]} would be found"
            return f"{said}; coach runs `pytest` (setting: command)"
    return ""
