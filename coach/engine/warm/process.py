"""The process of a warm server: how it is started, and whether what it forked is coach's own."""

import os
import subprocess
from pathlib import Path
from typing import BinaryIO

from coach.engine.process.spawn import ignored_signals, restore_signals

SERVER = Path(__file__).parent.parent / "probe" / "coach_server.py"


def started(  # noqa: PLR0913, PLR0917 - what a process is started with
    root: Path, python: str, env: dict[str, str], descriptor: int, settings: Path, log: BinaryIO
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [python, "-B", str(SERVER), str(descriptor), str(settings)],
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=[descriptor],
        preexec_fn=restore_signals if ignored_signals() else None,  # noqa: PLW1509
    )


def is_our_child(pid: int) -> bool:
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        return False
    return True
