"""Read the text of several source files of the project; what cannot be read is left out."""

import tokenize
from collections.abc import Sequence
from pathlib import Path

MOST_FILES = 1_000
MOST_FILE_BYTES = 2_000_000


def read_sources(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return path (relative to the root) → text, with plain newlines."""
    sources: dict[str, str] = {}
    for path in paths[:MOST_FILES]:
        file = root / path
        try:
            if file.stat().st_size <= MOST_FILE_BYTES:
                with tokenize.open(file) as opened:
                    sources[path] = opened.read()
        except (OSError, SyntaxError, ValueError):
            continue
    return sources
