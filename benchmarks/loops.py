"""What loop detection costs per run: ``python benchmarks/loops.py`` prints JSON, milliseconds of processor time.

The history grows to 1,000 runs, each after a patch of its own, the worst case for every detector: nothing repeats, nothing
can stop early; then one session that goes round all the time. *detect* is asking all detectors and the ladder; *decide* is all
that follows in the core from one edit that was read, syntax trees of 300 lines included; *fold* is taking a finished run into the state.
"""

import gc
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from coach.core.decide import Decision, decide
from coach.core.log import events as ev
from coach.core.log.recorded_request import RecordedRequest
from coach.core.loops.attempt import SourcePair
from coach.core.loops.escalation import Said, climb, look
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.runs.report import Counts, Ending, Failure, Frame, RunReport
from coach.core.runs.target import Target
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.core.workflow.workflow import Workflow

RUNS = 1_000
TARGET = Target(words=("tests/test_cart.py::test_total",))
LINES = 300
"""Lines of the edited module: twice the median of a Python file."""


def main() -> None:
    print(
        json.dumps(
            {"runs": RUNS, "budget_ms": 5, "all_different": measure(1_000_000), "going_round": measure(3)},
            indent=2,
        )
    )


def measure(period: int) -> dict[str, float]:
    """Time the last tenth of a session whose failures repeat after ``period`` runs."""
    clock = Clock()
    state = apply(SessionState(), recorded(0, opened()))
    for number in range(1, RUNS + 1):
        state = one_run(state, number, period, clock, is_timed=number > RUNS * 0.9)
    assert len(state.history.trials) == RUNS
    return clock.figures()


class Clock:
    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def time(self, name: str, call):
        began = time.thread_time_ns()
        answer = call()
        self.times.setdefault(name, []).append((time.thread_time_ns() - began) / 1_000_000)
        return answer

    def figures(self) -> dict[str, float]:
        found = {}
        for name, times in self.times.items():
            found[f"{name}_median_ms"] = round(statistics.median(times), 3)
            found[f"{name}_worst_ms"] = round(max(times), 3)
        found["detect_share_of_budget"] = round(found["detect_worst_ms"] / 5, 3)
        return found


def one_run(state: SessionState, number: int, period: int, clock: Clock, *, is_timed: bool) -> SessionState:
    report = red(number, number % period)
    request = RecordedRequest(number=number, purpose="feedback", target=TARGET)
    state = apply(state, recorded(state.seq, ev.RunStarted(request=request)))
    failing = failing_set(report)
    ended = recorded(
        state.seq,
        ev.RunFinished(number=number, report=report, failing=failing, judged=judge(report, failing)),
    )
    state = clock.time("fold", lambda: apply(state, ended)) if is_timed else apply(state, ended)
    if number == 1:
        return state
    seen = edit(number)
    decision = clock.time("decide", lambda: decide(seen, state)) if is_timed else decide(seen, state)
    assert isinstance(decision, Decision)
    for event in decision.events:
        state = apply(state, recorded(state.seq, event))
    if is_timed:
        said = [
            Said(each.loop.pattern, each.loop.place, each.loop.level, each.loop.run) for each in state.notices
        ]
        gc.disable()
        clock.time("detect", lambda: climb(look(state.history), said, (), state.history.runs))
        gc.enable()
    return state


def recorded(seq: int, event: ev.Event) -> ev.Recorded:
    return ev.Recorded(seq=seq + 1, at=float(seq), event=event)


def opened() -> ev.SessionOpened:
    return ev.SessionOpened(
        session="s",
        coach="0",
        target=TARGET,
        workflow=Workflow(name="w"),
        interpreter=ev.Interpreter(path="python"),
        checkout=ev.Checkout(root="/p"),
    )


def red(number: int, value: int) -> RunReport:
    frame = Frame(
        path="tests/test_cart.py", line=8, function="test_total", own=True, source="assert total() == 10"
    )
    failures = tuple(
        Failure(
            test=f"tests/test_cart.py::test_{each}",
            exception="AssertionError",
            message=f"assert {value} == 10",
            frames=(frame,),
        )
        for each in range(5)
    )
    return RunReport(
        ending=Ending(exit_code=1),
        counts=Counts(selected=5, failed=5),
        failures=failures,
        tree=f"tree-{number}",
    )


def edit(number: int) -> obs.AttemptSeen:
    path = f"shop/module_{number % 40}.py"
    file = FileChange(path=path, before=f"{number:040}", after=f"{number + 1:040}")
    changes = Changes(base=f"tree-{number - 1}", tree=f"tree-{number}", files=(file,))
    pair = SourcePair(path=path, before=module(number), after=module(number + 1))
    return obs.AttemptSeen(run=number, base_run=number - 1, changes=changes, sources=(pair,))


def module(number: int) -> str:
    functions = [
        f"def function_{each}(items, rate):\n    total = 0\n    for item in items:\n        total += item.price * rate\n    return total + {each}\n"
        for each in range(LINES // 6)
    ]
    functions[0] = functions[0].replace("+ 0", f"+ {number}")
    return "\n".join(functions)


if __name__ == "__main__":
    main()
