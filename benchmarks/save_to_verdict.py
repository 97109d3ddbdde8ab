"""How long from a save until the verdict is on the screen: coach warm and cold against plain pytest and other watchers.

Every tool watches a copy of the same project in a terminal of its own; the rounds go from one to the next, so that all
meet the same machine. Each save changes a number that shows in the failing assertion; its appearance is the verdict.
`plain` is `python -m pytest one::test` started at the save, until it prints the failure; `plain, to its end` is when the
prompt would be back. Ratios are medians of the ratios to `plain` of the same round.

    python benchmarks/save_to_verdict.py [--runs 9] [--project small|heavy|both] [--environment DIR] [--json]

The other tools, pandas and SQLAlchemy are installed into a scratch environment (kept with --environment).
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

from coach.core.loops.detectors import DETECTORS

ROOT = Path(__file__).parent.parent
PACKAGES = ["pytest", "pandas", "sqlalchemy", "pytest-watcher", "pytest-watch", "watchdog<7"]
TEST = "tests/test_0.py::test_0"
HEAVY = "import pandas\nimport sqlalchemy\nfrom sqlalchemy import orm\n"
SETTLE = 0.6
PATIENCE = 60


def lay(folder, *, heavy):
    """Make the project: ten files of ten tests."""
    (folder / "pkg").mkdir(parents=True)
    (folder / "tests").mkdir()
    # Saves without a thought go in circles: the stop card would lie over the verdict.
    loops = "".join(f"{each} = false\n" for each in DETECTORS)
    (folder / "pyproject.toml").write_text(
        f"[tool.pytest.ini_options]\ntestpaths = ['tests']\n\n[tool.coach.loops]\n{loops}"
    )
    save(folder, 1000, heavy=heavy)
    for number in range(10):
        tests = (
            f"def test_{each}():\n    assert value() == {'0' if each == 0 else 'value()'}\n"
            for each in range(10)
        )
        (folder / f"tests/test_{number}.py").write_text("from pkg.core import value\n\n" + "\n".join(tests))
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def save(folder, number, *, heavy):
    (folder / "pkg/__init__.py").touch()
    (folder / "pkg/core.py").write_text(
        f"{HEAVY if heavy else ''}VALUE = {number}\n\n\ndef value():\n    return VALUE\n"
    )


class Watching:
    """A tool that watches its copy of the project in its own terminal."""

    def __init__(self, words, folder, heavy, env):
        self.folder, self.heavy = folder, heavy
        full = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **env}
        self.child = pexpect.spawn(
            words[0], words[1:], cwd=str(folder), env=full, dimensions=(40, 120), timeout=PATIENCE
        )

    def settle(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(pexpect.TIMEOUT):
                self.child.read_nonblocking(65_536, timeout=left)

    def measure(self, number):
        self.settle(SETTLE)
        begin = time.perf_counter()
        save(self.folder, number, heavy=self.heavy)
        self.child.expect_exact(str(number))
        return time.perf_counter() - begin

    def close(self):
        with contextlib.suppress(pexpect.ExceptionPexpect):
            self.child.close(force=True)


class Plain:
    """The command one would type."""

    def __init__(self, python, folder, heavy):
        self.python, self.folder, self.heavy = python, folder, heavy
        self.to_end = []

    def measure(self, number):
        save(self.folder, number, heavy=self.heavy)
        begin = time.perf_counter()
        child = pexpect.spawn(
            self.python,
            ["-m", "pytest", "-q", TEST],
            cwd=str(self.folder),
            dimensions=(40, 120),
            timeout=PATIENCE,
        )
        child.expect_exact(str(number))
        seen = time.perf_counter() - begin
        child.expect(pexpect.EOF)
        child.wait()
        self.to_end.append(time.perf_counter() - begin)
        return seen

    def settle(self, seconds):
        pass

    def close(self):
        pass


def environment(folder):
    if not (folder / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", *PACKAGES, "setuptools<81"], check=True)
    return folder / "bin"


def arms(scratch, tools, heavy):
    """Start every tool on its own copy."""
    python = str(tools / "python")
    made = {}

    def copy(name):
        folder = scratch / name.replace(" ", "-")
        lay(folder, heavy=heavy)
        return folder

    for name, warm in (("coach warm", "true"), ("coach cold", "false")):
        words = [sys.executable, "-m", "coach", "debug", TEST, "--python", python]
        env = {"COACH_STATE_DIR": str(scratch / f"state-{warm}"), "COACH_WARM": warm, "PYTHONPATH": str(ROOT)}
        made[name] = Watching(words, copy(name), heavy, env)
    path = {"PATH": f"{tools}:{os.environ['PATH']}"}
    if (tools / "ptw").exists():
        watcher = [python, "-c", "from pytest_watcher import run; run()", ".", "--now", TEST]
        made["pytest-watcher"] = Watching(watcher, copy("pytest-watcher"), heavy, path)
        made["pytest-watch"] = Watching(
            [python, "-m", "pytest_watch", "--", TEST], copy("pytest-watch"), heavy, path
        )
    made["plain"] = Plain(python, copy("plain"), heavy)
    return made


def measure(tools, runs, *, heavy):
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as scratch:
        made = arms(Path(scratch), tools, heavy)
        try:
            for each in made.values():
                each.settle(6)
            seen = rounds(made, runs)
        finally:
            for each in made.values():
                each.close()
    seen["plain, to its end"] = made["plain"].to_end[-len(seen["plain"]) :]
    return {name: figures(times, seen["plain"]) for name, times in seen.items()}


def rounds(made, runs):
    seen = {name: [] for name in made}
    number, silent = 2000, set()
    for turn in range(runs + 2):
        for name, arm in made.items():
            if name in silent:
                continue
            number += 1
            try:
                took = arm.measure(number)
            except (pexpect.TIMEOUT, pexpect.EOF):
                silent.add(name)
                print(f"{name} never told of a save; it is left out", file=sys.stderr)
                continue
            if turn >= 2:  # the first rounds fill caches
                seen[name].append(took)
    return {name: times for name, times in seen.items() if len(times) == runs}


def figures(times, plain):
    return {
        "ms": round(1000 * statistics.median(times)),
        "fastest": round(1000 * min(times)),
        "ratio": round(statistics.median(a / b for a, b in zip(times, plain, strict=True)), 2),
        "runs": len(times),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--project", choices=["small", "heavy", "both"], default="both")
    parser.add_argument("--environment", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    kept = options.environment or Path(tempfile.mkdtemp(prefix="coach-tools-"))
    try:
        tools = environment(kept.absolute())
        chosen = ["small", "heavy"] if options.project == "both" else [options.project]
        found = {name: measure(tools, options.runs, heavy=name == "heavy") for name in chosen}
    finally:
        if options.environment is None:
            shutil.rmtree(kept, ignore_errors=True)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for project, rows in found.items():
        print(f"{project} project")
        for name, row in rows.items():
            print(
                f"  {name:<18} {row['ratio']:>5}x of plain   {row['ms']:>5} ms (fastest {row['fastest']}, {row['runs']} saves)"
            )


if __name__ == "__main__":
    main()
