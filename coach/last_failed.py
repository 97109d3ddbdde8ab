"""What pytest remembers of its last run in a project: the node ids that failed."""

import json
from pathlib import Path


def last_failed(root: Path) -> tuple[str, ...]:
    """Read pytest's own cache; empty when there is none or it is not what we know."""
    path = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(found, dict):
        return ()
    return tuple(str(key) for key in found if (root / str(key).partition("::")[0]).exists())
