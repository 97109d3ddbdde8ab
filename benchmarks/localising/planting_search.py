"""Find defects that can be planted in a package and that one of its tests notices.

Sources and tests come from the registry (sdists), through pip, at run time. No operator of coach's mutator is one that
plants, but some can take back what was planted (another attribute, text, name): that is said of each planting.
"""

import os
import random
import subprocess
import sys
import tarfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from coach.core.drill.planting import Planted, plantings
from coach.core.localize.spectrum import Coverage
from coach.core.log.events import Interpreter
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.protocol.effects import MutationPlace, StartRun
from coach.core.runs.instrument import Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.execute import execute
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.mutate import planned
from coach.engine.instrument.observer import ObserverContext
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from localising.defects import Planting
from localising.undone import Undone

SEED = 20_261_122
_TESTS = {
    "toolz": "toolz/tests",
    "inflection": "test_inflection.py",
    "tabulate": "test",
    "voluptuous": "voluptuous/tests",
}
_MOST_TESTS = 25
_MOST_TESTS_BY_HAND = 200
"""Tests near a planting that are asked whether they notice it; those written by hand are few and must not be lost."""
_BEHAVIOUR = "call"
"""The phase in which a test has to fail: one that does not even set up says nothing about ranking."""


class Package:
    """One package with its tests, unpacked; ``source`` is where its own code begins."""

    def __init__(self, name: str, source: str, root: Path, python: str) -> None:
        self.name, self.source, self.root = name, source, root
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
        limits = Limits(wall=120, silence=60)
        self._around = RunContext(root, Interpreter(path=python), limits, lambda _: "", LiveOutput(), env)
        self._number = 0

    def baseline(self) -> tuple[Coverage, set[str]]:
        """Trace all tests; returns the lines, and the tests that do not pass. Raises RuntimeError when none passes."""
        report, observer = self._run(_TESTS.get(self.name, "tests"), instrument=Trace())
        if not report.counts.passed:
            raise RuntimeError(f"{self.name}: {report.ending}")
        return observer.coverage, {each.test for each in report.failures} | set(report.skipped)

    def noticed(self, planted: Planted, tests: Sequence[str]) -> str:
        """Return the first test that fails because of the planting, behaviourally; empty when none does."""
        file = self.root / planted.path
        before = file.read_bytes()
        file.write_text(planted.text, "utf-8")
        try:
            report, _ = self._run(*tests)
        finally:
            file.write_bytes(before)
        failed = [each for each in report.failures if each.phase == _BEHAVIOUR and each.test in tests]
        return failed[0].test if failed and report.ending.kind == "completed" else ""

    def can_be_undone(self, planted: Planted, test: str) -> bool:
        """Whether a mutant gives back the file as it was: such a defect is no proof that others are found."""
        file = self.root / planted.path
        right = file.read_text("utf-8")
        place = MutationPlace(path=planted.path, function=planted.function, lines=planted.lines)
        file.write_text(planted.text, "utf-8")
        try:
            found = planned([place], self.root, test)
        finally:
            file.write_text(right, "utf-8")
        undone = Undone(planted.text, right)
        return any(each.path == planted.path and undone.is_by(each) for each in found)

    def _run(self, *words: str, **request):
        self._number += 1
        made = RunRequest(number=self._number, purpose="trace", target=Target(words=words), **request)
        observer = observer_of(StartRun(request=made), ObserverContext(self._around))
        made = observer.prepare(made, self.root)
        return execute(made, self._around, threading.Event(), observer=observer), observer


def fetched(name: str, folder: Path) -> Path:
    """Return the root of a package's sdist below ``folder``, downloaded and unpacked when it is not there."""
    root = folder / name
    if not (root / "unpacked").exists():
        words = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(root), name]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True, stderr=subprocess.DEVNULL)
        with tarfile.open(next(root.glob("*.tar.gz"))) as archive:
            archive.extractall(root / "unpacked", filter="data")
    return next(each for each in (root / "unpacked").iterdir() if each.is_dir())


def search(package: Package, wanted: int, handmade: Sequence[Mapping[str, str]]) -> list[Planting]:
    """Choose plantings that a passing test notices, spread over kinds and functions; most of them small."""
    coverage, bad = package.baseline()
    chooser = random.Random(f"{SEED}{package.name}")
    running = _tests_by_line(coverage, bad)
    hand = [each for each in (_by_hand(package, row) for row in handmade) if each]
    chosen = _Chosen(wanted)
    options = _options(package, running)
    chooser.shuffle(options)
    for planted in [*hand, *options]:
        if not chosen.wants(planted):
            continue
        near = range(min(planted.lines) - 2, max(planted.lines) + 3)
        tests = sorted({test for line in near for test in running.get(planted.path, {}).get(line, ())})
        most = _MOST_TESTS_BY_HAND if planted in hand else _MOST_TESTS
        tests = chooser.sample(tests, min(len(tests), most))
        if test := package.noticed(planted, tests) if tests else "":
            chosen.take(package, planted, test)
        elif planted in hand:
            print(f"# {package.name} {planted.function}: no test notices it", file=sys.stderr)
    return chosen.all


class _Chosen:
    def __init__(self, wanted: int) -> None:
        self.all: list[Planting] = []
        self._wanted = wanted

    def wants(self, planted: Planted) -> bool:
        if planted.kind == "by hand":
            return True
        drawn = [each for each in self.all if each.kind != "by hand"]
        alike = sum(each.kind == planted.kind for each in drawn)
        many = sum(not each.is_small for each in drawn)
        return (
            len(drawn) < self._wanted
            and all(each.function != planted.function for each in self.all)
            and alike < max(2, self._wanted // 5)
            and (planted.is_small or many < self._wanted // 4)
        )

    def take(self, package: Package, planted: Planted, test: str) -> None:
        given = {name: getattr(planted, name) for name in planted.__dataclass_fields__}
        undone = package.can_be_undone(planted, test)
        self.all.append(Planting(package=package.name, test=test, can_be_undone=undone, **given))


def _tests_by_line(coverage: Coverage, bad: set[str]) -> dict[str, dict[int, list[str]]]:
    running: dict[str, dict[int, list[str]]] = {}
    for test, files in coverage.tests.items():
        for path, lines in files.items() if test not in bad else ():
            for line in lines:
                running.setdefault(path, {}).setdefault(line, []).append(test)
    return running


def _options(package: Package, running: dict[str, dict[int, list[str]]]) -> list[Planted]:
    return [
        planted
        for path in sorted(running)
        if path.startswith(package.source) and not is_test_path(path)
        for planted in plantings(path, (package.root / path).read_text("utf-8"))
        if any(line in running[path] for line in planted.lines)
    ]


def _by_hand(package: Package, given: Mapping[str, str]) -> Planted | None:
    source = (package.root / given["path"]).read_text("utf-8")
    if source.count(given["old"]) != 1:
        print(f"# {package.name} {given['function']}: the text to change is not there", file=sys.stderr)
        return None
    first = source[: source.index(given["old"])].count("\n") + 1
    changed = source.replace(given["old"], given["new"])
    lines = tuple(range(first, first + given["new"].count("\n") + 1))
    return Planted(given["path"], given["function"], "by hand", lines, changed, is_small=False)
