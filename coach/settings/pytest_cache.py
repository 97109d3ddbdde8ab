"""What pytest remembers of its last run in a project: the node ids that failed."""

from pathlib import Path

from coach.core.base.test_id import TestId
from coach.regular_files import is_there, read_json

MAX_BYTES = 20_000_000


def last_failed(root: Path) -> tuple[str, ...]:
    """Read pytest's own cache; empty when there is none or it is not what we know."""
    path = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    try:
        found = read_json(path, MAX_BYTES)
    except OSError:
        return ()
    if not isinstance(found, dict):
        return ()
    return tuple(str(key) for key in found if is_there(root / TestId(key).file))
