"""What a logpoint costs: the same test with and without it, in turns, in one run; prints the ratio of the medians.

The test runs a loop of own code for about a tenth of a second; the logpoint's line is hit 1,000 times in it.

    python benchmarks/logpoints.py --python PATH... [--rounds 9]     # each PATH with pytest; limit 1.2 on 3.12 and newer
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median

from coach.core.experiments.logpoint import Logpoint
from coach.core.log.events import Interpreter
from coach.core.protocol.effects import StartRun
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.execute import execute
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits

CODE = """\
def work(rounds):
    total = 0
    for outer in range(rounds):
        total += 1
        for inner in range(1_000):
            total += inner * outer % 7
    return total
"""
TEST = "from own import work\n\n\ndef test_work():\n    assert work(1_000) == 0\n"


def measure(root: Path, python: str, rounds: int) -> tuple[float, float, int, str]:
    """Return median seconds of the test without and with the logpoint, hits, and the way."""
    around = RunContext(
        root, Interpreter(path=python), Limits(wall=120), lambda _: "", LiveOutput(), dict(os.environ)
    )
    point = Logpoint(path="own.py", line=4, expression="total", condition="total < 0")
    seconds: dict[bool, list[float]] = {False: [], True: []}
    hits, way = 0, ""
    for turn in range(rounds + 1):
        for looks in (False, True):
            request = RunRequest(
                number=1,
                purpose="logpoint" if looks else "experiment",
                target=Target(words=("test_own.py",)),
                focus="test_own.py::test_work",
                instrument=point if looks else None,
            )
            observer = observer_of(StartRun(request=request), ObserverContext(around))
            request = observer.prepare(request, root)
            report = execute(request, around, threading.Event(), observer=observer)
            if not report.failures:
                raise SystemExit(f"{python}: {report.ending}")
            if looks:
                observed = observer.seen(request, report)[0].observed
                hits, way = observed.tests[0].hits, observed.way
            if turn:  # the first turn warms the file cache
                seconds[looks].append(report.failures[0].duration)
    return median(seconds[False]), median(seconds[True]), hits, way


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, text in {"own.py": CODE, "test_own.py": TEST, "pytest.ini": "[pytest]\n"}.items():
            (root / name).write_text(text)
        for python in args.python or [sys.executable]:
            version = subprocess.run(
                [python, "-V"], capture_output=True, text=True, check=True
            ).stdout.strip()
            plain, looked, hits, way = measure(root, python, args.rounds)
            print(
                f"{version:<16}{way:<16}{hits:,} hits  plain {plain * 1e3:.1f} ms  with {looked * 1e3:.1f} ms  "
                f"ratio {looked / plain:.2f}"
            )


if __name__ == "__main__":
    main()
