"""Dies of a signal of its own."""

import os
import signal


def test_crash():
    os.kill(os.getpid(), signal.SIGSEGV)
