"""A measurement survives what stands around it: tests that hang, files that cannot be collected, a tracer taken away."""

import textwrap

import pytest

from coach.core.base.test_id import TestId
from coach.core.localize.leads import evidence_from_files
from coach.core.localize.ranking import rank
from coach.core.runs.instrument import Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.trace_lines import spectrum_of
from tests.engine.conftest import Ground

FILES = {
    "pytest.ini": "[pytest]\naddopts = -x\n",
    "shop.py": """\
        import os, sys, time

        class Price:
            def __init__(self, cents):
                self.cents = cents

            def __repr__(self):
                return f"Price({shown(self.cents)})"

        def shown(cents):
            return f"{cents / 100:.2f}"

        def parsed(text):
            return Price(rounded(float(text)))

        def rounded(number):
            return int(number)

        def pay(text):
            try:
                rounded(1)
                price = parsed(text)
                if price.cents < 100:
                    raise ValueError("too little")
                return price
            finally:
                closed()

        def closed():
            return True

        def waits():
            while True:
                time.sleep(0.02)

        def dies():
            os._exit(3)

        def late():
            return 1

        def rate(country):
            with open(os.path.join(os.path.dirname(__file__), "rates", country)) as file:
                return int(file.read())
        """,
    ".pdbrc": "",
    "rates/de": "19",
    "rates/uk": "2",
    "test_broken.py": "import nothing_of_that_name\n",
    "test_first.py": "import shop\ndef test_hangs(): shop.waits()\ndef test_red(): assert False\n",
    "test_shop.py": """\
        import sys
        import shop

        def test_rounded(): assert shop.rounded(3.0) == 3
        def test_price(): assert shop.parsed("3").cents == 3
        def test_pay():
            try:
                shop.rounded("x")
            except ValueError:
                pass
            assert shop.pay("99.6").cents == 100
        def test_words():
            assert shop.parsed("99.6") == 100
        def test_taken():
            sys.settrace(None)
            assert shop.late() == 2
        def test_waits(): shop.waits()
        def test_dies(): shop.dies()
        def test_never(): assert True
        def test_german(): assert shop.rate("de") == 19
        def test_british():
            import pdb
            pdb.Pdb()  # as every doctest makes one
            assert shop.rate("de") - shop.rate("uk") == -1
        """,
}


@pytest.fixture
def looked(tmp_path, ground):
    """Trace the project; return what is known of one test then."""
    root = tmp_path / "project"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(textwrap.dedent(text))
    laid = Ground(root, ground("passing").env)

    def look(name, *words, **limits):
        focus = TestId(f"test_shop.py::{name}")
        request = RunRequest(
            number=1, purpose="trace", target=Target(words=words), focus=focus, instrument=Trace(**limits)
        )
        report, observer = laid.observe(request)
        return spectrum_of(request, report, observer.coverage, root, lambda _: ""), report

    return look


def functions(spectrum):
    return {each.function: each for each in spectrum.functions if each.path == "shop.py"}


def test_a_hanging_neighbour_a_broken_file_and_another_red_test_cost_nothing_of_a_failing_one(looked):
    seen, report = looked("test_pay", scope="suite", seconds_each=0.4, seconds_own=0.6)
    assert (seen.outcome, seen.passing, seen.taken_by) == ("failed", 2, None)
    assert seen.neighbours_left_out[0] == "test_hangs took longer than 0.4 s"
    assert {each.file for each in seen.nearest_passing} == {"test_shop.py"}
    assert not set(seen.nearest_passing) & {each.test for each in report.failures}
    assert "test_broken.py" in {each.test for each in report.failures}
    # what ran after the exception is a consequence, whatever was raised and handled before
    ran = functions(seen)
    assert ran["closed"].after_raise
    assert not any(ran[name].after_raise for name in ("pay", "parsed", "rounded", "Price.__init__"))
    assert [ran[name].order for name in ("Price.__init__", "rounded", "parsed", "pay")] == [1, 2, 3, 4]
    # as is what only the words of the failure call
    seen, _ = looked("test_words", "test_shop.py::test_words")
    ran = functions(seen)
    assert [name for name in ran if ran[name].after_raise] == ["Price.__repr__", "shown"]
    assert ran["Price.__init__"].order == 1


def test_a_test_without_an_end_counts_until_it_is_ended(looked):
    seen, report = looked("test_waits", "test_shop.py::test_waits", seconds_own=0.4)
    assert seen.outcome == "failed"
    assert functions(seen)["waits"].lines
    assert "took longer than 0.4 s" in report.failures[0].message


def test_a_test_that_takes_the_process_down_counts_until_then(looked):
    seen, _ = looked("test_dies", "test_shop.py::test_dies")
    assert (seen.outcome, seen.has_failed) == ("unfinished", False)
    assert [line.line for line in functions(seen)["dies"].lines] == [37]


def test_when_the_time_is_over_only_the_failing_test_is_begun(looked):
    seen, report = looked("test_taken", "test_shop.py", seconds=0.000_001, seconds_own=1)
    assert (seen.outcome, report.counts.reported) == ("failed", 3)
    assert seen.neighbours_left_out[0].startswith("7 more were not begun after ")
    # and it took the trace function away: that it never ran something is not said
    assert seen.taken_by == ""
    assert not seen.not_run


def test_where_the_time_of_the_suite_is_given_the_failing_test_is_compared_with_its_own_file_first(looked):
    """Else the files before it in the alphabet would use it up."""
    seen, report = looked("test_pay", scope="suite", seconds=20.0, seconds_each=0.4)
    assert seen.nearest_passing == ("test_shop.py::test_price", "test_shop.py::test_rounded")
    red = {each.test.file for each in report.failures}
    assert "test_first.py" not in red, "the process died before"


def test_a_file_of_data_that_only_the_failing_test_opens_is_a_place(looked):
    """What the debugger reads by itself is none."""
    seen, report = looked("test_british", "test_shop.py::test_german", "test_shop.py::test_british")
    assert seen.opened == ("rates/uk",)
    first, *_ = [
        each
        for each in rank(report.failures, None, seen, None, evidence_from_files(seen))
        if not each.function
    ]
    assert (first.path, first.reasons) == ("rates/uk", ("only the failing test opens it",))
