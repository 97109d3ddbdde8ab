"""Passes, and leaves a child that holds stdout."""

import subprocess
import sys


def test_leaves():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
