"""What pytest is given on its command line: files and node ids, named as they are where it is started."""

from pathlib import Path

from coach.core.target import Target
from coach.errors import TargetError


def pytest_words(target: Target) -> tuple[str, ...]:
    """Return the target's words as pytest takes them for paths and node ids only.

    Raises:
        TargetError: a word would be read as an option.

    """
    for word in target.words:
        if word.startswith("-"):
            raise TargetError(
                f"{word} is not a test",
                why="words of a pytest target are files and node ids, never options",
                do="put options into addopts, or run them as a command after --",
            )
    return tuple(f"./{word}" if word.startswith("@") else word for word in target.words)


def as_started(word: str, root: Path, start: Path) -> str:
    """Return a test as it is named in the folder where pytest is started: ids are relative to the root."""
    if start == root:
        return word
    inside = start.relative_to(root).as_posix()
    name, colons, rest = word.partition("::")
    if name == inside:
        return "." + colons + rest
    return word.removeprefix(f"{inside}/") if word.startswith(f"{inside}/") else str(root / word)
