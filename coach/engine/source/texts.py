"""Read the text of several source files of the project; what cannot be read is left out."""

from collections.abc import Sequence
from pathlib import Path

from coach.regular_files import read_source

MOST_FILES = 1_000
MOST_FILE_BYTES = 2_000_000


def read_sources(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return path (relative to the root) → text, with plain newlines."""
    sources: dict[str, str] = {}
    for path in paths[:MOST_FILES]:
        file = root / path
        try:
            sources[path] = read_source(file)
        except OSError:
            continue
    return sources
