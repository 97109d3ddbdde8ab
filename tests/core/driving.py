"""Drive the pure core without an engine: send messages, fold what is decided, answer runs with reports."""

from dataclasses import dataclass, field

from coach.core.decide import Decision, Message, Refusal, decide
from coach.core.experiments.logpoint import Observed
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Counts, Ending, Failure, Frame, RunReport
from coach.core.runs.target import Target
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.core.verify.negative_control import Control
from coach.settings.workflow_files import load_workflow, shipped_folder

TEST = "tests/test_cart.py::test_total"
CHANGES = Changes(
    base="t0",
    tree="t1",
    label="it passed",
    files=(
        FileChange(
            path="shop/cart.py",
            hunks=(Hunk(old_start=1, old_lines=1, new_start=1, new_lines=1, text="-a\n+b"),),
        ),
    ),
)


def workflow(name: str = "debug"):
    return load_workflow(name, {path.stem: path for path in shipped_folder().glob("*.toml")})


def opening(**changes) -> ev.SessionOpened:
    """The first event of a session on one failing test."""
    values = {
        "session": "abcd2345",
        "coach": "0",
        "target": Target(words=(TEST,)),
        "workflow": workflow(),
        "interpreter": ev.Interpreter(
            path="/venv/bin/python", why="the project's .venv", version="3.11.7", pytest="9.0"
        ),
        "checkout": ev.Checkout(root="/project", commit="c0ffee", branch="main", tree="t0"),
    }
    return ev.SessionOpened.model_validate({**values, **changes})


def failure(message: str = "assert 9 == 10", **changes) -> Failure:
    frames = (
        Frame(
            path="tests/test_cart.py",
            line=8,
            function="test_total",
            own=True,
            source="assert cart.total() == 10",
        ),
        Frame(
            path="shop/cart.py",
            line=21,
            function="total",
            own=True,
            code="def total(self):\n    return 9",
            code_start=20,
        ),
    )
    values = {
        "test": TEST,
        "exception": "AssertionError",
        "message": message,
        "frames": frames,
        "duration": 0.01,
    }
    return Failure.model_validate({**values, **changes})


def red(message: str = "assert 9 == 10", *, tree: str = "t0", **changes) -> RunReport:
    values = {
        "ending": Ending(exit_code=1),
        "duration": 0.2,
        "counts": Counts(selected=1, failed=1),
        "failures": (failure(message),),
        "tree": tree,
    }
    return RunReport.model_validate({**values, **changes})


def green(*, tree: str = "t1", passed: int = 1, **changes) -> RunReport:
    counts = Counts(selected=passed, passed=passed)
    values = {"ending": Ending(exit_code=0), "duration": 0.2, "counts": counts, "tree": tree}
    return RunReport.model_validate({**values, **changes})


@dataclass
class Drive:
    """A session under test: state, everything recorded, and the effects nobody has performed yet."""

    state: SessionState = field(default_factory=SessionState)
    records: list[ev.Recorded] = field(default_factory=list)
    effects: list[eff.Effect] = field(default_factory=list)
    clock: float = 1_000.0

    def record(self, event: ev.Event) -> None:
        self.clock += 1
        record = ev.Recorded(seq=self.state.seq + 1, at=self.clock, event=event)
        self.records.append(record)
        self.state = apply(self.state, record)

    def send(self, message: Message) -> Decision | Refusal:
        answer = decide(message, self.state)
        if isinstance(answer, Decision):
            for event in answer.events:
                self.record(event)
            self.effects.extend(answer.effects)
        return answer

    def ends(self, report: RunReport) -> None:
        """Let the newest run under way end."""
        self.send(obs.RunEnded(number=self.state.under_way[-1].number, report=report))

    def looked(self) -> None:
        """Let the trace that follows a measured reproduction end; it showed nothing."""
        if self.state.under_way and self.state.under_way[-1].request.only_looks:
            self.ends(red())

    def saves(self, *paths: str) -> None:
        """Save files; the run it supersedes answers at once."""
        before = self.state.under_way
        self.send(obs.FilesSaved(paths=paths or ("shop/cart.py",)))
        for run in before:
            self.send(
                obs.RunEnded(
                    number=run.number,
                    report=RunReport(ending=Ending(kind="superseded", sentence="superseded")),
                )
            )

    def started(self) -> list[str]:
        """Purposes of the runs started so far."""
        return [effect.request.purpose for effect in self.effects if isinstance(effect, eff.StartRun)]

    def kinds(self) -> list[str]:
        return [record.event.kind for record in self.records]


def opened(**changes) -> Drive:
    drive = Drive()
    drive.record(opening(**changes))
    return drive


def reproduced(**changes) -> Drive:
    """A session whose failure is reproduced three times."""
    drive = opened(**changes)
    drive.send(cmd.Begin())
    drive.send(obs.WatchSeen(watching=True))
    for _ in range(3):
        drive.ends(red())
    drive.looked()
    return drive


def pinned(**changes) -> Drive:
    """A session whose failing test is pinned."""
    drive = reproduced(**changes)
    drive.send(cmd.PinTest())
    seen = {"path": "tests/test_cart.py", "line": 5, "source": "def test_total(): ...", "digest": "d1"}
    drive.send(obs.TestSeen(test=TEST, pin=True, **seen))
    return drive


def verified(
    drive: Drive,
    *,
    control: Control | None = None,
    changes: Changes = CHANGES,
    acceptance: tuple[str, ...] = (),
    seen_again: Observed | None = None,
    **answers: RunReport,
):
    """Verify, and answer every run of the plan: as a fix that holds does, unless another report is given by purpose."""
    drive.send(cmd.Verify(acceptance=acceptance))
    drive.send(obs.TestSeen(test=TEST, digest=drive.state.pin.seen_digest if drive.state.pin else ""))
    drive.send(obs.ChangesSeen(changes=changes))
    was = red(counts={"selected": 30, "passed": 29, "failed": 1})
    usual = {
        "verify": green(),
        "reverted": red(),
        "control": red(),
        "suite": green(passed=30),
        "baseline": was,
        "recheck": green(),
        "acceptance": green(),
        "again": answers.get("suite", red()),
        "again-before": green(),
    }
    while drive.state.plan:
        run = drive.state.under_way[-1]
        drive.ends({**usual, **answers}[run.request.purpose])
        if run.request.purpose == "control":
            seen = control or Control(run=run.number, tried=4, killed=4, planned=4)
            drive.send(obs.ControlSeen(control=seen.model_copy(update={"run": run.number})))
        if run.request.purpose == "recheck":
            drive.send(obs.LogpointRead(run=run.number, observed=seen_again or Observed(test=TEST, way="x")))
        if run.request.purpose == "acceptance":
            drive.send(obs.TrialRead(run=run.number))
    return drive.state.verification
