"""How long until something useful is on the screen: `coach --help` against bare Python, the screen against a minimal app.

The minimal application (``minimal_app.py``) has five widgets; it is ready when it takes keys. Both sides of each ratio are
measured in turn in one run; the median of the pairwise ratios is printed. Limits: 3.5 for the help; 2 for the picker and for
the failure of a session.

    python benchmarks/startup.py [--runs 7] [--json]
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

MINIMAL = Path(__file__).with_name("minimal_app.py")
READY = "READY-MARK"


def seconds_of(argv):
    begin = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - begin


def first_paint(argv, mark, cwd, env):
    """Seconds from start until a text of the finished first screen is on the wire."""
    begin = time.perf_counter()
    child = pexpect.spawn(argv[0], argv[1:], cwd=cwd, env=env, dimensions=(40, 120), timeout=30)
    child.expect(mark)
    elapsed = time.perf_counter() - begin
    child.kill(signal.SIGKILL)
    child.wait()
    return elapsed


def paired(runs, one, other):
    """Measure both in turn; return (median of one, median of other, median ratio)."""
    one(), other()
    pairs = [(one(), other()) for _ in range(runs)]
    return {
        "seconds": round(statistics.median(a for a, _ in pairs), 4),
        "against": round(statistics.median(b for _, b in pairs), 4),
        "ratio": round(statistics.median(a / b for a, b in pairs), 2),
        "runs": runs,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        env = {
            **os.environ,
            "COACH_STATE_DIR": str(Path(scratch, "state")),
            "TERM": "xterm-256color",
            "TEXTUAL_ANIMATIONS": "none",
        }
        project = Path(scratch, "project")
        project.mkdir()
        (project / "pyproject.toml").write_text("")
        (project / "test_it.py").write_text("def test_it():\n    assert 1 == 2\n")
        coach, minimal = [sys.executable, "-m", "coach"], [sys.executable, str(MINIMAL)]
        words = [*coach, "run", "test_it.py::test_it"]
        subprocess.run(words, cwd=project, env=env, capture_output=True, check=False)
        (session,) = Path(scratch, "state/sessions").iterdir()

        def screen(words, mark):
            return paired(
                options.runs,
                lambda: first_paint([*coach, *words], mark, project, env),
                lambda: first_paint(minimal, READY, project, env),
            )

        found = {
            "coach --help / python -c pass": paired(
                options.runs,
                lambda: seconds_of([*coach, "--help"]),
                lambda: seconds_of([sys.executable, "-c", "pass"]),
            ),
            "the picker / minimal app": screen(["debug"], "what fails"),
            "the failure of a session taken up / minimal app": screen(
                ["debug", "--resume", session.name], "AssertionError"
            ),
            "the end of a session in review / minimal app": screen(["review", session.name], "Evidence"),
            "frame of debug TARGET / minimal app": screen(["debug", "test_it.py::test_it"], "Reproduce"),
            "content of debug TARGET / minimal app": screen(["debug", "test_it.py::test_it"], "Evidence"),
        }
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, row in found.items():
        print(
            f"{name}: {row['ratio']}x  ({row['seconds']} s against {row['against']} s, median of {row['runs']} pairs)"
        )


if __name__ == "__main__":
    main()
