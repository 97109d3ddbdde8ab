"""Tests that the spec names, to stay green or to become green: proposed from passing neighbours, looked at in the suite, told in the prompt."""

from coach.core.export import export
from coach.core.localize.spectrum import FunctionCount, Spectrum
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.report import NotRun
from coach.core.session.form_defaults import filled_spec
from coach.core.spec.document import read_spec, write_spec
from coach.core.spec.spec import Spec
from tests.core.driving import TEST, failure, green, pinned, red, reproduced, verified

EMPTY, MANY = "tests/test_cart.py::test_empty", "tests/test_cart.py::test_many[1-2]"


def checked(suite, *words):
    """Return the suite's request, and the line of a verification in which it came out so."""
    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(unchanged=words)))
    drive.saves("shop/cart.py")
    drive.ends(green())
    found = verified(drive, suite=suite)
    asked = next(run.request for run in drive.state.runs if run.request.purpose == "suite")
    return asked, next((each for each in found.checks if each.name == "unchanged-behaviour"), None)


def test_a_test_that_did_not_run_is_not_green():
    asked, line = checked(green(), EMPTY)
    assert EMPTY in asked.about
    assert not line.passed
    assert "did not run" in line.figure


def test_a_test_that_passed_holds_the_line():
    suite = green().model_copy(update={"passed": (TEST, EMPTY, MANY)})
    _, line = checked(suite, EMPTY, MANY, "an empty cart costs nothing")
    assert line.passed
    assert line.figure == "2 tests green; 1 sentence for the person who agrees"


def test_a_red_and_a_skipped_one_are_objected_to_one_by_one():
    skipped = NotRun(test=MANY, how="skipped")
    suite = red(failures=(failure(test=EMPTY),)).model_copy(update={"not_run": (skipped,)})
    _, line = checked(suite, EMPTY, MANY)
    assert not line.passed
    assert [each.key for each in line.objections] == [EMPTY, MANY]
    assert "is red in #" in line.objections[0].text
    assert "is skipped in #" in line.objections[1].text


def test_nothing_is_asked_where_the_spec_names_no_test():
    assert checked(green(), "an empty cart costs nothing")[1] is None


def test_other_tests_that_failed_for_it_must_pass_too():
    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(also_failing=(MANY,))))
    drive.saves("shop/cart.py")
    drive.ends(green())
    still = red(failures=(failure(test=MANY),), counts={"selected": 30, "passed": 29, "failed": 1})
    line = next(each for each in verified(drive, suite=still).checks if each.name == "also-failing")
    assert not line.passed
    assert MANY in line.figure
    assert f"Must pass in the end, too: {MANY}" in export(drive.state).text


def test_passing_neighbours_are_proposed_and_what_was_written_stays():
    drive = reproduced()
    lines = (FunctionCount(path="shop/cart.py", function="total", first=1, last=2, size=2),)
    near = {
        "passing": 2,
        "nearest_passing": (EMPTY, MANY),
        "red_tests": (TEST, "tests/test_tax.py::test_vat"),
    }
    drive.send(obs.SpectrumSeen(spectrum=Spectrum(test=TEST, functions=lines, **near)))
    assert filled_spec(drive.state).unchanged == (EMPTY, MANY)
    assert filled_spec(drive.state).also_failing == ("tests/test_tax.py::test_vat",)
    drive.send(
        cmd.WriteSpec(spec=Spec(expected="9", actual="10", unchanged=("an empty cart costs nothing",)))
    )
    assert filled_spec(drive.state).unchanged == ("an empty cart costs nothing",)
    assert "Must stay as it is: an empty cart costs nothing" in export(drive.state).text


def test_the_document_has_it():
    spec = Spec(title="x", unchanged=(EMPTY, "prices keep two digits"), also_failing=(MANY,))
    assert read_spec(write_spec(spec)) == spec
