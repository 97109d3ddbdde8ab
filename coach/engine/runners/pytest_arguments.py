"""What pytest is given on its command line: files and node ids, named as they are where it is started."""

from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.runs.target import Target
from coach.engine.source.project_root import exists
from coach.errors import TargetError


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
