"""How much faster searches are on 4 and 8 workers than on 1, with tests that wait rather than compute.

    python -m benchmarks.cluster [SECONDS-PER-TEST] [REPEATS] [COMMITS]

The workers are processes of this machine, each with folders and an address of its own (127.0.0.2, …), so that they are machines of
their own to a search: what is measured is what coach, Dask and the copies add, not how fast processors are. Prints one JSON object. Goals: efficiency of repeats of at least 0.85 on 4 workers and 0.75 on 8 (1: eight workers take
an eighth of the time); a bisect of 1,024 commits on 8 workers in at most 0.45 of the time on 1. A bisect
asks 10 rounds of one commit, or 4 of eight. On `--on local:8` it is 2 rounds more: what workers of one machine say beside each other is
judged again alone where the answer leans on it.
"""

import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.core.log.events import Interpreter
from coach.core.runs.failure import failing_set
from coach.core.runs.reference import Reference
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.kinds import CommitFound
from coach.core.search.request import SearchRequest
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.connection import connect
from coach.engine.cluster.work_elsewhere import probe_elsewhere
from coach.engine.execute import execute
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import Candidate, SearchContext
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore
from tests.cluster.processes import Machines
from tests.engine.histories import linear

WIDTHS = (1, 4, 8)


class Project:
    """A history, a check that waits, and what searches of it need."""

    def __init__(self, folder: Path, seconds: float, commits: int) -> None:
        self.machines = {}
        for width in WIDTHS:
            self.machines[width] = Machines(folder / f"of-{width}")
            for number in range(width):
                self.machines[width].work(1, host=f"127.0.0.{number + 2}")
        history, self.culprit = linear(folder / "shop", commits, random.Random(4).randrange(2, commits + 1))
        lines = f"import time\ntime.sleep({seconds})\nfrom shop import total\nassert total(3) == 6, total(3)"
        self.target = Target(kind="command", words=(sys.executable, "-B", "-c", lines))
        env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        root, home = history.root.resolve(), folder / "state/projects/0123"
        self.trees = TreeStore(root, home)
        self.context = SearchContext(root, home, Interpreter(path=sys.executable), Limits(), env)
        self.clusters = Clusters(self.trees, self.context, self._connect)
        around = RunContext(root, self.context.interpreter, Limits(), lambda _: "", LiveOutput(), env)
        report = execute(
            RunRequest(number=1, purpose="reproduce", target=self.target), around, threading.Event()
        )
        self.reference = Reference(run=1, failing=failing_set(report))
        self.good = history.git("rev-parse", f"HEAD~{commits - 1}")

    def _connect(self, on: str):
        return connect(parse_address(on), ClusterSettings(), self.context.root)

    def repeats(self, width: int, number: int) -> float:
        """Return the seconds that so many repeats of one question take."""
        with self.clusters.on(self.machines[width].address, threading.Event()) as cluster:
            first = Candidate(self.trees.record(), self.target, self.reference)
            asked = [
                probe_elsewhere(cluster, first.again(each), self.context.redactor)
                for each in range(-width, 0)
            ]
            [each.result() for each in asked]  # every worker has the packs
            began = time.perf_counter()
            asked = [
                probe_elsewhere(cluster, first.again(each), self.context.redactor) for each in range(number)
            ]
            assert {each.result().judged.outcome for each in asked} == {"FAIL"}
            return time.perf_counter() - began

    def bisect(self, width: int) -> tuple[float, int]:
        """Return the seconds and the probes of a bisect, the start of the workers left out."""
        request = SearchRequest(
            number=1,
            kind="commits",
            target=self.target,
            reference=self.reference,
            base=self.good,
            width=0,
            on=self.machines[width].address,
            proves=False,
        )
        with self.clusters.on(request.on, threading.Event()):
            pass
        bench = SearchBench(self.trees, self.context, clusters=self.clusters)
        began = time.perf_counter()
        result = bench.search(request, (), threading.Event(), lambda _: None)
        took = time.perf_counter() - began
        assert isinstance(result.found, CommitFound), result
        assert [each.id for each in result.found.commits] == [self.culprit], result
        return took, result.probes + result.again


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 48
    commits = int(sys.argv[3]) if len(sys.argv) > 3 else 1024
    figures: dict[str, object] = {"seconds_per_test": seconds, "load_before": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), seconds, commits)
        try:
            took = {width: project.repeats(width, number) for width in WIDTHS}
            figures["repeats_seconds"] = {width: round(each, 2) for width, each in took.items()}
            figures["efficiency"] = {width: round(took[1] / each / width, 3) for width, each in took.items()}
            found = {width: project.bisect(width) for width in (1, 8)}
            figures["bisect"] = {width: (round(each, 2), asked) for width, (each, asked) in found.items()}
            figures["bisect_ratio_8_to_1"] = round(found[8][0] / found[1][0], 3)
        finally:
            project.clusters.close()
            for each in project.machines.values():
                each.close()
    figures["load_after"] = round(os.getloadavg()[0], 2)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
