"""A defect that nobody catches is in the log of defects, and nothing of a thread's is printed over the screen."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import threading
from coach.session.diagnostics import keep_diagnostics
keep_diagnostics()
keep_diagnostics()
thread = threading.Thread(target=lambda: 1 / 0, name="coach-dispatcher")
thread.start()
thread.join()
print("on", flush=True)
raise RuntimeError("the end")
"""


def test_what_nobody_catches_is_kept(tmp_path: Path) -> None:
    env = {**os.environ, "COACH_STATE_DIR": str(tmp_path / "state")}
    (tmp_path / "state").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == "on\n"
    assert "ZeroDivisionError" not in done.stderr, "a thread prints nothing over the screen"
    assert done.stderr.count("RuntimeError: the end") == 1
    kept = (tmp_path / "state/diagnostics.log").read_text()
    assert "coach-dispatcher ended by a defect" in kept
    assert kept.count("ZeroDivisionError") == 1
    assert kept.count("RuntimeError: the end") == 1


def test_a_log_that_cannot_be_written_is_no_second_defect(tmp_path: Path) -> None:
    env = {**os.environ, "COACH_STATE_DIR": str(tmp_path / "gone/state")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout == "on\n"
    assert "Logging error" not in done.stderr
