"""How much later the verdict of a run on save comes when an investigation measures at that moment.

One session with an investigation and one without, each on its own copy of the same project; the rounds go from one to the
other, so that both meet the same machine. Each save changes a number that shows in the failing assertion. In the session that
investigates, a save is made once the named measurement has been under way for a moment. Time is from the save to the recorded
end of its run.

    python benchmarks/saves_while_measuring.py [--rounds 12] [--kinds lines,mutations,calls] [--cold] [--json]
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.settings.project import load_settings

CODE = """def plus(one, other):
    return one + other


def less(one, other):
    return one - other


def total(items):
    found = 0
    for each in items:
        found = plus(less(found, 0), each)
    return less(found, 0)
"""
TEST = "tests/test_totals.py::test_a_total"
DELAYS = (0.15, 0.4, 0.8)
"""Seconds after which the save comes, in turn: while the measurement starts, and in its midst."""
PATIENCE = 120


def lay(root):
    """Make the project: one failing test among forty that take some milliseconds each, in one file; no place stands out."""
    (root / "tests").mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach.investigate]\nseconds = 3000\nruns = 100000\n'
    )
    (root / "totals.py").write_text(CODE)
    save(root, 1000)
    neighbours = "".join(
        f"def test_{each}():\n    time.sleep(0.02)\n    assert total([{each}]) == {each}\n\n\n"
        for each in range(40)
    )
    (root / "tests/test_totals.py").write_text(
        "import time\n\nfrom mark import MARK\nfrom totals import total\n\n\n"
        f"{neighbours}def test_a_total():\n    assert total([1, 2]) == MARK\n"
    )
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def save(root, number):
    """Write another expectation, in one go."""
    beside = root / "tests/mark.py.new"
    beside.write_text(f"MARK = {number}\n")
    beside.rename(root / "tests/mark.py")


class Session:
    """One session on its own copy of the project."""

    def __init__(self, root, *, investigates, stack):
        lay(root)
        self.root = root
        os.environ["COACH_INVESTIGATE"] = "on" if investigates else "off"
        settings = load_settings(root, {"python": sys.executable})
        self.port = stack.enter_context(open_new(root, Target(words=(TEST,)), settings))
        self.woken = threading.Condition()
        self.port.subscribe(self._wake)
        self.port.submit(cmd.Begin(reproduce=False)).result(60)
        self.port.submit(cmd.SetWatching(watching=True)).result(60)
        self.until(lambda state: state.watching)
        self.port.submit(cmd.RunTarget()).result(60)
        self.until(lambda state: state.runs and not state.awaited_runs)

    def _wake(self, _update):
        with self.woken:
            self.woken.notify_all()

    def until(self, holds):
        with self.woken:
            if not self.woken.wait_for(lambda: holds(self.port.state), PATIENCE):
                raise TimeoutError(self.port.records[-5:])

    def saved(self, number):
        """Save and wait for the verdict; returns seconds."""
        began = time.perf_counter()
        save(self.root, number)
        self.until(lambda state: _shows(state, str(number)))
        return time.perf_counter() - began

    def rest(self):
        """Wait until neither a run nor, where there is one, an investigation is under way."""
        self.until(lambda state: not state.awaited_runs)


def _shows(state, number):
    run = state.last_target_run
    return bool(run and run.report and run.failing and number in str(run.report.failures[0].message))


def rounds(plain, measuring, kind, count, number):
    """Return pairs of seconds: a save with nothing else going on, and one during a measurement of the kind."""
    pairs = []
    for turn in range(count):
        number += 1
        plain.rest()
        alone = plain.saved(number)
        measuring.saved(number)
        measuring.until(lambda state: state.measurement and state.measurement.name == kind)
        threading.Event().wait(DELAYS[turn % len(DELAYS)])
        is_meant = (
            measuring.port.state.measurement is not None and measuring.port.state.measurement.name == kind
        )
        number += 1
        beside = measuring.saved(number)
        if is_meant:
            pairs.append((alone, beside))
        measuring.until(lambda state: not state.awaited_runs)
    return pairs


def figures(pairs):
    """Return p50 and p95 of both in milliseconds, and by how many percent the second is longer."""

    def at(values, share):
        return sorted(values)[min(len(values) - 1, int(share * len(values)))]

    alone, beside = [a for a, _ in pairs], [b for _, b in pairs]
    added = {share: round(100 * (at(beside, share) / at(alone, share) - 1)) for share in (0.5, 0.95)}
    return {
        "saves": len(pairs),
        "alone_ms": [round(1000 * at(alone, share)) for share in (0.5, 0.95)],
        "beside_ms": [round(1000 * at(beside, share)) for share in (0.5, 0.95)],
        "added_percent": [added[0.5], added[0.95]],
        "median_ratio": round(statistics.median(b / a for a, b in pairs), 2) if pairs else 0,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--kinds", default="lines,mutations")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch, contextlib.ExitStack() as stack:
        os.environ["COACH_STATE_DIR"] = f"{scratch}/state"
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ["COACH_WARM"] = "false" if options.cold else "true"
        plain = Session(Path(scratch) / "plain", investigates=False, stack=stack)
        measuring = Session(Path(scratch) / "measuring", investigates=True, stack=stack)
        for index, kind in enumerate(options.kinds.split(",")):
            found[kind] = figures(rounds(plain, measuring, kind, options.rounds, 2000 + 1000 * index))
    found["load"] = [round(each, 1) for each in os.getloadavg()]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for kind, row in found.items():
        print(kind, row)


if __name__ == "__main__":
    main()
