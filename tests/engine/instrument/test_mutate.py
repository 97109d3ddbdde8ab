"""Small mutations live in forked children: they find the place, end in time, and no file or process remembers them."""

import sys
import textwrap

import pytest

from coach.core.localize.mutation.results import Flip
from coach.core.protocol.effects import MutationPlace
from coach.core.runs.instrument import Mutate, MutateFix
from coach.core.runs.report import Ending, RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.mutate import mutations_of, plan_text, planned
from coach.engine.instrument.wrong_fixes import control_of, wrong_fixes
from tests.engine.conftest import Ground, other_python

CART = """\
import functools

DISCOUNT = 5


class Cart:
    def __init__(self, prices):
        self.prices = prices

    def total(self):
        found = 0
        for price in self.prices:
            found += price
        if len(self.prices) > 3:
            found -= DISCOUNT
        return found


@functools.lru_cache(maxsize=None)
def doubled(x):
    return x * 3


def forever(x):
    while x > 0:
        x -= 1
    return x + 1
"""
TESTS = """\
from cart import Cart, doubled, forever

def test_three_are_discounted(): assert Cart([5, 5, 5]).total() == 10
def test_none(): assert Cart([]).total() == 0
def test_one(): assert Cart([5]).total() == 5
def test_four(tmp_path): assert Cart([5, 5, 5, 5]).total() == 15
def test_doubled(): assert doubled(4) == 8
def test_forever(): assert forever(3) == 0
"""


@pytest.fixture
def laid(tmp_path, ground):
    root = tmp_path / "project"
    root.mkdir()
    (root / "cart.py").write_text(CART)
    (root / "test_cart.py").write_text(TESTS)
    return Ground(root, ground("passing").env)


def tried(laid, focus, purpose, chosen, *, seconds, python):
    """Run mutants against a test; returns what was asked, what the mutator said and how the run was."""
    request = RunRequest(
        number=1,
        purpose=purpose,
        target=Target(words=(focus.partition("::")[0],)),
        focus=focus,
        instrument=MutateFix(seconds=seconds) if purpose == "control" else Mutate(seconds=seconds),
    )
    report, observer = laid.observe(request, python=python, plan=plan_text(request, chosen, laid.root))
    return request, observer.said, report


def mutate(laid, test, *places, seconds=20.0, python=sys.executable):
    chosen = planned(
        [MutationPlace(path="cart.py", function=name, lines=lines) for name, lines in places], laid.root
    )
    focus = f"test_cart.py::{test}"
    request, said, report = tried(laid, focus, "mutants", chosen, seconds=seconds, python=python)
    return mutations_of(request, report, chosen, said)


@pytest.mark.parametrize("version", ["", "3.8", "3.13"])
def test_a_flip_names_the_place_and_how_the_neighbours_fare(laid, version):
    before = (laid.root / "cart.py").read_bytes()
    found = mutate(
        laid,
        "test_three_are_discounted",
        ("Cart.total", (14, 13, 15, 16)),
        python=other_python(version) if version else sys.executable,
    )
    assert found.ended == "all"
    assert found.tried == found.planned > 5
    flips = {(each.line, each.after): each for each in found.flips}
    right = flips[14, "len(self.prices) >= 3"]
    assert (right.green, right.neighbours) == (3, 3)
    assert right.sentence == (
        "with len(self.prices) >= 3 instead of len(self.prices) > 3 at cart.py:14 "
        "the failing test passes and 3 of 3 neighbours stay green"
    )
    assert found.flips[0].is_clean
    assert not flips[14, "True"].is_clean
    assert (laid.root / "cart.py").read_bytes() == before
    assert not [path for path in laid.root.rglob("*") if path.name not in {"cart.py", "test_cart.py"}]


def test_a_round_tells_no_summary_at_its_end(laid):
    """None of its tests is what a summary is about, and a report of coverage takes seconds."""
    (laid.root / "conftest.py").write_text("def pytest_terminal_summary():\n    raise SystemExit('told')\n")
    found = mutate(laid, "test_doubled", ("doubled", (21,)))
    assert found.ended == "all"
    assert "told" not in laid.live.captured.text()


def test_what_a_decorator_wraps_is_changed_too(laid):
    found = mutate(laid, "test_doubled", ("doubled", (21,)))
    assert (21, "x * 2") not in {
        (each.line, each.after) for each in found.flips
    }  # the piece that changed is the constant
    assert (21, "2") in {(each.line, each.after) for each in found.flips}


def test_a_mutant_that_never_ends_is_ended(laid):
    found = mutate(laid, "test_forever", ("forever", (26, 27)))
    assert found.ended == "all"
    assert found.hung > 0
    assert any(each.line == 27 for each in found.flips)


def test_the_budget_ends_the_round(laid):
    found = mutate(laid, "test_three_are_discounted", ("Cart.total", (14, 13, 15, 16)), seconds=0.0001)
    assert found.ended == "budget"
    assert found.tried < found.planned


def test_failing_subtests_fail_the_test(laid):
    (laid.root / "test_cart.py").write_text(
        textwrap.dedent("""\
            import unittest
            from cart import doubled
            class TestIt(unittest.TestCase):
                def test_doubled(self):
                    for x in (0, 4):
                        with self.subTest(x=x):
                            self.assertEqual(doubled(x), 2 * x)
        """)
    )
    found = mutate(laid, "TestIt::test_doubled", ("doubled", (21,)))
    assert "2" in {each.after for each in found.flips}


def test_a_test_that_passes_cannot_be_probed(laid):
    found = mutate(laid, "test_none", ("Cart.total", (14,)))
    assert (found.ended, found.tried) == ("impossible", 0)
    assert "does not fail" in found.why


def test_a_mutation_that_kills_its_process_or_leaves_children_harms_nobody(laid):
    (laid.root / "cart.py").write_text(
        textwrap.dedent("""\
            import os, signal, subprocess, sys
            def work(x):
                if x > 100:
                    os.kill(os.getpid(), signal.SIGKILL)
                if x > 50:
                    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
                return x + 2
        """)
    )
    (laid.root / "test_cart.py").write_text("from cart import work\ndef test_it(): assert work(1) == 2\n")
    found = mutate(laid, "test_it", ("work", (3, 5, 7)))
    assert found.ended == "all"
    assert {each.line for each in found.flips} == {7}


def test_mutants_beside_each_other_have_folders_of_their_own(laid):
    (laid.root / "test_cart.py").write_text(
        textwrap.dedent("""\
            from cart import doubled
            def test_it(tmp_path):
                tmp_path.joinpath("x").write_text(str(doubled(4)))
                assert tmp_path.joinpath("x").read_text() == "8"
                assert "-" not in tmp_path.parent.name or tmp_path.parent.name[-2:] == "-1"
        """)
    )
    found = mutate(laid, "test_it", ("doubled", (21,)))
    assert found.ended == "all"
    assert "2" in {each.after for each in found.flips}


def test_lines_of_a_liar_are_dropped():
    request = RunRequest(
        number=1, purpose="mutants", target=Target(), focus="t::a", instrument=Mutate(seconds=1)
    )
    said = '{"event":"mutant","id":5,"result":"P"}\n{"event":"mutant","id":"x","result":"P"}\n[1]\nno\n{"event":"ended","ended":"cake"}\n'
    found = mutations_of(request, RunReport(ending=Ending(exit_code=0)), (), said)
    assert (found.flips, found.ended) == ((), "stopped")


def test_a_sentence_without_neighbours():
    flip = Flip(path="a.py", function="f", line=3, kind="constant", before="1", after="2")
    assert flip.sentence == "with 2 instead of 1 at a.py:3 the failing test passes"


RATES = """\
from dataclasses import dataclass

'''A docstring counts for nothing: 5.'''
__all__ = ["Rates", "NAMES"]
NAMES: dict = {"a": "euro"}
LIMIT = 4


@dataclass
class Rates:
    low: int = 2

    def of(self, count, least=3):
        return self.low if count > LIMIT else least
"""
PRICES = """\
from rates import LIMIT, NAMES, Rates

def test_it():
    assert (Rates().of(LIMIT + 1), LIMIT, Rates().of(LIMIT)) == (2, 4, 3)
def test_imports(): pass
"""


def control(laid, test, lines, python=sys.executable):
    (laid.root / "rates.py").write_text(RATES)
    (laid.root / "test_rates.py").write_text(PRICES)
    (laid.root / "conftest.py").write_text("import test_rates\nLOADED = test_rates.LIMIT\n")
    chosen = wrong_fixes([MutationPlace(path="rates.py", lines=lines)], laid.root)
    focus = f"test_rates.py::{test}"
    _, said, report = tried(laid, focus, "control", chosen, seconds=30.0, python=python)
    return control_of(1, chosen, said, report)


@pytest.mark.parametrize("version", ["", "3.8", "3.13"])
def test_what_runs_at_import_is_mutated_before_it_is_imported(laid, version):
    """Constants, class bodies and defaults, although the tests and a conftest imported their values."""
    found = control(
        laid,
        "test_it",
        (3, 4, 5, 6, 11, 13, 14),
        python=other_python(version) if version else sys.executable,
    )
    assert (found.ended, found.why) == ("all", "")
    assert found.tried == found.planned > 12
    assert {(each.line, each.after) for each in found.survivors} == {(5, "''")}
    assert found.killed == found.tried - 2  # key and value of what no test looks at


def test_a_test_that_asks_for_nothing_lets_every_module_mutant_live_but_those_that_cannot_be_imported(laid):
    found = control(laid, "test_imports", (6,))
    assert {each.after for each in found.survivors} == {"5", "3"}
    assert (found.killed, found.tried) == (1, 3)


def test_a_module_that_is_there_before_the_tests_is_not_called_tried(laid):
    (laid.root / "early.py").write_text("import rates\n")
    laid.env["PYTEST_PLUGINS"] = "early"
    (laid.root / "pytest.ini").write_text("[pytest]\naddopts = -p early\npythonpath = .\n")
    laid.env["PYTHONPATH"] = str(laid.root)
    found = control(laid, "test_it", (6,))
    assert (found.tried, found.planned) == (0, 3)
    assert found.why == "rates.py was loaded before it could be changed"
