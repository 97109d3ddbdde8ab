"""Where values came from, through real pytest on every python: one run is recorded, many values of it are asked about."""

import sys

import pytest

from coach.core.localize.origins import OriginsRequest, chain, described
from coach.core.localize.slicing.backward import origins_of
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.trace_origins import sources_of
from tests.engine.conftest import Ground, other_python

CODE = """\
import os
from dataclasses import dataclass

import rates

BASE = 3
LIMITS = {"low": BASE}


class Plain:
    size = 4

    def __init__(self, first):
        self.first = first

    @property
    def double(self):
        return self.first * 2

    def __add__(self, other):
        return Plain(self.first + other.first)


@dataclass
class Row:
    name: str
    price: int = 5


def counted(upto):
    for number in range(upto):
        yield number * 10


def outer(seed):
    kept = []

    def inner(more):
        kept.append(more)
        return seed

    inner(8)
    return kept


async def later(value):
    return value + 1


def caught(text):
    try:
        return int(text)
    except ValueError as error:
        problem = str(error)
    return problem


def passed_on(*values, **named):
    return target(*values, **named)


def target(one, two=7):
    return two


def everything(given):
    plain = Plain(given)
    doubled = plain.double
    added = Plain(1) + plain
    total = added.first
    row = Row("pen", price=given)
    price = row.price
    cheap = Row("cup").price
    size = plain.size
    limit = LIMITS["low"]
    rate = rates.RATE
    second = list(counted(3))
    tens = 0
    for ten in counted(2):
        tens = ten
    kept = outer(6)
    inner = kept[0]
    text = caught("x")
    two = passed_on(given, two=given)
    home = os.environ.get("COACH_NO_SUCH")
    ordered = sorted([Row("b", 2), Row("a", given)], key=lambda each: each.price)
    cheapest = ordered[0].price
    wide = (
        given
        + target(
            1,
        )
    )
    chosen = given if size > 3 else limit
    grown = {"a": [given]}
    grown["a"].append(size)
    last = grown["a"][-1]
    return total
"""
TEST = '''\
import asyncio
import gc
import weakref

import pytest

import code_under

ASKED = []


class Hostile:
    """Says whenever somebody asks it anything."""

    def __init__(self):
        self.__dict__["value"] = 3

    def __getattr__(self, name):
        ASKED.append(name)
        raise AttributeError(name)

    def __repr__(self):
        ASKED.append("repr")
        return "hostile"

    def __eq__(self, other):
        ASKED.append("eq")
        return True

    def __hash__(self):
        ASKED.append("hash")
        return 1

    def __len__(self):
        ASKED.append("len")
        return 1

    @property
    def asked(self):
        ASKED.append("property")


@pytest.fixture
def given():
    start = 9
    return start


def test_all(given):
    total = code_under.everything(given)
    hostile = Hostile()
    held = [hostile]
    seen = weakref.ref(hostile)
    alias = held[0]
    del hostile, held, alias
    dead = seen() is None
    later = asyncio.run(code_under.later(total))
    assert ASKED == [] and dead
    assert code_under.target(0, later) == given
'''
FILE, PATH = "test_code.py", "code_under.py"


def laid_out(ground, tmp_path):
    for name, text in ((PATH, CODE), (FILE, TEST), ("rates.py", "RATE = 0.2\n")):
        (tmp_path / name).write_text(text)
    return Ground(tmp_path, ground("called").env)


def line_with(text, source=CODE):
    return next(number for number, line in enumerate(source.split("\n"), 1) if line.strip().startswith(text))


@pytest.mark.parametrize("version", ["", "3.8", "3.12", "3.13"])
def test_values_are_followed_through_whatever_python_has(ground, tmp_path, version):
    laid = laid_out(ground, tmp_path)
    request = RunRequest(
        number=1,
        purpose="origins",
        target=Target(words=(FILE,)),
        focus=f"{FILE}::test_all",
        instrument=OriginsRequest(
            path=FILE, line=line_with("assert code", TEST), compared="code_under.target(0, later)"
        ),
    )
    report, observer = laid.observe(request, python=other_python(version) if version else sys.executable)
    assert not report.probe_notes
    assert [each.frames[-1].source for each in report.failures] == [
        "assert code_under.target(0, later) == given"
    ], "it fails where it does without coach: no object was asked, and none lived longer"
    [seen] = observer.seen(request, report)
    answer = seen.origins
    assert answer.failed
    assert answer.opaque == ("asyncio.run",)
    assert (answer.origins[0].function, answer.origins[0].how) == ("target", "returned")
    assert {each.function for each in answer.origins} >= {"later", "everything", "given"}
    assert chain(answer).startswith("code_under.target(0, later) = 11 ← target code_under.py:")

    sources = sources_of(tmp_path, {PATH, FILE, "rates.py"})
    whole = {}

    def lines(name):
        asked = OriginsRequest(expression=name, path=PATH, line=line_with("return total"))
        whole[name] = origins_of(observer.record, sources, asked, request.focus)
        return {(each.line, each.how) for each in whole[name].origins if each.path == PATH}

    at = line_with
    given = (at("total = code_under", TEST), "argument")
    assert (at("return self.first"), "returned") in lines("doubled")
    assert (at("self.first = first"), "attribute set") in lines("doubled")
    assert given[0] in {each.line for each in whole["doubled"].origins if each.path == FILE}
    assert {(at("added ="), "argument"), (at("return Plain"), "argument")} <= lines("total")
    assert lines("price") == {(at("price ="), "assigned"), (at("row ="), "assigned")}
    assert lines("cheap") == {(at("cheap ="), "assigned"), (at("price: int"), "class attribute")}
    assert (at("size = 4"), "class attribute") in lines("size")
    assert {(at("BASE"), "module constant"), (at("LIMITS"), "module constant")} <= lines("limit")
    lines("rate")
    assert ("rates.py", 1, "0.2") in {(each.path, each.line, each.value) for each in whole["rate"].origins}
    assert {(at("yield"), "returned"), (at("for ten"), "iterated"), (at("for number"), "iterated")} <= lines(
        "tens"
    )
    assert {(at("kept.append"), "item set"), (at("inner(8)"), "argument")} <= lines("inner")
    assert "seed" not in {each.name for each in whole["inner"].origins}
    assert {(at("except ValueError"), "caught"), (at("problem ="), "assigned")} <= lines("text")
    assert {(at("return target"), "argument"), (at("two = passed"), "argument")} <= lines("two")
    assert (at("home ="), "read from outside") in lines("home")
    assert whole["home"].opaque == ("os.environ.get",)
    assert (at("ordered ="), "assigned") in lines("cheapest")
    assert lines("wide") >= {(at("wide ="), "assigned"), (at("def target"), "default")}
    assert (at("limit ="), "assigned") not in lines("chosen")
    assert (at("size = plain"), "assigned") in lines("last")
    assert whole["last"].value == "4"
    assert described(whole["last"])[0].startswith("last = 4 ← everything code_under.py:")
    nowhere = origins_of(
        observer.record, sources, OriginsRequest(expression="x", path=PATH, line=999), request.focus
    )
    assert nowhere.left_out[0].startswith("x has no value at code_under.py:999")


@pytest.mark.parametrize("sides", ["expected == actual", "actual == expected"])
def test_of_two_compared_values_the_one_that_code_made_is_followed(ground, tmp_path, sides):
    texts = {
        "shop.py": "def total(price):\n    tax = price // 10\n    return price + tax\n",
        "tests/common.py": f"def same(expected, actual):\n    assert {sides}\n",
        "tests/test_shop.py": "import shop\nfrom common import same\n\n\ndef test_total():\n    expected = 105\n    same(expected, shop.total(100))\n",
    }
    (tmp_path / "tests").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    first, _, second = sides.partition(" == ")
    request = RunRequest(
        number=1,
        purpose="origins",
        target=Target(words=("tests/test_shop.py",)),
        focus="tests/test_shop.py::test_total",
        instrument=OriginsRequest(path="tests/common.py", line=2, compared=first, beside=second),
    )
    report, observer = Ground(tmp_path, ground("called").env).observe(request)
    [seen] = observer.seen(request, report)
    assert seen.origins.expression == "actual"
    assert {each.name for each in seen.origins.origins} >= {"total()", "tax"}
