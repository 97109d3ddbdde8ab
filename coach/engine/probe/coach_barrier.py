"""Wait in front of the project's own code until coach lets this run go on, where it was started before its turn.

PYTEST_DONT_REWRITE

Part of the probe; standard library only, Python 3.8+. By then pytest and the installed plugins are loaded, and no conftest is.
Coach is told whether anything of the project is loaded all the same, by a plugin of its own: then it does without this process.
"""

import os

import coach_probe
import pytest

GO, SAID = 0, 1
"""Where in the file coach's word stands, and ours; as in coach's own ``engine/process/barrier.py``."""

_open, _close, _pread, _pwrite, _exit = os.open, os.close, os.pread, os.pwrite, os._exit


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    state = coach_probe.state
    if state.channel is not None and state.settings.get("barrier"):
        try:
            _wait(state.settings["barrier"], bool(coach_probe._loaded()))
        except Exception as error:
            state.channel.note("barrier", error)
        if state.settings.get("trace"):
            state.look(state.settings)  # only now: what looks at a run may fork
    yield


def _wait(path, has_own):
    """Say that the process is here, and wait; it ends where the lock is free without a word: nobody wants the run."""
    import fcntl  # coach asks for this only where there are such locks

    file = _open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    try:
        _pwrite(file, b"o" if has_own else b"c", SAID)
        fcntl.flock(file, fcntl.LOCK_SH)
        if _pread(file, 1, GO) != b"g":
            _exit(1)
    finally:
        _close(file)
