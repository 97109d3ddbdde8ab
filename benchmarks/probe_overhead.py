"""What the probe costs: 5,000 empty tests with it, without anything, and with --junitxml. Processor time, medians.

    python benchmarks/probe_overhead.py [--runs 5] [--tests 5000] [--json]

Also twice as many tests, with and without: the probe's cost per test must stay the same.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROBE = Path(__file__).parent.parent / "coach/engine/probe"


def processor_seconds(words, folder, env):
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=env,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, words
    return used.ru_utime + used.ru_stime


def lay(folder, tests):
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_empty.py").write_text("".join(f"def test_{each}():\n    pass\n" for each in range(tests)))


def measure(folder, scratch, runs):
    """Return the processor seconds of each arm, run in turn; each run with the probe gets a channel of its own."""
    plain = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    settings = scratch / "probe.json"
    channel = scratch / "events"
    fields = {"channel": str(channel), "nonce": "n", "root": str(folder), "stacks": str(scratch / "stacks")}
    settings.write_text(json.dumps(fields))
    probed = {**plain, "PYTHONPATH": str(PROBE), "COACH_PROBE": str(settings)}
    seen = {"none": [], "probe": [], "junitxml": []}
    for _ in range(runs):
        channel.write_bytes(b"")
        seen["none"].append(processor_seconds([], folder, plain))
        seen["probe"].append(processor_seconds(["-p", "coach_plugin"], folder, probed))
        assert channel.read_bytes().count(b"\n") > 2
        seen["junitxml"].append(processor_seconds([f"--junitxml={scratch / 'r.xml'}"], folder, plain))
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        costs = []
        for tests in (options.tests, 2 * options.tests):
            folder = scratch / f"project{tests}"
            lay(folder, tests)
            seen = measure(folder, scratch, options.runs)
            middle = {arm: statistics.median(each) for arm, each in seen.items()}
            fastest = {arm: min(each) for arm, each in seen.items()}
            costs.append((fastest["probe"] - fastest["none"]) / tests * 1e6)
            found[f"{tests} tests"] = {
                arm: {
                    "seconds": round(middle[arm], 3),
                    "ratio": round(middle[arm] / middle["none"], 3),
                    "ratio of fastest": round(fastest[arm] / fastest["none"], 3),
                }
                for arm in seen
            }
        found["microseconds per test"] = [round(each, 1) for each in costs]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, rows in found.items():
        print(name, rows if isinstance(rows, list) else "")
        for arm, row in rows.items() if isinstance(rows, dict) else ():
            print(
                f"  {arm:<9} {row['ratio']:>6}x of none ({row['ratio of fastest']}x by the fastest)   {row['seconds']} s processor time"
            )


if __name__ == "__main__":
    main()
