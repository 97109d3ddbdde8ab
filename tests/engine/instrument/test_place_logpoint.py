"""Logpoints in real runs: values that fight back, many hits, lines that move, every way of looking."""

import sys

import pytest

from coach.core.experiments.logpoint import Logpoint
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.place_logpoint import located
from coach.errors import TargetError
from tests.engine.conftest import other_python

CODE = """\
import threading


class Hostile:
    def __repr__(self):
        raise SystemExit("no")


def total(numbers):
    limit, found = 3, 0
    hostile, endless = Hostile(), []
    endless.append(endless)
    for number in numbers:
        found += number
    return found


def in_a_thread():
    worker = threading.Thread(target=total, args=([1],))
    worker.start()
    worker.join()


def unused():
    return 1
"""
TESTS = """\
from cart import in_a_thread, total


def test_red():
    assert total([1, -5, 2]) == 0


def test_green():
    assert total([1, 2]) == 3


def test_thread():
    in_a_thread()


def test_many():
    assert total([0] * 12_000) == 0


def test_elsewhere():
    pass
"""
RED = "test_cart.py::test_red"


@pytest.fixture(params=["", "3.8", "3.12", "3.13"])
def python(request):
    return other_python(request.param) if request.param else sys.executable


@pytest.fixture
def look(ground):
    laid = ground("passing")
    (laid.root / "cart.py").write_text(CODE)
    (laid.root / "test_cart.py").write_text(TESTS)
    laid.settle()

    def look(python=sys.executable, **fields):
        point = Logpoint(path="cart.py", **{"line": 14, **fields})
        request = RunRequest(
            number=1,
            purpose="logpoint",
            target=Target(words=("test_cart.py",)),
            focus=RED,
            instrument=point,
        )
        report, observer = laid.observe(request, python=python)
        assert report.ending.is_complete, report.ending
        return observer.seen(request, report)[0].observed

    look.root = laid.root
    look.ground = laid
    return look


def by_test(observed):
    return {each.test.partition("::")[2]: each for each in observed.tests}


def test_values_conditions_and_hits_of_every_test(look, python):
    observed = look(python, expression="(number, found)", condition="any(found < each for each in [-limit])")
    found = by_test(observed)
    assert observed.tests[0].test == RED
    assert observed.tests[0].outcome == "failing"
    assert [row.value for row in found["test_red"].rows] == ["(1, 0)", "(-5, 1)", "(2, -4)"]
    assert [row.holds for row in found["test_red"].rows] == [False, False, True]
    assert (found["test_green"].hits, found["test_green"].held, found["test_green"].outcome) == (
        2,
        0,
        "passing",
    )
    assert found["test_thread"].hits == 1
    many = found["test_many"]
    assert (many.hits, many.evaluated, len(many.rows)) == (12_000, 10_000, 12)
    assert observed.unreached == 1


def test_what_nobody_was_asked_about_is_looked_at_under_guards(look, python):
    """In every interpreter: what only looks is shown, and what would be too much is said and ends nothing."""
    free = {"free": True, "condition": "number < 0 and len(numbers[1:]) == 2"}
    rows = by_test(look(python, expression="sum(each for each in numbers[:2]), f'{number:>3}'", **free))[
        "test_red"
    ].rows
    assert [row.value for row in rows] == ["(-4, '  1')", "(-4, ' -5')", "(-4, '  2')"]
    assert [row.holds for row in rows] == [False, True, False]
    huge = by_test(look(python, expression="number * 0 + 9**9**9", free=True))["test_green"]
    assert "raised NotFree: more than" in huge.rows[0].value


def test_values_that_fight_back(look):
    rows = by_test(look(expression="(hostile, endless)"))["test_green"].rows
    assert rows[0].value == "(<repr() of Hostile raised SystemExit>, [[...]])"
    raised = by_test(look(expression="nothing_here"))["test_green"]
    assert raised.rows[0].value == "<raised NameError: name 'nothing_here' is not defined>"


def test_an_expression_rebinds_nothing(look):
    observed = look(expression="[found := 99, found][1]")
    assert by_test(observed)["test_green"].outcome == "passing"


LAMBDAS = """\
def total(numbers):
    keys = sorted(numbers, key=lambda n: -n)
    longer = list(map(
        lambda n: n + 1,
        keys))
    return sum([n for n in longer]) - len(longer)


def in_a_thread():
    pass
"""


def test_lambdas_and_comprehensions_of_a_line_are_no_hits_of_it(look, python):
    (look.root / "cart.py").write_text(LAMBDAS)
    look.ground.settle()
    hits = [by_test(look(python, line=line, expression="1"))["test_green"].hits for line in (2, 4, 6)]
    assert hits == [1, 1, 1]


def test_a_lambda_that_has_a_line_for_itself_is_looked_into(look):
    (look.root / "cart.py").write_text(LAMBDAS.replace("lambda n: n + 1", "lambda n: (\n            n + 1)"))
    look.ground.settle()
    assert by_test(look(line=5, expression="n"))["test_green"].hits == 2


def test_a_name_is_watched_through_one_function(look, python):
    found = by_test(look(python, line=0, function="total", watch="found"))
    assert [(row.line, row.value) for row in found["test_red"].rows] == [
        (10, "0"),
        (14, "1"),
        (14, "-4"),
        (14, "-2"),
    ]


def test_a_line_that_is_never_reached(look):
    observed = look(line=25, expression="1")
    assert (observed.tests[0].test, observed.tests[0].hits) == (RED, 0)


def test_a_line_is_followed_by_its_text(look):
    (look.root / "cart.py").write_text("# new\n# lines\n" + CODE)
    look.ground.settle()
    observed = look(source="found += number", expression="number")
    assert observed.line == 16
    assert by_test(observed)["test_red"].hits == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"line": 16}, "no code runs in cart.py:16"),
        ({"line": 99}, "cart.py has"),
        ({"source": "found -= 1"}, "is gone from cart.py"),
        ({"function": "nope", "watch": "x"}, "no function nope"),
        ({"path": "gone.py"}, "gone.py cannot be read"),
    ],
)
def test_what_is_not_there_is_said(look, fields, said):
    with pytest.raises(TargetError) as error:
        located(Logpoint(**{"path": "cart.py", "line": 14, **fields}), look.root)
    assert said in str(error.value)
