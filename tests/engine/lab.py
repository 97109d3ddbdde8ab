"""A project, a state directory, and searches over them, without a session."""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.failure import failing_set
from coach.core.runs.reference import Reference
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest
from coach.engine.execute import execute
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore
from tests.engine.histories import fingerprint

TEST = "tests/test_shop.py::test_total"


def command(*lines: str) -> Target:
    """Return a target that runs these lines of python: judged as a test is, at a tenth of its time."""
    return Target(kind="command", words=(sys.executable, "-B", "-c", "\n".join(lines)))


def _target(named: str | Target) -> Target:
    return named if isinstance(named, Target) else Target(words=(named,))


class Lab:
    """A project, a state directory, and searches over them."""

    def __init__(self, root: Path, home: Path, env: dict[str, str]) -> None:
        self.root, self.home, self.env = root, home, env
        self.trees = TreeStore(root, home)
        self.context = SearchContext(root, home, Interpreter(path=sys.executable), Limits(wall=60), env)
        self.observed = []
        self.python = sys.executable

    def reference(self, test: str | Target) -> Reference:
        """Run the test in the checkout, as a session would, and take its failure."""
        return Reference(run=1, failing=failing_set(self.run(test)))

    def run(self, test: str | Target) -> RunReport:
        """Run a test in the checkout."""
        interpreter = Interpreter(path=self.python)
        around = RunContext(self.root, interpreter, Limits(wall=60), lambda _: "", LiveOutput(), self.env)
        request = RunRequest(number=1, purpose="reproduce", target=_target(test))
        return execute(request, around, threading.Event())

    def ready(self) -> SearchContext:
        """Return what a search gives its probes."""
        is_ours = self.python == sys.executable
        return self.context if is_ours else replace(self.context, interpreter=Interpreter(path=self.python))

    def search(self, kind: str, test: str | Target = TEST, known=(), stop=None, executor=None, **fields):
        request = SearchRequest(number=1, kind=kind, target=_target(test), **fields)
        before = fingerprint(self.root)
        driver = SearchBench(self.trees, self.ready(), executor)
        result = driver.search(request, known, stop or threading.Event(), self.observed.append)
        assert fingerprint(self.root) == before
        assert self.trees.leftovers() == ()
        return result


def plain_environment() -> dict[str, str]:
    """Return an environment without what coach's own runs and pytest's plugins bring."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("COACH_", "PYTEST_")) and key != "PYTHONPATH"
    }
    return env | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"} | of_pytest()


def of_pytest() -> dict[str, str]:
    """Return where the pytest of a target keeps its temporary folders; see ``own_folders`` of all tests."""
    name = "PYTEST_DEBUG_TEMPROOT"
    return {name: os.environ[name]} if name in os.environ else {}
