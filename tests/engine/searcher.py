"""A process that searches until it is killed: ``python -m tests.engine.searcher ROOT HOME KIND BASE TEST``."""

import os
import sys
import threading
from pathlib import Path

from coach.core.events import Interpreter
from coach.core.search import SearchRequest
from coach.core.target import Target
from coach.engine.probing import Ground
from coach.engine.run import Limits
from coach.engine.searching import SearchBench
from coach.engine.snapshot import TreeStore


def main() -> None:
    root, home, kind, base, test = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:6]
    ground = Ground(root, home, Interpreter(path=sys.executable), Limits(wall=60), dict(os.environ))
    bench = SearchBench(TreeStore(root, home), ground)
    request = SearchRequest.model_validate(
        {
            "number": 1,
            "kind": kind,
            "target": Target(words=(test,)),
            "base": base if kind == "edits" else "",
        }
    )
    sys.stdout.write("searching\n")
    sys.stdout.flush()
    while True:
        bench.search(request, (), threading.Event(), lambda _: None)


if __name__ == "__main__":
    main()
