"""What backs a flip and what a round of mutants may cost: other red tests, the failure's own reason, limits that hold."""

import pytest

from coach.core.protocol.effects import MutationPlace, ToMend
from coach.core.runs.instrument import Mutate
from coach.core.runs.report import Failure
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument import mutate
from coach.engine.instrument.mutate import mutations_of
from tests.engine.conftest import Ground

SHOP = """\
from threading import Event


def price(count):
    return count * 3 - 0


def delay(count):
    Event().wait(0 if count > 3 else None)
"""
TESTS = """\
from threading import Event
from shop import delay, price

def test_one(): assert price(1) == 2
def test_two(): assert price(2) == 4
def test_none(): assert price(0) == 0
def test_alone(): assert delay(5) is True
def test_long(): delay(0)
def test_three(): delay(3)
def test_four(): delay(4)
"""
NO_EDIT_MENDS_IT = 'def test_slow(): Event().wait(0.1); assert price(1) == "two"\n'
FOCUS = "test_shop.py::test_one"


@pytest.fixture
def laid(tmp_path, ground):
    root = tmp_path / "project"
    root.mkdir()
    (root / "shop.py").write_text(SHOP)
    (root / "test_shop.py").write_text(TESTS)
    (root / "test_more.py").write_text("from shop import price\n\n\ndef test_ten(): assert price(10) == 20\n")
    return Ground(root, ground("passing").env)


def failure(test=FOCUS, exception="AssertionError", message="assert 3 == 2", phase="call"):
    return Failure(test=test, exception=exception, message=message, phase=phase)


def mutated(laid, function, line, *, sought, red=(), seconds=20.0, more=0.0, others=()):
    """Run the mutants of a line as a session would; returns what came of them, and the run's report."""
    request = RunRequest(
        number=1,
        purpose="mutants",
        target=Target(words=("test_shop.py",)),
        focus=sought.test,
        instrument=Mutate(seconds=seconds, more=more),
    )
    places = (MutationPlace(path="shop.py", function=function, lines=(line,), promise=0.6), *others)
    report, observer = laid.observe(request, places=places, to_mend=ToMend(failure=sought, red=red))
    return mutations_of(request, report, observer.chosen, observer.said), report


def test_time_is_added_while_nothing_mends_it(laid):
    """Each mutant takes a tenth of a second here, so that a few of these never do for a line."""
    (laid.root / "test_shop.py").write_text(TESTS + NO_EDIT_MENDS_IT)
    sought = failure("test_shop.py::test_slow", message="assert 3 == 'two'")
    short, _ = mutated(laid, "price", 5, sought=sought, seconds=0.7)
    longer, _ = mutated(laid, "price", 5, sought=sought, seconds=0.7, more=100.0)
    assert (short.ended, longer.ended) == ("budget", "all")
    assert short.tried < longer.tried == longer.planned


def test_a_right_flip_turns_other_red_tests_green_and_a_dodge_does_not(laid):
    red = ("test_shop.py::test_two", "test_more.py::test_ten")
    far = MutationPlace(path="shop.py", function="delay", lines=(9,), promise=0.05)
    found, _ = mutated(laid, "price", 5, sought=failure(), red=red, others=(far,))
    assert (found.is_settled, found.ended) == (True, "all"), "the right flip ends the round"
    assert {each.function for each in found.flips} == {"price"}
    assert found.tried < found.planned
    flips = {each.after: each for each in found.flips}
    right, dodge = flips["2"], flips["1"]
    assert (right.mended, right.siblings, right.green, right.neighbours) == (2, 2, 2, 2)
    assert (dodge.mended, dodge.siblings) == (0, 2)
    assert found.flips[0] == right
    assert "and 2 of 2 other red tests with it" in right.sentence
    (tally,) = found.tallies
    assert (tally.function, tally.lines) == ("price", (5,))
    assert 0 < tally.changed < tally.tried - len(found.flips)


def test_what_the_nearest_tests_do_not_notice_is_checked_with_further_ones(laid):
    """Twenty-five tests are green with it; the one that is not stands behind them."""
    (laid.root / "test_shop.py").write_text(
        "import pytest\nfrom shop import price\n\ndef test_ten(): assert price(10) == 30\n\n"
        "@pytest.mark.parametrize('number', range(25))\ndef test_free(number): assert price(0) == 0\n\n"
        "def test_one(): assert price(1) == 2\n"
    )
    found, _ = mutated(laid, "price", 5, sought=failure())
    dodge = next(each for each in found.flips if each.after == "2")
    assert (dodge.green, dodge.neighbours) == (25, 26)
    assert not dodge.is_clean


def test_a_test_that_is_ended_by_a_timeout_fails_by_going_on(laid):
    """A neighbour that goes on for ever as well is left out; the others are compared with."""
    sought = failure("test_shop.py::test_three", "Failed", "Timeout (>1.0s) from pytest-timeout.")
    found, _ = mutated(laid, "delay", 9, sought=sought)
    assert found.why == ""
    flip = next(each for each in found.flips if each.after == "count >= 3")
    assert flip.green == flip.neighbours == 2
    assert found.hung > 0


def test_a_test_that_fails_for_another_reason_in_the_copy_is_no_base(laid):
    found, _ = mutated(laid, "price", 5, sought=failure(exception="KeyError", message="'ten'"))
    assert (found.ended, found.tried) == ("impossible", 0)
    assert found.why == "in the copy the test fails for another reason: AssertionError: assert 3 == 2"


def test_the_seconds_hold_for_the_whole_round(laid, monkeypatch):
    monkeypatch.setattr(mutate, "GRACE_SECONDS", 0.3)
    (laid.root / "test_more.py").write_text("import threading\nthreading.Event().wait()\n")
    found, report = mutated(laid, "price", 5, sought=failure(), red=("test_more.py::test_ten",), seconds=0.5)
    assert report.ending.kind == "timeout"
    assert report.duration < 5
    assert (found.tried, found.ended) == (0, "stopped")


RATES = """\
from dataclasses import dataclass

TABLE = {"low": 2, "high": 4}


@dataclass
class Rates:
    step: int = 3

    def of(self, count, least=7):
        return count * self.step if count else least
"""
RATES_TESTS = """\
from rates import TABLE, Rates

def test_step(): assert Rates().of(2) == 4
def test_three(): assert Rates().of(3) == 6
def test_none(): assert Rates().of(0) == 7
def test_given(): assert Rates(5).of(1) == 5
def test_low(): assert TABLE["low"] == 1
"""


def test_what_runs_at_import_is_mutated_too_and_checked_with_the_same_tests(laid):
    (laid.root / "shop.py").write_text(RATES)
    (laid.root / "test_shop.py").write_text(RATES_TESTS.replace("rates", "shop"))
    sought = failure("test_shop.py::test_step", message="assert 6 == 4")
    request = RunRequest(
        number=1,
        purpose="mutants",
        target=Target(words=("test_shop.py",)),
        focus=sought.test,
        instrument=Mutate(seconds=30),
    )
    places = (
        MutationPlace(path="shop.py", lines=(8,)),
        MutationPlace(path="shop.py", function="Rates.of", lines=(11,)),
    )
    report, observer = laid.observe(request, places=places, to_mend=ToMend(failure=sought))
    found = mutations_of(request, report, observer.chosen, observer.said)
    assert found.why == ""
    assert {each.line for each in observer.chosen} == {8, 11}
    flip = next(each for each in found.flips if each.after == "2")
    assert (flip.line, flip.green, flip.neighbours, flip.mended, flip.siblings) == (8, 2, 2, 1, 2)
    assert {each.function for each in found.tallies} == {"", "Rates.of"}


DOCUMENTED = """\
def scaled(number):
    \"\"\"
    >>> scaled(3)
    6
    >>> scaled(2)
    4
    \"\"\"
    return number * 3


def first(names):
    \"\"\"
    >>> first([])
    >>> first(["a"])
    'a'
    \"\"\"
    return names[0] if len(names) >= 0 else None
"""


@pytest.mark.parametrize(
    ("name", "exception", "message", "line", "flip"),
    [
        ("scaled", "DocTestFailure", "Expected:\n    6\nGot:\n    9\nin scaled(3)", 8, "2"),
        (
            "first",
            "UnexpectedException",
            "first([])\nUnexpected exception: IndexError: list index",
            17,
            "len(names) > 0",
        ),
    ],
)
def test_a_doctest_is_mended_too(laid, name, exception, message, line, flip):
    """Its exception's own text names the file that it stands in, which is another one in the copy."""
    (laid.root / "documented.py").write_text(DOCUMENTED)
    (laid.root / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules\n")
    sought = failure(f"documented.py::documented.{name}", exception, message)
    request = RunRequest(
        number=1,
        purpose="mutants",
        target=Target(words=("documented.py",)),
        focus=sought.test,
        instrument=Mutate(seconds=20.0),
    )
    places = (MutationPlace(path="documented.py", function=name, lines=(line,), promise=0.6),)
    report, observer = laid.observe(request, places=places, to_mend=ToMend(failure=sought))
    found = mutations_of(request, report, observer.chosen, observer.said)
    assert found.why == ""
    assert flip in [each.after for each in found.flips]
