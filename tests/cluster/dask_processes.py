"""Schedulers and workers of Dask without their start: forks of a server that has loaded Dask, and what workers of coach's load.

Each is a process as any other (see ``tests/fork_server.py``); only the imports, nearly a second of one core, are not paid again.
"""

import gc
import importlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from coach.engine.cluster.work import PRELOAD
from tests.fork_server import Forked, is_forkable, main

MODULE = "tests.cluster.dask_processes"
SCHEDULER, WORKER = "distributed.cli.dask_scheduler", "distributed.cli.dask_worker"
QUIET = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",  # as a worker of coach's: else idle ones cost as much as their work
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",  # figures for a dashboard that nobody looks at
}
"""Variables that Dask reads when it is imported: the server has them, and so has every process that is started."""


def begun(
    words: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    log: int,
    *,
    leads: bool = False,
    is_started: bool = False,
) -> Forked | subprocess.Popen[bytes]:
    """Begin ``python -m`` with these words, of which the first is a module; all that it says goes to ``log``.

    Args:
        words: the module, and what it is told.
        cwd: its folder.
        env: its environment.
        log: a descriptor.
        leads: it leads a session of its own.
        is_started: by Python's own start, with nothing loaded.

    """
    env = {**env, **QUIET}
    with Path(os.devnull).open("rb") as nothing:
        if is_started or not is_forkable(env):
            argv, streams = [sys.executable, "-m", *words], {"stdin": nothing, "stdout": log, "stderr": log}
            return subprocess.Popen(argv, env=env, cwd=cwd, start_new_session=leads, **streams)
        streams = (nothing.fileno(), log, log)
        return Forked(words, cwd, env, streams, first="os:setsid" if leads else "", of=MODULE)


def _load() -> None:
    os.environ.update(QUIET)
    for each in (SCHEDULER, WORKER, PRELOAD, "coach.engine.cluster.cluster", "coach.cli.commands.worker"):
        importlib.import_module(each)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(_load)
