"""How long until something is on the screen: `coach --help` against bare Python, first paint against a minimal app.

Both sides of each ratio are measured in turn in one run; the median of the pairwise ratios is printed.

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

MINIMAL = """
from textual.app import App
from textual.widgets import DataTable, Footer, Header, RichLog, Static
class Minimal(App):
    def compose(self):
        yield Header()
        yield Static("hello")
        yield DataTable()
        yield RichLog()
        yield Footer()
    def on_ready(self):
        self.query_one(Static).update("READY-MARK")
Minimal().run()
"""


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
        subprocess.run(
            [sys.executable, "-m", "coach", "run", "test_it.py::test_it"],
            cwd=project,
            env=env,
            capture_output=True,
            check=False,
        )
        coach = [sys.executable, "-m", "coach"]
        python = [sys.executable]
        found = {
            "coach --help / python -c pass": paired(
                options.runs,
                lambda: seconds_of([*coach, "--help"]),
                lambda: seconds_of([*python, "-c", "pass"]),
            ),
            "first paint of review / minimal five-widget app": paired(
                options.runs,
                lambda: first_paint([*coach, "review"], "Reproduce", project, env),
                lambda: first_paint([*python, "-c", MINIMAL], "READY-MARK", project, env),
            ),
            "content of debug / minimal five-widget app": paired(
                options.runs,
                lambda: first_paint([*coach, "debug", "test_it.py::test_it"], "Evidence", project, env),
                lambda: first_paint([*python, "-c", MINIMAL], "READY-MARK", project, env),
            ),
            "first paint of debug / minimal five-widget app": paired(
                options.runs,
                lambda: first_paint([*coach, "debug", "test_it.py::test_it"], "Reproduce", project, env),
                lambda: first_paint([*python, "-c", MINIMAL], "READY-MARK", project, env),
            ),
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
