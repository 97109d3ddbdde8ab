"""Passes, and leaves a child in a session of its own, orphaned by a double fork."""

import subprocess
import sys

GRANDCHILD = "import time; time.sleep(600)"
CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', %r], start_new_session=True)" % GRANDCHILD


def test_escapes():
    subprocess.run([sys.executable, "-c", CHILD], check=True, stdout=subprocess.DEVNULL)
