"""Wait for this run's turn: pytest and its plugins are loaded, nothing of the project is.

PYTEST_DONT_REWRITE

Standard library and pytest only, Python 3.8+. ``coach.engine.process.turn`` is the other end.
"""

import os

import coach_probe
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    state = coach_probe.state
    try:
        if state.channel is not None and state.turn:
            _take(*state.turn)
    except Exception as error:
        state.channel.note("turn", error)


def _take(descriptor, number):
    """Say that this run waits, and wait.

    ``number`` is that of the socket: in a process that this one started the descriptor is another one, and no turn.
    """
    try:
        if os.fstat(descriptor).st_ino != number:
            return
    except OSError:
        return
    try:
        os.write(descriptor, b"l" if coach_probe._loaded() else b"w")
        if not os.read(descriptor, 1):
            os._exit(0)  # coach is gone, and nobody wants this run any more
    finally:
        os.close(descriptor)
