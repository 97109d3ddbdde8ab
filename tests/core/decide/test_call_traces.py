"""Call traces: asked for, compared with a passing run, never evidence."""

import pytest

from coach.core.decide import Refusal
from coach.core.localize.call_trace import Call, CallTrace
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.core.spec.spec import Spec
from tests.core.driving import TEST, green, opened, red, reproduced

OTHER = "tests/test_cart.py::test_count"


def trace(value, test=TEST, *, failed=True):
    function = Call(depth=1, path="shop/cart.py", line=3, function="rate", how="returned", value=value)
    return CallTrace(
        test=test, failed=failed, calls=(Call(depth=0, path="t.py", line=1, function="test"), function)
    )


def traced(drive, *traces, against="", report=None):
    """Ask for a trace and let its run end with these."""
    drive.send(cmd.TraceCalls(against=against))
    return sees(drive, *traces, report=report)


def sees(drive, *traces, report=None):
    number = drive.state.under_way[-1].number
    drive.ends(report or red())
    told = tuple(each.model_copy(update={"run": number}) for each in traces)
    return drive.send(obs.CallsSeen(run=number, traces=told))


def last_request(drive):
    return next(each.request for each in reversed(drive.effects) if isinstance(each, eff.StartRun))


def flaky():
    """A session whose test fails now and then."""
    session = opened()
    session.send(cmd.Begin())
    outcomes = iter([red(), green(tree="t0")] * 20)
    while session.state.series_start is not None:
        session.ends(next(outcomes))
    session.looked()
    if session.state.last_failure is None or session.state.last_run.judged.outcome == "PASS":
        session.send(cmd.RunTarget())
        session.ends(red())
    assert session.state.history.is_flaky
    return session


def test_a_trace_only_looks_and_uses_the_failing_runs_seed():
    drive = reproduced()
    drive.send(cmd.WriteSpec(spec=Spec(expected="a", actual="b", logs=("app.log",))))
    drive.send(cmd.TraceCalls())
    request = last_request(drive)
    assert (request.purpose, request.only_looks, request.focus) == ("calls", True, TEST)
    assert request.instrument.logs == ("app.log",)
    assert request.hash_seed == drive.state.last_failure.request.hash_seed
    before = drive.state.last_failure.number
    sees(drive, trace("7"))
    assert drive.state.last_failure.number == before
    assert drive.state.calls.trace.calls[1].value == "7"


def test_it_is_compared_with_the_passing_test_most_like_it():
    drive = reproduced()
    far = CallTrace(
        test="tests/test_cart.py::far",
        failed=False,
        calls=(Call(depth=1, path="x.py", line=1, function="x"),),
    )
    near = trace("19", OTHER, failed=False).model_copy(
        update={"calls": tuple(c.model_copy(update={"how": "raised"}) for c in trace("E", OTHER).calls)}
    )
    answer = traced(drive, trace("7"), far, near, trace("7", "tests/test_cart.py::red"))
    assert drive.state.calls.divergence is None
    assert answer.notice == "same calls as in test_count"
    assert replay(drive.records) == drive.state


def test_a_flaky_test_is_run_until_it_also_passes():
    drive = flaky()
    traced(drive, trace("7"))
    assert drive.state.calls.divergence is None
    assert last_request(drive).purpose == "calls"
    answer = sees(drive, trace("19", failed=False), report=green(tree="t0"))
    assert not drive.state.under_way
    assert drive.state.calls.divergence.here == "rate gave 7"
    assert answer.notice == "rate gave 7; another run of it rate gave 19"


def test_it_is_not_run_for_ever():
    drive = flaky()
    drive.send(cmd.TraceCalls())
    for _ in range(20):
        if drive.state.under_way:
            sees(drive, trace("7"))
    assert sum(run.request.purpose == "calls" for run in drive.state.runs) == 6


def test_against_the_code_of_the_last_pass():
    drive = opened()
    drive.send(cmd.Begin(reproduce=False))
    drive.send(cmd.RunTarget())
    drive.ends(green(tree="good"))
    drive.send(cmd.RunTarget())
    drive.ends(red(tree="bad"))
    traced(drive, trace("7"), against="pass")
    request = last_request(drive)
    assert (request.without, request.in_copy) == ("good", True)
    sees(drive, trace("19", failed=False), report=green(tree="good"))
    assert drive.state.calls.divergence.versus == "with the code of #1 it"
    assert drive.state.last_pass.number == 1
    answer = traced(drive, trace("7"), against="f00d")
    assert last_request(drive).without == "f00d"
    assert sees(drive, trace("7")).notice == "it fails with the code of f00d too"
    assert answer is not None


@pytest.mark.parametrize("against", ["", "pass"])
def test_refusals_say_why(against):
    drive = opened(target=Target(kind="command", words=("make",)))
    assert isinstance(drive.send(cmd.TraceCalls(against=against)), Refusal)
    assert "no run has passed" in reproduced().send(cmd.TraceCalls(against="pass")).reason


def test_a_trace_that_saw_nothing_says_so():
    drive = reproduced()
    drive.send(cmd.TraceCalls())
    number = drive.state.under_way[-1].number
    drive.ends(red())
    answer = drive.send(obs.CallsSeen(run=number, traces=(), why="timeout after 3 s"))
    assert "timeout after 3 s" in answer.notice
    assert isinstance(drive.send(obs.CallsSeen(run=1, traces=())), Refusal)


def called(depth, function, path="shop/cart.py", line=3, value="1", **arguments):
    pairs = tuple(arguments.items())
    return Call(
        depth=depth, path=path, line=line, function=function, how="returned", value=value, arguments=pairs
    )


def against_the_last_pass(failing, passing, tree="bad"):
    """Compare the traces of these calls of one test: now, and with the code that passed."""
    drive = opened()
    drive.send(cmd.Begin(reproduce=False))
    drive.send(cmd.RunTarget())
    drive.ends(green(tree="good"))
    drive.send(cmd.RunTarget())
    drive.ends(red(tree="bad"))
    start = Call(depth=0, path="tests/test_cart.py", line=1, function="test_total")
    now = CallTrace(test=TEST, calls=(start, *failing))
    before = CallTrace(test=TEST, failed=False, calls=(start, *passing))
    traced(drive, now, against="pass", report=red(tree=tree))
    sees(drive, before, report=green(tree="good"))
    return drive.state


@pytest.mark.parametrize(
    ("failing", "passing", "place"),
    [
        ((called(1, "rate", value="7"),), (called(1, "rate", value="19"),), "rate"),
        (
            (called(1, "total", line=9), called(2, "rate", kind="a")),
            (called(1, "total", line=9), called(2, "rate", kind="b")),
            "total",
        ),
        (
            (called(1, "total", line=9), called(2, "add"), called(2, "rate")),
            (called(1, "total", line=9), called(2, "add"), called(2, "round")),
            "total",
        ),
    ],
    ids=["another answer", "other arguments", "another function"],
)
def test_where_the_calls_part_is_a_suspect(failing, passing, place):
    state = against_the_last_pass(failing, passing)
    first = next(each for each in state.suspects if any("calls part here" in why for why in each.reasons))
    assert (first.path, first.line) == ("shop/cart.py", {"rate": 3, "total": 9}[place])


@pytest.mark.parametrize(
    ("failing", "passing", "tree"),
    [
        ((called(1, "rate"),), (called(1, "round"),), "bad"),
        ((called(1, "rate", value="7"),), (called(1, "rate", value="19"),), "edited since"),
        ((called(1, "rate"),), (called(1, "rate"),), "bad"),
    ],
    ids=["the test itself calls another", "traced after an edit", "same calls"],
)
def test_where_the_calls_say_nothing_of_the_code_nobody_is_suspected(failing, passing, tree):
    state = against_the_last_pass(failing, passing, tree)
    assert not any("calls part here" in why for each in state.suspects for why in each.reasons)
