"""Find the culprit among 256 commits: coach with 1 and 2 workers against `git bisect run` in a clone, in the same run.

    python benchmarks/bisecting.py [COMMITS] [SECONDS-PER-TEST] [CULPRITS] [touching]

Prints one JSON object: steps, seconds and the ratio for each culprit, coach and git taking turns. All three are told a good
commit. A third figure is coach without a good commit: it looks for one first. coach knows what a red run in the checkout
imported, as in a session, and proves the commit by taking it back: git does neither. Goals: at most 9 steps for 256 commits with
one worker; with two workers at most 0.65 of the time of `git bisect run`. With `touching` as a fourth word every commit edits a
module that the test imports: then nothing says which commits are likely, and no commit can be taken back, so that both ends are
judged again. ``cpu_ratio_2`` counts the processor's seconds instead of the clock's, which depend on what else runs. All depends on
what the start of pytest costs here: with PYTHONDONTWRITEBYTECODE its plugins are compiled at every start.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.failure import FailureSignature, failing_set
from coach.core.runs.reference import Reference
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.kinds import CommitFound
from coach.core.search.request import SearchRequest, SearchResult
from coach.engine.execute import execute
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore

TEST = "tests/test_shop.py::test_total"
FILES = 100
CULPRITS = 3


def main() -> None:
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    culprits = int(sys.argv[3]) if len(sys.argv) > 3 else CULPRITS
    files = 1 if "touching" in sys.argv else FILES
    chance = random.Random(4)
    rows = [compare(commits, chance.randrange(2, commits + 1), seconds, files) for _ in range(culprits)]
    figures = {
        "commits": commits,
        "seconds_per_test": seconds,
        "load": round(os.getloadavg()[0], 2),
        "rows": rows,
        "steps_sequential_most": max(row["steps_1"] for row in rows),
        "median_ratio_2_workers_to_git": statistics.median(row["ratio_2"] for row in rows),
        "median_cpu_ratio_2_workers_to_git": statistics.median(row["cpu_ratio_2"] for row in rows),
        "median_ratio_1_worker_to_git": statistics.median(row["ratio_1"] for row in rows),
    }
    print(json.dumps(figures, indent=2))


def compare(commits: int, culprit: int, seconds: float, files: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        root, clone = Path(folder) / "project", Path(folder) / "clone"
        bad = generate(root, commits, culprit, seconds, files)
        good = git(root, "rev-parse", f"HEAD~{commits - 1}")
        git(Path(folder), "clone", "-q", str(root), str(clone))
        env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        trees = TreeStore(root, Path(folder) / "home")
        context = SearchContext(root, Path(folder) / "home", Interpreter(path=sys.executable), Limits(), env)
        reference = Reference(run=1, failing=signature(root, env, trees))

        def search(width: int, base: str) -> tuple[SearchResult, float, float]:
            target = Target(words=(TEST,))
            request = SearchRequest(
                number=1,
                kind="commits",
                target=target,
                reference=reference,
                base=base,
                red_tree=trees.record(),
                width=width,
            )
            began, used = time.perf_counter(), cpu_seconds()
            result = SearchBench(trees, context).search(request, (), threading.Event(), lambda _: None)
            took, used = time.perf_counter() - began, cpu_seconds() - used
            assert isinstance(result.found, CommitFound), result
            assert [each.id for each in result.found.commits] == [bad], result
            return result, took, used

        two, two_seconds, two_cpu = search(2, good)
        git_cpu = cpu_seconds()
        steps, git_seconds = bisect_run(clone, good, bad, env)
        git_cpu = cpu_seconds() - git_cpu
        one, one_seconds, _ = search(1, good)
        probing, probing_seconds, _ = search(2, "")
        return {
            "culprit": commits - culprit,
            "git_steps": steps,
            "git_seconds": round(git_seconds, 2),
            "steps_1": one.probes,
            "seconds_1": round(one_seconds, 2),
            "ratio_1": round(one_seconds / git_seconds, 2),
            "probes_2": two.probes,
            "seconds_2": round(two_seconds, 2),
            "ratio_2": round(two_seconds / git_seconds, 2),
            "cpu_ratio_2": round(two_cpu / git_cpu, 2),
            "probes_without_good": probing.probes,
            "seconds_without_good": round(probing_seconds, 2),
        }


def cpu_seconds() -> float:
    """Return what this process and its ended children have used of the processor."""
    used = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def bisect_run(clone: Path, good: str, bad: str, env: dict[str, str]) -> tuple[int, float]:
    began = time.perf_counter()
    git(clone, "bisect", "start", "HEAD", good)
    command = ["git", "bisect", "run", sys.executable, "-m", "pytest", "-q", TEST]
    done = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    assert f"{bad} is the first bad commit" in done.stdout, done.stdout + done.stderr
    return done.stdout.count("running "), took


def signature(root: Path, env: dict[str, str], trees: TreeStore) -> tuple[FailureSignature, ...]:
    """Run the test in the checkout, as the session did before."""
    around = RunContext(
        root,
        Interpreter(path=sys.executable),
        Limits(),
        lambda _: "",
        LiveOutput(),
        {**env, "PYTHONPATH": str(root)},
    )
    request = RunRequest(number=1, purpose="reproduce", target=Target(words=(TEST,)))
    report = execute(request, around, threading.Event())
    trees.remember_used((*report.opened, *around.loaded.get(1, ())))
    return failing_set(report)


def generate(root: Path, commits: int, culprit: int, seconds: float, files: int = FILES) -> str:
    """Make a history of a package of 100 modules; commit number ``culprit`` breaks one. Returns its id.

    The commits edit one module after the other of the first ``files``; the test imports the second, or the only one.
    """
    (root / "shop").mkdir(parents=True)
    (root / "tests").mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "tests/test_shop.py").write_text(
        f"import time\n\nfrom shop.total import total\n\n\ndef test_total():\n    time.sleep({seconds})\n    assert total(3) == 6\n"
    )
    (root / "conftest.py").write_text("")
    for number in range(FILES):
        (root / f"shop/part_{number}.py").write_text(f"def part():\n    return {number}\n" * 20)
    found = ""
    for number in range(1, commits + 1):
        rate = "2" if number < culprit else "2 + 1"
        (root / "shop/total.py").write_text(
            f"from shop import part_{min(1, files - 1)}\n\n\ndef total(amount):\n    return amount * {rate}\n"
        )
        (root / f"shop/part_{number % files}.py").write_text(
            f"def part():\n    return {FILES + number}\n" * 20
        )
        git(root, "add", "-A")
        git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", f"step {number}")
        if number == culprit:
            found = git(root, "rev-parse", "HEAD")
    return found


def git(root: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=root, capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
