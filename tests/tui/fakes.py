"""A door without an engine, and small builders of events: a story is a list of events, told up to any point."""

import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from coach.core.decide import Decision, Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.log.recorded_request import RecordedRequest
from coach.core.protocol.commands import Command
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.runs.reference import Reference
from coach.core.runs.report import Counts, Ending, Failure, Frame, RunReport
from coach.core.runs.reproduction import SeriesRun, measure
from coach.core.runs.target import Target
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from coach.core.verify.verification import Verification, VerificationCheck
from coach.core.workflow.workflow import Workflow
from coach.session.port import Listener, Update

START = 1_763_800_000.0
TEST = "tests/test_cart.py::test_total_of_three_items"
TARGET = Target(words=(TEST,))
WORKFLOW = Workflow.model_validate(
    tomllib.loads((Path(__file__).parents[2] / "workflows/debug.toml").read_text())
)
CODE = '''\
def total(items, discount=0.0):
    """Sum the prices and take the discount off."""
    amount = 0.0
    for item in items:
        amount += round(item.price) * item.quantity  # whole units only
    if discount and len(items) > 2:
        return amount
    return amount * (1 - discount)
'''
TEST_CODE = """\
def test_total_of_three_items():
    items = [Item("tea", 9.0, 1), Item("cup", 12.0, 1), Item("jar", 9.0, 1)]
    assert total(items, discount=0.1) == 27.0
"""


class FakeLive:
    def __init__(self) -> None:
        self.now = LiveSnapshot()
        self.asked: list[int] = []

    def snapshot(self, lines: int) -> LiveSnapshot:
        self.asked.append(lines)
        return replace(self.now, lines=self.now.lines[-lines:] if lines else ())


class FakeDoor:
    """Holds records and remembers commands; nothing happens unless a test says so with ``happen``."""

    def __init__(self, *events: ev.Event, read_only: str = "", unsaved: str = "") -> None:
        self.records: list[ev.Recorded] = []
        self.state = SessionState()
        self.read_only = read_only
        self.unsaved = unsaved
        self.live = FakeLive()
        self.commands: list[Command] = []
        self.outputs: dict[int, str] = {}
        self._listeners: list[Listener] = []
        self._add(events)

    def submit(self, command: Command) -> "Future[Decision | Refusal]":
        self.commands.append(command)
        return Future()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def output_of(self, run: int) -> str:
        return self.outputs.get(run, "")

    def happen(self, *events: ev.Event, notice: str = "", is_refusal: bool = False) -> None:
        self._add(events)
        for listener in tuple(self._listeners):
            listener(Update(self.state, notice, is_refusal=is_refusal))

    def begin_again(self, *events: ev.Event) -> None:
        """Forget everything and hold another story; nobody is told."""
        self.records, self.state = [], SessionState()
        self._add(events)

    def _add(self, events: Sequence[ev.Event]) -> None:
        for event in events:
            seq = self.state.seq + 1
            record = ev.Recorded(seq=seq, at=START + 7.0 * seq, event=event)
            self.records.append(record)
            self.state = apply(self.state, record)


class FakeReview(FakeDoor):
    """A past session: the door shows the state after ``position`` events, and the records up to there."""

    def __init__(self, *events: ev.Event) -> None:
        super().__init__(*events, read_only="a past session")
        self.every = tuple(self.records)
        self.length = self.position = len(self.records)

    def at(self, position: int) -> ev.Recorded | None:
        return self.every[position - 1] if 0 < position <= self.length else None

    def seek(self, position: int) -> None:
        self.position = max(0, min(position, self.length))
        self.state = SessionState()
        self.records = list(self.every[: self.position])
        for record in self.records:
            self.state = apply(self.state, record)


def opened(**more: object) -> ev.SessionOpened:
    values = {
        "session": "2025-11-22-a1b2",
        "coach": "0.1.0",
        "target": TARGET,
        "workflow": WORKFLOW,
        "interpreter": ev.Interpreter(
            path="/home/ada/shop/.venv/bin/python",
            why="the project's .venv",
            version="3.12.4",
            pytest="8.4.2",
        ),
        "checkout": ev.Checkout(
            root="/home/ada/shop", commit="9f8e7d6c5b4a", branch="cart-discount", dirty_files=2, tree="t0"
        ),
    }
    return ev.SessionOpened.model_validate({**values, **more})


def entered(step: str) -> ev.StepEntered:
    return ev.StepEntered(step=step, why="gate")


def failure(message: str = "assert 30.0 == 27.0", test: str = TEST, **more: object) -> Failure:
    values = {
        "test": test,
        "exception": "AssertionError",
        "message": message,
        "frames": (
            Frame(
                path="tests/test_cart.py",
                line=14,
                function="test_total_of_three_items",
                own=True,
                source="assert total(items, discount=0.1) == 27.0",
                code=TEST_CODE,
                code_start=12,
                locals=(("items", "[Item('tea', 9.0, 1), Item('cup', 12.0, 1), Item('jar', 9.0, 1)]"),),
            ),
            Frame(
                path="shop/cart.py",
                line=20,
                function="total",
                own=True,
                source="return amount",
                code=CODE,
                code_start=14,
                locals=(("amount", "30.0"), ("discount", "0.1"), ("items", "[Item('tea', 9.0, 1), …]")),
            ),
        ),
    }
    return Failure.model_validate({**values, **more})


def report(*failures: Failure, duration: float = 0.31, tree: str = "t1", **more: object) -> RunReport:
    counts = Counts(selected=max(1, len(failures)), failed=len(failures), passed=0 if failures else 1)
    values = {
        "ending": Ending(exit_code=1 if failures else 0),
        "duration": duration,
        "counts": counts,
        "failures": failures,
        "tree": tree,
    }
    return RunReport.model_validate({**values, **more})


def started(
    number: int, purpose: str = "reproduce", target: Target = TARGET, **more: object
) -> ev.RunStarted:
    values = {"number": number, "purpose": purpose, "target": target, "hash_seed": number}
    return ev.RunStarted(request=RecordedRequest.model_validate({**values, **more}))


def finished(
    number: int, *failures: Failure, reference: Reference | None = None, **more: object
) -> ev.RunFinished:
    seen = report(*failures, **more)  # type: ignore[arg-type]
    failing = failing_set(seen)
    return ev.RunFinished(number=number, report=seen, failing=failing, judged=judge(seen, failing, reference))


def ran(
    number: int,
    *failures: Failure,
    purpose: str = "reproduce",
    warm: bool = False,
    target: Target = TARGET,
    **more: object,
) -> list[ev.Event]:
    return [started(number, purpose, target, warm=warm), finished(number, *failures, warm=warm, **more)]  # type: ignore[arg-type]


def ended(number: int, kind: str, sentence: str, purpose: str = "feedback") -> list[ev.Event]:
    ending = Ending.model_validate({"kind": kind, "sentence": sentence})
    return [started(number, purpose), finished(number, ending=ending)]


SPEC = Spec(
    title="Cart total wrong for 3 items",
    expected="10 % off the sum: 27.0",
    actual="no discount for three or more items: 30.0",
    constraints=("prices keep two digits",),
    scope=("shop/*.py",),
    stop_and_ask=("the API must change",),
)
REFERENCE = Reference(run=1, failing=failing_set(report(failure())), is_reproduced=True)
STRICT = REFERENCE.strict
SUSPECTS = (
    Suspect(
        path="shop/cart.py",
        function="total",
        line=20,
        score=0.92,
        probability=0.93,
        kinds=("raised", "hunk"),
        code=CODE,
        code_start=14,
        reasons=("innermost frame of the failure", "edited since it passed in #3"),
    ),
    Suspect(
        path="shop/discount.py",
        function="applicable",
        line=7,
        score=0.41,
        probability=0.02,
        reasons=("runs only in failing tests",),
    ),
    Suspect(
        path="shop/item.py",
        function="price",
        line=31,
        score=0.41,
        probability=0.02,
        reasons=("on the stack",),
    ),
    Suspect(
        path="tests/test_cart.py",
        function="test_total_of_three_items",
        line=14,
        score=0.1,
        probability=0.01,
        reasons=("the test itself",),
    ),
)
CHANGES = Changes(
    base="9f8e7d6c5b4a",
    tree="t1",
    label="the last commit",
    files=(
        FileChange(
            path="shop/cart.py",
            hunks=(
                Hunk(
                    old_start=17,
                    old_lines=4,
                    new_start=17,
                    new_lines=6,
                    heading="def total(items, discount=0.0):",
                    text="     for item in items:\n-        amount += item.price * item.quantity\n"
                    "+        amount += round(item.price) * item.quantity  # whole units only\n"
                    "+    if discount and len(items) > 2:\n+        return amount\n     return amount * (1 - discount)",
                ),
            ),
        ),
        FileChange(
            path="shop/discount.py",
            change="added",
            hunks=(
                Hunk(
                    old_start=0,
                    old_lines=0,
                    new_start=1,
                    new_lines=2,
                    text="+def applicable(items):\n+    return len(items) > 2",
                ),
            ),
        ),
    ),
)


def pinned(**more: object) -> ev.TestPinned:
    values = {
        "test": TEST,
        "path": "tests/test_cart.py",
        "line": 12,
        "source": TEST_CODE,
        "digest": "a1b2c3d4e5f6",
        "red": "behavioural",
    }
    return ev.TestPinned.model_validate({**values, **more})


def measured(*numbers: int) -> ev.ReproductionMeasured:
    return ev.ReproductionMeasured(
        reproduction=measure([SeriesRun(run=n, strict=STRICT, tests=REFERENCE.tests) for n in numbers])
    )


def verification(*, whole: bool) -> ev.VerificationJudged:
    checks = (
        VerificationCheck(
            name="red-before",
            title="the pinned test was red, and is unchanged",
            passed=True,
            figure="red in #4",
            runs=(4,),
        ),
        VerificationCheck(
            name="green-now",
            title="the target is green now, in cold runs",
            passed=True,
            figure="1 of 1",
            runs=(6,),
        ),
        VerificationCheck(
            name="changed", title="there is a change to explain it", passed=True, figure="2 hunks in 2 files"
        ),
        VerificationCheck(
            name="no-new-failures",
            title="no test fails that passed before",
            passed=whole,
            figure="41 passed, none failed" if whole else "1 new: tests/test_api.py::test_invoice",
            runs=(7, 8),
        ),
        VerificationCheck(
            name="nothing-lost", title="no test skipped or gone", passed=True, figure="41 tests, 41 before"
        ),
        VerificationCheck(
            name="in-scope",
            title="only files in scope were touched",
            passed=whole,
            figure="2 files" if whole else "outside: api/invoice.py",
        ),
    )
    return ev.VerificationJudged(verification=Verification(checks=checks))


def story(step: str = "verify") -> list[ev.Event]:  # noqa: PLR0911 - a story stops at any step
    """Return the events of a session up to a step."""
    told: list[ev.Event] = [opened(), entered("reproduce")]
    if step == "start":
        return told
    told += [ev.WatchingChanged(watching=True), ev.ReproductionBegan()]
    for number in (1, 2, 3):
        told += ran(number, failure(), duration=0.3 + number / 100)
    told += [measured(1, 2, 3), ev.SuspectsRanked(run=3, suspects=SUSPECTS), ev.ChangesRead(changes=CHANGES)]
    if step == "reproduce":
        return told
    told += [ev.SpecWritten(spec=SPEC), entered("failing-test")]
    if step == "failing-test":
        return told
    told += [pinned(), entered("isolate")]
    if step == "isolate":
        return told
    told += [
        ev.SuspectRuledOut(suspect=SUSPECTS[3].key, reason="the test says what the spec says"),
        entered("hypothesize"),
    ]
    told.append(
        ev.HypothesisProposed(
            id=1,
            claim="round() loses the cents",
            prediction=Prediction(text="without round() the total is 27.0", expects="pass"),
        )
    )
    told.append(ev.EditSeen(paths=("shop/cart.py",)))
    told += ran(4, failure(), purpose="feedback", warm=True, duration=0.06, tree="t2", reference=REFERENCE)
    told.append(
        ev.HypothesisJudged(id=1, verdict="REFUTED", reason="predicted pass, seen same failure", runs=(4,))
    )
    told.append(
        ev.HypothesisProposed(
            id=2,
            claim="the early return skips the discount for more than two items",
            prediction=Prediction(text="without the branch the total is 27.0", expects="pass"),
        )
    )
    if step == "hypothesize":
        return told
    told.append(ev.EditSeen(paths=("shop/cart.py", "shop/discount.py")))
    told += ran(5, purpose="feedback", warm=True, duration=0.058, tree="t3")
    told.append(ev.HypothesisJudged(id=2, verdict="SUPPORTED", reason="predicted pass, seen pass", runs=(5,)))
    told.append(entered("verify"))
    if step == "before-verify":
        return told
    told.append(ev.VerificationBegan(plan=("verify", "suite", "baseline")))
    told += ran(6, purpose="verify", duration=0.33)
    told += ran(7, purpose="suite", target=Target(), duration=4.2, counts=Counts(selected=41, passed=41))
    told += ran(
        8,
        failure(),
        purpose="baseline",
        target=Target(),
        duration=4.4,
        counts=Counts(selected=41, passed=40, failed=1),
        tree="t0",
    )
    told.append(verification(whole=step != "partial"))
    if step in {"verify", "partial"}:
        return told
    return [
        *told,
        ev.RootCauseWritten(text="The early return skipped the discount."),
        ev.FixConfirmed(),
        ev.NoteWritten(text="look for the same branch in invoices"),
    ]
