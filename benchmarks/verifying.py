"""How long a verification takes, against the suite of the project: the demo, mended, verified again and again.

The baseline is measured once per session, so every round is a new session: the dearest verification there is. coach has its
bytecode, as where it is installed: its rounds write none.

    python benchmarks/verifying.py [--runs 3] [--json]
"""

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import coach
from coach.demo.project import FAILING_TEST, make_demo, solution


def timed(argv, cwd, env, code=0):
    begin = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - begin
    if done.returncode != code:
        raise SystemExit(f"{argv} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return elapsed


def one_round(scratch):
    """Return (seconds of the suite, before and after in the mean; seconds of the verification)."""
    project = scratch / "shop"
    make_demo(project)
    env = {**os.environ, "COACH_STATE_DIR": str(scratch / "state"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "coach"]
    timed([*command, "reproduce", FAILING_TEST, "--python", sys.executable], project, env, code=1)
    timed([*command, "pin"], project, env)
    path, old, new = solution()
    file = project / path
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    suite = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    before = timed(suite, project, env)
    proof = timed([*command, "verify"], project, env)
    return (before + timed(suite, project, env)) / 2, proof


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    compileall.compile_dir(Path(coach.__file__).parent, quiet=1)
    rounds = []
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
            rounds.append(one_round(Path(scratch)))
    found = {
        "suite": round(statistics.median(suite for suite, _ in rounds), 3),
        "verification": round(statistics.median(proof for _, proof in rounds), 3),
        "ratio": round(statistics.median(proof / suite for suite, proof in rounds), 2),
        "bar": 4,
        "load": round(os.getloadavg()[0], 2),
    }
    if args.json:
        print(json.dumps(found))
    else:
        print(
            f"suite {found['suite']} s, verification {found['verification']} s: {found['ratio']} × (bar 4 ×)"
        )


if __name__ == "__main__":
    main()
