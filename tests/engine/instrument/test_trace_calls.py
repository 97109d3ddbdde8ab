"""Who called whom, through real pytest on every python: values, results, what was raised, log records and files."""

import sys

import pytest

from coach.core.base.test_id import TestId
from coach.core.localize.call_trace import CallsRequest, branches, first_divergence
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.trace_calls import nearest_tests, outcomes
from tests.engine.conftest import Ground, other_python

FILE = "tests/test_stock.py"


def traced(laid, focus, python=sys.executable, words=(FILE,)):
    request = RunRequest(
        number=1,
        purpose="calls",
        target=Target(words=words),
        focus=f"{FILE}::{focus}",
        instrument=CallsRequest(logs=("stock.log",)),
    )
    report, observer = laid.observe(request, python=python)
    (laid.root / "stock.log").unlink(missing_ok=True)
    assert not report.probe_notes
    return {each.test.rpartition("::")[2]: each for each in outcomes(observer.traces, request, report)}


def told(trace):
    return [
        (each.depth, each.function.rpartition(".")[2], dict(each.arguments), each.how, each.value)
        for each in trace.calls
    ]


@pytest.mark.parametrize("version", ["", "3.8", "3.12", "3.13"])
def test_calls_values_results_and_what_was_raised(ground, version):
    python = other_python(version) if version else sys.executable
    traces = traced(ground("called"), "test_short", python)
    short, taken = traces["test_short"], traces["test_taken"]
    assert (short.failed, taken.failed) == (True, False)
    assert told(taken) == [
        (0, "stock", {}, "returned", "Stock of 2"),
        (1, "__init__", {"items": "{'pen': 1, 'cup': 2}"}, "returned", "None"),
        (2, "checked", {"items": "{'pen': 1, 'cup': 2}"}, "returned", "{'pen': 1, 'cup': 2}"),
        (0, "test_taken", {"stock": "Stock of 2"}, "returned", "None"),
        (1, "take", {"name": "'pen'", "number": "1"}, "returned", "0"),
        (2, "count", {"name": "'pen'"}, "returned", "1"),
        (3, "find", {"items": "{'pen': 1, 'cup': 2}", "name": "'pen'"}, "returned", "1"),
    ]
    rest = told(short)[3:]
    assert rest[0][3:] == ("raised", "ValueError: no mug left")
    assert rest[1] == (
        1,
        "look_at",
        {"thing": "<repr() of Odd raised RuntimeError>"},
        "returned",
        rest[1][2]["thing"],
    )
    assert [(how, value) for _, name, _, how, value in rest if name == "each"] == [
        ("returned", "'pen'"),
        ("resumed", "'cup'"),
        ("resumed", "None"),
    ]
    assert rest[-3:] == [
        (1, "take", {"name": "'mug'", "number": "1"}, "raised", "ValueError: no mug left"),
        (2, "count", {"name": "'mug'"}, "returned", "0"),
        (3, "find", {"items": "{'pen': 0, 'cup': 2}", "name": "'mug'"}, "raised", "KeyError: 'mug'"),
    ]
    assert [(each.source, each.text) for each in short.logs] == [
        ("WARNING depot.stock", "took one"),
        ("WARNING depot.stock", "mug is short by 1"),
        ("stock.log", "short: mug"),
    ]
    assert short.logs[1].path == "depot/stock.py"
    assert first_divergence(short, taken, "test_taken").here == "find raised KeyError: 'mug'"


def test_of_a_long_test_the_first_and_the_last_calls_are_kept(ground):
    trace = traced(ground("called"), "test_many")["test_many"]
    assert (trace.left_out, trace.first) == (2_002 - 600, 300)
    assert len(trace.calls) == 600
    assert trace.calls[-1].value == "KeyError: 'x'"
    assert trace.calls[0].how == "raised"
    assert len(branches(trace)) == 1


def test_the_nearest_tests_share_the_most_lines():
    from coach.core.localize.spectrum import Coverage

    def lines(*numbers):
        return {"shop/cart.py": frozenset(numbers)}

    known = Coverage(
        {
            "t.py::a": lines(1, 2, 3),
            "t.py::b": lines(1, 2),
            "t.py::c": lines(9),
            "t.py::d": lines(1, 2, 3),
            "u.py::e": lines(1, 2, 3),
        }
    )
    assert nearest_tests(known, TestId("t.py::a")) == ("t.py::d", "t.py::b", "t.py::c")
    assert nearest_tests(known, TestId("t.py::z")) == ()


WAYS = """\
def inner():
    got = yield 1
    try:
        yield got
    except KeyError:
        yield "caught"
    return "end"


def outer():
    yield (yield from inner())


class Wait:
    def __await__(self):
        yield self
        return 5


async def waits():
    return await Wait()


def test_ways():
    ways, waiting = outer(), waits()
    assert [next(ways), ways.send("x"), ways.throw(KeyError()), next(ways)] == [1, "x", "caught", "end"]
    waiting.send(None)
    try:
        waiting.send(None)
    except StopIteration as end:
        assert end.value == 5
"""


@pytest.mark.parametrize("version", ["", "3.12", "3.13"])
def test_whatever_goes_on_where_it_stopped_is_followed(ground, tmp_path, version):
    """Generators by next, send, throw and through ``yield from``; coroutines. Throwing passes the outer one by."""
    laid = Ground(tmp_path, ground("called").env)
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(WAYS)
    trace = traced(laid, "test_ways", other_python(version) if version else sys.executable)["test_ways"]
    seen = [(each.function.rpartition(".")[2], each.how, each.value) for each in trace.calls]
    assert [each for each in seen if each[0] in {"outer", "inner"}][:7] == [
        ("outer", "returned", "1"),
        ("inner", "returned", "1"),
        ("outer", "resumed", "'x'"),
        ("inner", "resumed", "'x'"),
        ("inner", "resumed", "'caught'"),
        ("outer", "resumed", "'end'"),
        ("inner", "resumed", "'end'"),
    ]
    assert [(name, how) for name, how, _ in seen if name in {"waits", "__await__"}] == [
        ("waits", "returned"),
        ("__await__", "returned"),
        ("waits", "resumed"),
        ("__await__", "resumed"),
    ]
    assert ("waits", "resumed", "5") in seen
