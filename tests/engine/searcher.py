"""A process that searches until it is killed: ``python -m tests.engine.searcher ROOT HOME KIND BASE TEST``.

KIND: ``commits``, ``edits`` (a commit bisect, ddmin over hunks) or ``mutants``.
"""

import os
import sys
import threading
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.protocol.effects import MutationPlace, StartRun
from coach.core.runs.instrument import Mutate
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest
from coach.engine.execute import execute
from coach.engine.instrument.instruments import observer_of
from coach.engine.instrument.mutate import plan_text, planned
from coach.engine.instrument.observer import ObserverContext
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore


def main() -> None:
    root, home, kind, base, test = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:6]
    if kind == "mutants":
        _mutate(root, test)
    context = SearchContext(root, home, Interpreter(path=sys.executable), Limits(wall=60), dict(os.environ))
    driver = SearchBench(TreeStore(root, home), context)
    request = SearchRequest.model_validate(
        {
            "number": 1,
            "kind": kind,
            "target": Target(words=(test,)),
            "base": base if kind == "edits" else "",
        }
    )
    _say_searching()
    while True:
        driver.search(request, (), threading.Event(), lambda _: None)


def _mutate(root: Path, test: str) -> None:
    around = RunContext(
        root, Interpreter(path=sys.executable), Limits(wall=60), lambda _: "", LiveOutput(), os.environ
    )
    target, instrument = Target(words=(test.partition("::")[0],)), Mutate(seconds=60.0)
    request = RunRequest(number=1, purpose="mutants", target=target, focus=test, instrument=instrument)
    chosen = planned([MutationPlace(path="shop.py", function="total", lines=(5,))], root)
    observer = observer_of(StartRun(request=request), ObserverContext(around))
    observer.plan = plan_text(request, chosen * 50, root)
    _say_searching()
    while True:
        execute(request, around, threading.Event(), observer=observer)


def _say_searching() -> None:
    sys.stdout.write("searching\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
