"""How much faster searches are on 4 and 8 workers than on 1, with tests that wait rather than compute.

    python -m benchmarks.cluster [--only repeats stress mutants bisect] [--seconds 2]

The workers are processes of this machine, each with folders and an address of its own (127.0.0.2, …), so that they are machines of
their own to a search: what is measured is what coach, Dask and the copies add, not how fast processors are. Prints one JSON object. Goals: efficiency of repeats of at least 0.85 on 4 workers and 0.75 on 8 (1: eight workers take
an eighth of the time), the same for a whole `stress` and for a round of mutations; a bisect of 1,024 commits on 8 workers in at most 0.45 of the time on 1. A bisect
asks 10 rounds of one commit, or 4 of eight. On `--on local:8` it is 2 rounds more: what workers of one machine say beside each other is
judged again alone where the answer leans on it.
"""

import argparse
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
from coach.core.protocol.effects import MutationPlace, StartRun
from coach.core.runs.failure import FailureSignature, failing_set
from coach.core.runs.instrument import Mutate
from coach.core.runs.reference import Reference
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.kinds import AxisFound, CommitFound
from coach.core.search.request import SearchRequest
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.connection import connect
from coach.engine.cluster.run_elsewhere import run_elsewhere
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
KINDS = ("repeats", "stress", "mutants", "bisect")


TEST = "tests/test_rates.py::test_rate"
RATES = [
    f"def rate_{number}(price, amount):\n"
    f"    found = price * {number + 2} + amount\n"
    f"    if found > {number + 40}:\n"
    f"        found -= {number + 7}\n"
    f"    return found + {number + 1}"
    for number in range(12)
]
RATE_TEST = """import time
import rates


def test_rate():
    time.sleep({seconds})
    found = [getattr(rates, name)(3, 4) for name in dir(rates) if name.startswith("rate_")]
    assert sum(found) == 0.5, found
"""
CHANCE_TEST = """import random
import time


def test_chance():
    time.sleep({seconds})
    assert random.SystemRandom().random() < 0.5, "by chance"
"""


class Project:
    """A history, a check that waits, and what searches of it need."""

    def __init__(self, folder: Path, seconds: float, commits: int, functions: int) -> None:
        self.functions = functions
        self.machines = {}
        for width in WIDTHS:
            self.machines[width] = Machines(folder / f"of-{width}")
            for number in range(width):
                self.machines[width].work(1, host=f"127.0.0.{number + 2}")
        history, self.culprit = linear(folder / "shop", commits, random.Random(4).randrange(2, commits + 1))
        lines = f"import time\ntime.sleep({seconds})\nfrom shop import total\nassert total(3) == 6, total(3)"
        self.target = Target(kind="command", words=(sys.executable, "-B", "-c", lines))
        env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
            "1"  # plugins of coach's own suite would cost what no target's tests cost
        )
        root, home = history.root.resolve(), folder / "state/projects/0123"
        self.trees = TreeStore(root, home)
        self.context = SearchContext(root, home, Interpreter(path=sys.executable), Limits(wall=3_600), env)
        self.clusters = Clusters(self.trees, self.context, self._connect)
        around = RunContext(root, self.context.interpreter, Limits(), lambda _: "", LiveOutput(), env)
        report = execute(
            RunRequest(number=1, purpose="reproduce", target=self.target), around, threading.Event()
        )
        self.reference = Reference(run=1, failing=failing_set(report))
        history.write(
            rates="\n\n\n".join(RATES[:functions]),
            conftest="",
            tests__test_rates=RATE_TEST.format(seconds=seconds),
            tests__test_chance=CHANCE_TEST.format(seconds=seconds),
        )
        self.good = history.git("rev-parse", f"HEAD~{commits - 1}")

    def stress(self, width: int, rounds: int) -> tuple[float, int]:
        """Return the seconds and the runs of a search for what a test that fails by chance depends on."""
        test = "tests/test_chance.py::test_chance"
        request = SearchRequest(
            number=2,
            kind="flake",
            target=Target(words=(test,)),
            reference=Reference(
                run=1, failing=frozenset({FailureSignature(strict="0" * 16, loose="0" * 16, test=test)})
            ),
            rounds=rounds,
            width=0,
            on=self.machines[width].address,
        )
        with self.clusters.on(request.on, threading.Event()):
            bench = SearchBench(self.trees, self.context, clusters=self.clusters)
            bench.search(request.model_copy(update={"rounds": 2}), (), threading.Event(), lambda _: None)
            began = time.perf_counter()
            result = bench.search(request, (), threading.Event(), lambda _: None)
            took = time.perf_counter() - began
        assert isinstance(result.found, AxisFound), result
        assert not any(row.unresolved for row in result.found.table.rows), result
        return took, sum(row.runs for row in result.found.table.rows)

    def mutants(self, width: int) -> tuple[float, int]:
        """Return the seconds and the mutants of a round that nothing ends before its time."""
        lines = {number: tuple(range(7 * number + 2, 7 * number + 6)) for number in range(self.functions)}
        places = tuple(
            MutationPlace(path="rates.py", function=f"rate_{number}", lines=own)
            for number, own in lines.items()
        )
        with self.clusters.on(self.machines[width].address, threading.Event()) as cluster:
            self._round(
                cluster, places[:1]
            )  # every worker has the packs, and the modules in its files' cache
            began = time.perf_counter()
            found = self._round(cluster, places)
            took = time.perf_counter() - began
        assert (found.ended, found.tried) == ("all", found.planned), found
        return took, found.tried

    def _round(self, cluster, places):
        request = RunRequest(
            number=3,
            purpose="mutants",
            target=Target(words=("tests/test_rates.py",)),
            focus=TEST,
            instrument=Mutate(seconds=3_000),
        )
        _, seen = run_elsewhere(
            StartRun(request=request, places=places),
            cluster,
            trees=self.trees,
            coverage=None,
            cancel=threading.Event(),
            tell=lambda _: None,
            keep=lambda _: "",
        )
        return seen[0].mutations

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


def measured(project: Project, name: str, args: argparse.Namespace) -> dict[str, object]:
    """Return the seconds of a kind of search by the number of workers, and what they say."""
    if name == "bisect":
        found = {width: project.bisect(width) for width in (1, 8)}
        return {
            "bisect_seconds": {width: (round(took, 2), asked) for width, (took, asked) in found.items()},
            "bisect_ratio_8_to_1": round(found[8][0] / found[1][0], 3),
        }
    ask = {
        "repeats": lambda width: (project.repeats(width, args.repeats), args.repeats),
        "stress": lambda width: project.stress(width, args.rounds),
        "mutants": project.mutants,
    }[name]
    found = {width: ask(width) for width in WIDTHS}
    each = {width: took / of for width, (took, of) in found.items()}
    return {
        f"{name}_seconds": {width: (round(took, 2), of) for width, (took, of) in found.items()},
        f"{name}_efficiency": {width: round(each[1] / each[width] / width, 3) for width in WIDTHS},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="see the text at the top of the file")
    parser.add_argument("--seconds", type=float, default=2.0, help="that a test waits")
    parser.add_argument("--repeats", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=16, help="of a stress: five runs each")
    parser.add_argument("--commits", type=int, default=1024)
    parser.add_argument("--functions", type=int, default=6, help="that are mutated: about 80 mutants each")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    args = parser.parse_args()
    figures: dict[str, object] = {
        "seconds_per_test": args.seconds,
        "load_before": round(os.getloadavg()[0], 2),
    }
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), args.seconds, args.commits, args.functions)
        try:
            for name in args.only:
                figures |= measured(project, name, args)
                print(json.dumps(figures), file=sys.stderr)
        finally:
            project.clusters.close()
            for each in project.machines.values():
                each.close()
    figures["load_after"] = round(os.getloadavg()[0], 2)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
