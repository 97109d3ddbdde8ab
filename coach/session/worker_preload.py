"""What a Dask worker loads first to carry out work of coach's: `dask worker … --preload coach.session.worker_preload`."""

import contextlib
import signal
import time
from typing import Any

from coach.engine.cluster.on_worker import end_all
from coach.engine.cluster.unused_homes import clear_unused
from coach.engine.cluster.worker_place import prepare
from coach.engine.process.orphans import clear_left_behind, end_left_behind, end_own
from coach.store.paths import state_home

_SECONDS = 5.0


def dask_setup(worker: Any) -> None:
    """Sweep what dead workers of this user left, and say where this one keeps what it needs."""
    state = state_home()
    end_left_behind()
    clear_left_behind(state)
    clear_unused(state, time.time())
    prepare(state)
    if getattr(worker, "nanny", None):
        # Ctrl-C reaches every process of a terminal: the one that looks after this one ends it in order. A handler, since
        # what is ignored would be ignored by the runs that are started here too.
        with contextlib.suppress(ValueError):
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda *_: None)


def dask_teardown(_worker: Any) -> None:
    """End what is under way: the worker is being left, and nobody hears an answer any more."""
    end_all(_SECONDS)
    end_own()
