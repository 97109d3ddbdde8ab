"""What judging the answer's probes alone costs: bisections with it and without it, taking turns, where nothing is shared.

    python benchmarks/rejudging.py [COMMITS] [SECONDS-PER-TEST] [CULPRITS]

Prints one JSON object: probes, probes judged again, seconds of both ways and their ratio for each culprit, and the medians. Two
probes run at a time. Goal: a ratio of at most 1.1 for 256 commits.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.reference import Reference
from coach.core.runs.target import Target
from coach.core.search.kinds import CommitFound
from coach.core.search.request import SearchRequest, SearchResult
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.search.kinds.task import Task
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore

sys.path.insert(0, str(Path(__file__).parent))
from bisecting import TEST, generate, git, signature

_CONFIRM = Task.confirm


def main() -> None:
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    culprits = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    chance = random.Random(4)
    rows = [compare(commits, chance.randrange(2, commits + 1), seconds) for _ in range(culprits)]
    figures = {
        "commits": commits,
        "seconds_per_test": seconds,
        "rows": rows,
        "median_again": statistics.median(row["again"] for row in rows),
        "median_ratio": round(statistics.median(row["ratio"] for row in rows), 2),
    }
    print(json.dumps(figures, indent=2))


def compare(commits: int, culprit: int, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        bad = generate(root, commits, culprit, seconds)
        good = git(root, "rev-parse", f"HEAD~{commits - 1}")
        env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        trees = TreeStore(root, Path(folder) / "home")
        context = SearchContext(root, Path(folder) / "home", Interpreter(path=sys.executable), Limits(), env)
        reference = Reference(run=1, failing=signature(root, env))

        def search(*, confirms: bool) -> tuple[SearchResult, float]:
            Task.confirm = _CONFIRM if confirms else lambda *_: None  # type: ignore[method-assign, assignment]
            request = SearchRequest(
                number=1,
                kind="commits",
                target=Target(words=(TEST,)),
                reference=reference,
                base=good,
                width=2,
            )
            began = time.perf_counter()
            result = SearchBench(trees, context).search(request, (), threading.Event(), lambda _: None)
            took = time.perf_counter() - began
            assert isinstance(result.found, CommitFound), result
            assert [each.id for each in result.found.commits] == [bad], result
            return result, took

        search(confirms=False)  # what is read for the first time
        took: dict[bool, list[float]] = {True: [], False: []}
        for confirms in (True, False, False, True):
            result, seconds_ = search(confirms=confirms)
            took[confirms].append(seconds_)
            if confirms:
                probes, again = result.probes, result.again
        with_it, without = (statistics.mean(took[each]) for each in (True, False))
        return {
            "culprit": commits - culprit,
            "probes": probes,
            "again": again,
            "seconds": round(with_it, 2),
            "seconds_without": round(without, 2),
            "ratio": round(with_it / without, 2),
        }


if __name__ == "__main__":
    main()
