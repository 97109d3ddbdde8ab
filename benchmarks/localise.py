"""How well suspects are ranked: defects planted in real packages, localised from one failing test each.

    .venv/bin/python benchmarks/localise.py [--half tuning|holdout|all] [--defects 12] [--seconds 10] [--keep FOLDER]

Sources and tests come from the registry (sdists), through pip, at run time. Per defect: plant it, find a test that now
fails, trace that test's own file, rank; then try mutations for --seconds and rank again. A function is a hit @k when its
expected rank under random order of ties is at most k (E_inspect). Weights were chosen on the tuning half alone; packages
are never in both halves. ``benchmarks/handmade.toml`` adds multi-line defects written by hand. No operator of the mutator is
one that plants, but some can take back what was planted (another attribute, text, name): the others are counted apart.
"""

import argparse
import ast
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from planting import Planted, plantings

from coach.core.decide.suspect_measurement import MAX_PLACES
from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.mutation.results import Mutations
from coach.core.localize.ranking import rank
from coach.core.localize.spectrum import Coverage
from coach.core.localize.suspect import Suspect
from coach.core.log.events import Interpreter
from coach.core.loops.analysis.syntax import MODULE, is_test_path
from coach.core.protocol.effects import MutationPlace, StartRun
from coach.core.runs.instrument import Mutate, Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.execute import execute
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.mutate import mutations_of
from coach.engine.instrument.observer import ObserverContext
from coach.engine.instrument.trace_lines import spectrum_of
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits

HALVES = {
    "tuning": {"boltons": "boltons", "toolz": "toolz", "tabulate": "tabulate"},
    "holdout": {
        "cachetools": "src/cachetools",
        "inflection": "inflection",
        "sqlparse": "sqlparse",
        "more-itertools": "more_itertools",
    },
}
TESTS = {"toolz": "toolz/tests", "inflection": "test_inflection.py", "tabulate": "test"}
SEED = 20_261_122


@dataclass
class Case:
    package: str
    planted: Planted
    test: str


@dataclass
class Found:
    case: Case
    plain: float
    mutated: float
    line_plain: bool
    line_mutated: bool
    flips: int
    tried: int
    seconds: float
    ranking: float
    first: Suspect | None
    undone: bool
    """Whether one of the planned mutants gives back the file as it was: such a defect is no proof that others are found."""


class Package:
    def __init__(self, name: str, source: str, root: Path, python: str = sys.executable) -> None:
        self.name, self.source, self.root = name, source, root
        self.tests = TESTS.get(name, "tests")
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
        env |= {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
        }
        limits = Limits(wall=120, silence=60)
        self.around = RunContext(root, Interpreter(path=python), limits, lambda _: "", LiveOutput(), env)
        self.number = 0

    def run(self, *words: str, places=(), coverage=None, **request):
        """Run tests; returns what was asked, the report, and what observed the run."""
        self.number += 1
        made = RunRequest(number=self.number, purpose="trace", target=Target(words=words), **request)
        context = ObserverContext(self.around, coverage=coverage)
        observer = observer_of(StartRun(request=made, places=places), context)
        made = observer.prepare(made, self.root)
        return made, execute(made, self.around, threading.Event(), observer=observer), observer

    def baseline(self) -> tuple[Coverage, set[str]]:
        _, report, observer = self.run(self.tests, instrument=Trace())
        bad = {each.test for each in report.failures} | set(report.skipped)
        if not report.counts.passed:
            raise SystemExit(f"{self.name}: {report.ending}")
        return observer.coverage, bad


def fetch(name: str, folder: Path, scratch: Path) -> Path:
    words = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder / name), name]
    if not (folder / name).exists():
        subprocess.run([sys.executable, "-m", "pip", *words], check=True, stderr=subprocess.DEVNULL)
    root = scratch / name  # fresh every time: a run that was killed leaves its planted defect behind
    if not root.exists():
        with tarfile.open(next((folder / name).glob("*.tar.gz"))) as archive:
            archive.extractall(root, filter="data")
    return next(each for each in root.iterdir() if each.is_dir())


def cases(package: Package, wanted: int, handmade: list[dict]) -> list[Case]:
    """Choose plantings that a passing test notices, spread over kinds and functions; half of them small."""
    coverage, bad = package.baseline()
    chooser = random.Random(f"{SEED}{package.name}")
    running: dict[str, dict[int, list[str]]] = {}
    for test, files in coverage.tests.items():
        for path, lines in files.items() if test not in bad else ():
            for line in lines:
                running.setdefault(path, {}).setdefault(line, []).append(test)
    options: list[Planted] = []
    for path in sorted(running):
        if path.startswith(package.source) and not is_test_path(path):
            options += plantings(path, (package.root / path).read_text("utf-8"))
    options = [each for each in options if any(line in running[each.path] for line in each.lines)]
    chooser.shuffle(options)
    hand = [_by_hand(package, each) for each in handmade if each["package"] == package.name]
    chosen: list[Case] = []
    kinds: dict[str, int] = {}
    functions: set[str] = set()
    for planted in [*(each for each in hand if each), *options]:
        is_hand = planted.kind == "by hand"
        if len(chosen) >= wanted + len(hand):
            break
        many = sum(not each.planted.is_small for each in chosen)
        if not is_hand and (
            planted.function in functions
            or kinds.get(planted.kind, 0) >= max(2, wanted // 5)
            or (not planted.is_small and many >= wanted // 4)
        ):
            continue
        tests = {
            test
            for line in range(min(planted.lines) - 2, max(planted.lines) + 3)
            for test in running[planted.path].get(line, ())
        }
        test = _noticed(package, planted, sorted(tests), chooser)
        if test:
            chosen.append(Case(package.name, planted, test))
            kinds[planted.kind] = kinds.get(planted.kind, 0) + 1
            functions.add(planted.function)
    return chosen


def _by_hand(package: Package, given: dict) -> Planted | None:
    source = (package.root / given["path"]).read_text("utf-8")
    if source.count(given["old"]) != 1:
        print(f"# {package.name} {given['function']}: the text to change is not there", file=sys.stderr)
        return None
    first = source[: source.index(given["old"])].count("\n") + 1
    changed = source.replace(given["old"], given["new"])
    lines = tuple(range(first, first + given["new"].count("\n") + 1))
    return Planted(given["path"], given["function"], "by hand", lines, changed, is_small=False)


class _InPlace:
    def __init__(self, package: Package, planted: Planted) -> None:
        self.file, self.text = package.root / planted.path, planted.text

    def __enter__(self) -> None:
        self.before = self.file.read_bytes()
        self.file.write_text(self.text, "utf-8")

    def __exit__(self, *_: object) -> None:
        self.file.write_bytes(self.before)


def _noticed(package: Package, planted: Planted, tests: list[str], chooser: random.Random) -> str:
    """Return a test that fails because of the defect, behaviourally; empty when none does."""
    tests = chooser.sample(tests, min(len(tests), 15))
    if not tests:
        return ""
    with _InPlace(package, planted):
        _, report = package.run(*tests)
    failed = [each for each in report.failures if each.phase == "call" and each.test in tests]
    return failed[0].test if failed and report.ending.kind == "completed" else ""


def localise(package: Package, case: Case, seconds: float) -> Found:
    right = (package.root / case.planted.path).read_text("utf-8")
    chosen: tuple[Mutant, ...] = ()
    mutations = Mutations(test=case.test)
    with _InPlace(package, case.planted):
        _, red, _ = package.run(case.test)
        file = case.test.partition("::")[0]
        request, report, observer = package.run(file, instrument=Trace(), focus=case.test)
        began = time.perf_counter()
        coverage = observer.coverage
        spectrum = spectrum_of(request, report, coverage, package.root, lambda _: "")
        suspects = rank(red.failures, None, spectrum, most=10_000)
        took = time.perf_counter() - began
        if seconds:
            chosen, mutations = _mutate(package, case, suspects, coverage, seconds)
    again = rank(red.failures, None, spectrum, mutations, most=10_000)
    return Found(
        case,
        _rank_of(suspects, case),
        _rank_of(again, case),
        _is_line(suspects, case),
        _is_line(again, case),
        len(mutations.flips),
        mutations.tried,
        mutations.seconds,
        took,
        again[0] if again else None,
        any(_undoes(each, case.planted, right) for each in chosen),
    )


def _undoes(mutant: Mutant, planted: Planted, right: str) -> bool:
    if mutant.path != planted.path or mutant.line not in planted.lines:
        return False
    lines, (first, left), (last, end) = planted.text.split("\n"), mutant.start, mutant.end
    before = lines[first - 1].encode()[:left].decode()
    after = lines[last - 1].encode()[end:].decode()
    made = [*lines[: first - 1], before + mutant.text + after, *lines[last:]]
    try:
        return ast.unparse(ast.parse("\n".join(made))) == ast.unparse(ast.parse(right))
    except SyntaxError:
        return False


def _mutate(
    package: Package, case: Case, suspects, coverage: Coverage, seconds: float
) -> tuple[tuple[Mutant, ...], Mutations]:
    places = [
        MutationPlace(path=each.path, function=each.function, lines=each.best_lines)
        for each in suspects
        if each.best_lines and each.ran and each.function != MODULE and not is_test_path(each.path)
    ][:MAX_PLACES]
    request, report, observer = package.run(
        case.test.partition("::")[0],
        places=places,
        coverage=coverage,
        focus=case.test,
        instrument=Mutate(seconds=seconds),
    )
    return observer.chosen, mutations_of(request, report, observer.chosen, observer.said)


def _is_same(suspect, planted: Planted) -> bool:
    """The planted function, or one nested in it that holds the changed line."""
    name = planted.function
    return suspect.path == planted.path and (
        suspect.function == name or suspect.function.startswith(f"{name}.")
    )


def _rank_of(suspects, case: Case) -> float:
    for each in suspects:
        if _is_same(each, case.planted) and each.ran:
            return each.rank + (each.ties - 1) / 2
    return float("inf")


def _is_line(suspects, case: Case) -> bool:
    return bool(suspects) and suspects[0].path == case.planted.path and suspects[0].line in case.planted.lines


def table(title: str, found: list[Found]) -> None:
    if not found:
        return
    small = [each for each in found if each.case.planted.is_small]

    def row(name: str, ranks: list[float]) -> str:
        shares = [sum(each <= k for each in ranks) / len(ranks) for k in (1, 3, 5, 10)]
        return f"  {name:<34}" + "".join(f"{share:8.0%}" for share in shares)

    print(
        f"{title}: {len(found)} defects, {len(small)} of them on one line, {len({f.case.package for f in found})} packages"
    )
    print(f"  {'functions':<34}{'@1':>8}{'@3':>8}{'@5':>8}{'@10':>8}")
    print(row("its own file", [each.plain for each in found]))
    print(row("and mutations", [each.mutated for each in found]))
    hard = [each for each in small if not each.undone]
    for name, hits in (
        ("its own file", [f.line_plain for f in small]),
        ("and mutations", [f.line_mutated for f in small]),
        (f"of {len(hard)} that no mutant undoes", [f.line_mutated for f in hard]),
    ):
        print(f"  top-1 line, {name:<26}{sum(hits) / max(len(hits), 1):8.0%}")
    print(
        f"  flips found for {sum(each.flips > 0 for each in found)}; mutants a defect: {sum(f.tried for f in found) / len(found):.0f}"
    )
    print(f"  slowest ranking {max(each.ranking for each in found):.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=[*HALVES, "all"], default="all")
    parser.add_argument("--defects", type=int, default=9, help="planted ones a package")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--keep", type=Path, help="where sdists are kept between runs")
    parser.add_argument(
        "--python", default=sys.executable, help="the interpreter of the tests; 3.12 and newer trace faster"
    )
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    handmade = tomllib.loads((Path(__file__).parent / "handmade.toml").read_text("utf-8"))["defect"]
    with tempfile.TemporaryDirectory() as scratch:
        for half in HALVES if args.half == "all" else [args.half]:
            found: list[Found] = []
            for name, source in HALVES[half].items():
                package = Package(
                    name,
                    source,
                    fetch(name, args.keep or Path(scratch) / "sdists", Path(scratch)),
                    args.python,
                )
                for case in cases(package, args.defects, handmade):
                    found.append(localise(package, case, args.seconds))
                    if args.verbose:
                        _tell(found[-1])
            table(half, found)


def _tell(found: Found) -> None:
    planted = found.case.planted
    if found.first is not None and not found.line_mutated:
        code = planted.text.split("\n")
        print(
            f"#     said {found.first.place} {code[found.first.line - 1].strip() if found.first.path == planted.path else '?'}"
        )
        print(f"#     is   {code[planted.lines[0] - 1].strip()}")
    print(
        f"# {found.plain:6.1f} {found.mutated:6.1f} {'L' if found.line_plain else '-'}{'L' if found.line_mutated else '-'}"
        f" flips {found.flips:3} of {found.tried:3}  {planted.kind:<20} {planted.path}:{planted.lines[0]} {planted.function}  {found.case.test}",
        flush=True,
    )


if __name__ == "__main__":
    main()
