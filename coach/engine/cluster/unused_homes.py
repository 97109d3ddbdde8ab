"""What a worker kept about projects of other machines, and nobody asked about for long."""

import contextlib
import shutil
from pathlib import Path

from coach.engine.cluster.worker_place import OWN

MAX_DAYS = 14


def clear_unused(state: Path, now: float) -> tuple[str, ...]:
    """Remove the folders of projects that no work was carried out for in two weeks; returns their names."""
    gone = []
    for home in sorted(state.glob(f"projects/{OWN}*")):
        if now - _last_used(home) > MAX_DAYS * 86_400:
            shutil.rmtree(home, ignore_errors=True)
            gone.append(home.name)
    return tuple(gone)


def _last_used(home: Path) -> float:
    """Return when a copy was made there the last time: each changes the folder of copies."""
    times = [0.0]
    for place in (home, home / "scratch"):
        with contextlib.suppress(OSError):
            times.append(place.stat().st_mtime)
    return max(times)
