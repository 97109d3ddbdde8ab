"""What happened in a project before coach was started: pytest's last failures, git's moves, files that were saved.

Only read: pytest's cache, git's log of HEAD, the times of files. Times of files are those of their last change.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from coach.core.base.text import storable
from coach.core.history.prehistory import Earlier
from coach.engine.trees.git import Git, GitError, names
from coach.regular_files import read_json, read_text

MAX_FILES = 200
MAX_BYTES = 50_000_000
"""Of pytest's cache, and of git's log of HEAD."""
MAX_LINES = 5_000
"""Of git's log of HEAD, from its end."""
_MOVE = re.compile(r"^\S+ \S+ .*> (\d+) [+-]\d{4}\t(.*)$")


def earlier(root: Path, since: float) -> tuple[Earlier, ...]:
    """Return what happened at or after ``since`` (seconds since the epoch), oldest first."""
    found = [*_failed(root, since), *_moves(root, since), *_saved(root, since)]
    return tuple(sorted(found, key=lambda each: each.at))


def _failed(root: Path, since: float) -> Iterator[Earlier]:
    path = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    try:
        at = path.stat().st_mtime
        tests = read_json(path, MAX_BYTES)
    except OSError:
        return
    if at >= since and isinstance(tests, dict) and tests:
        yield Earlier(at=at, kind="failed", what=tuple(storable(str(each)) for each in list(tests)[:50]))


def _moves(root: Path, since: float) -> Iterator[Earlier]:
    try:
        place = os.fsdecode(Git(root).run("rev-parse", "--git-path", "logs/HEAD")).rstrip("\n")
        lines = read_text(root / place, MAX_BYTES, errors="replace").splitlines()
    except (GitError, OSError):
        return
    for line in lines[-MAX_LINES:]:
        found = _MOVE.match(line)
        if found and float(found[1]) >= since:
            yield Earlier(at=float(found[1]), kind="git", what=(storable(found[2][:200]),))


def _saved(root: Path, since: float) -> Iterator[Earlier]:
    try:
        listing = Git(root).run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except GitError:
        return
    saved = []
    for name in dict.fromkeys(names(listing)):
        try:
            seen = os.lstat(root / name)
        except (OSError, ValueError):
            continue
        if seen.st_mtime >= since:
            saved.append((seen.st_mtime, name))
    for at, name in sorted(saved)[-MAX_FILES:]:
        yield Earlier(at=at, kind="saved", what=(storable(name),))
