"""Tell a session in one line per run: what was edited, and how the run ended."""

from dataclasses import dataclass, field
from itertools import count

from coach.core.loops.attempt import Attempt
from coach.core.loops.history import History
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.runs.report import Counts, Ending, Failure, Frame, RunReport
from coach.core.runs.run import Run, RunRequest
from coach.core.runs.target import Target

TEST = "tests/test_cart.py::test_total"
OTHER = "tests/test_cart.py::test_count"
CART = "shop/cart.py"

GREEN = ""
TIMEOUT = "timeout"


def failed(
    message: str = "assert 9 == 10", test: str = TEST, exception: str = "AssertionError", **more
) -> Failure:
    """A failure in a test, or, with ``place``, in the code it calls."""
    path, _, name = test.partition("::")
    frames = [
        Frame(
            path=path,
            line=8,
            function=name,
            own=True,
            source=more.pop("line", "assert cart.total() == 10"),
            code=more.pop("code", "assert cart.total() == 10"),
        )
    ]
    place = more.pop("place", None)
    if place:
        frames.append(
            Frame(path=place[0], line=3, function=place[1], own=True, source="return 1", code="return 1")
        )
    return Failure(test=test, exception=exception, message=message, frames=tuple(frames), **more)


def report_of(outcome, tree: str, **more) -> RunReport:
    """A report: an empty outcome is green, a text a failed assertion, a list of failures is what it says."""
    if outcome == TIMEOUT:
        return RunReport(ending=Ending(kind="timeout", sentence="timeout after 3 s"), tree=tree)
    failures = [failed(outcome)] if isinstance(outcome, str) and outcome else list(outcome)
    fields = {
        "ending": Ending(exit_code=1 if failures else 0),
        "counts": Counts(selected=5, passed=5 - len(failures), failed=len(failures)),
        "failures": tuple(failures),
        "tree": tree,
    }
    return RunReport.model_validate({**fields, **more})


@dataclass
class Story:
    """Builds a history. Trees name themselves; give one to come back to it."""

    history: History = field(default_factory=History)
    number: int = 0
    blobs: dict[str, str] = field(default_factory=dict)
    names: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def tree(self) -> str:
        return self.history.now.tree if self.history.now else "t0"

    def run(self, outcome, tree: str | None = None, by: str = "", asked=(), **report) -> "Story":
        """A run with no edit before it; ``asked``: what else the request says."""
        self.number += 1
        request = RunRequest(
            **{"number": self.number, "purpose": "feedback", "target": Target(words=(TEST,)), **dict(asked)}
        )
        made = report_of(outcome, tree or self.tree, **report)
        failing = failing_set(made)
        run = Run(
            request=request,
            started=float(self.number),
            report=made,
            failing=failing,
            judged=judge(made, failing),
        )
        self.history = self.history.finished(run, by)
        return self

    def edit(self, outcome, tree: str = "", paths=(CART,), nature: str = "patch", **attempt) -> "Story":
        """An edit and the run after it. ``paths`` may map a path to the name of its new content."""
        report = attempt.pop("report", {})
        before = self.history.now.run if self.history.now else 0
        self.run(outcome, tree or f"t{next(self.names)}-{self.number}", **report)
        files = []
        for path in paths:
            new = paths[path] if isinstance(paths, dict) else f"{path}-{self.number}"
            files.append(FileChange(path=path, before=self.blobs.get(path, f"{path}-0"), after=new))
            self.blobs[path] = new
        changes = Changes(base="b", tree=self.tree, files=tuple(files))
        read = Attempt.model_validate(
            {"run": self.number, "base_run": before, "changes": changes, "nature": nature, **attempt}
        )
        self.history = self.history.read(read)
        return self

    def wrote(self, *marks) -> "Story":
        for mark in marks:
            self.history = self.history.marked(mark)
        return self


def red(outcome="assert 9 == 10", heads=("t0",)) -> Story:
    """A story that begins with a failure, on what the commit checked out holds."""
    return Story(History(heads=frozenset(heads))).run(outcome, "t0")
