"""What a Dask worker loads first to carry out work of coach's: `dask worker … --preload coach.session.worker_preload`."""

from typing import Any

from coach.engine.cluster.on_worker import end_all
from coach.engine.cluster.worker_place import prepare
from coach.engine.process.orphans import clear_left_behind, end_left_behind
from coach.store.paths import state_home

_SECONDS = 5.0


def dask_setup(_worker: Any) -> None:
    """Sweep what dead workers of this user left, and say where this one keeps what it needs."""
    end_left_behind()
    clear_left_behind(state_home())
    prepare(state_home())


def dask_teardown(_worker: Any) -> None:
    """End what is under way: the worker is being left, and nobody hears an answer any more."""
    end_all(_SECONDS)
