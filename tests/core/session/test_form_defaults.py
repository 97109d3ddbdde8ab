"""Forms come filled with what is known, and kept as they are they meet their gate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.localize.spectrum import FunctionCount, LineCount, Spectrum
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.expected_actual import two_sides
from coach.core.runs.report import Difference, Frame
from coach.core.runs.target import Target
from coach.core.session.form_defaults import filled_closing, filled_hypothesis, filled_spec, filled_verdict
from coach.core.spec.spec import Spec
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import evaluate
from coach.tui.views.header import title as title_in_header
from tests.core.driving import CHANGES, TEST, failure, green, opened, pinned, red, reproduced, verified


def _asserts(source, message, exception="AssertionError", **more):
    frame = Frame(path="tests/test_x.py", line=3, function="test_x", own=True, source=source)
    return failure(message, exception=exception, frames=(frame,), **more)


@pytest.mark.parametrize(
    ("source", "message", "exception", "expected"),
    [
        ("assert cart.total() == 10", "assert 9 == 10", "AssertionError", ("cart.total()", "9", "10")),
        ("assert 10 == cart.total()", "assert 10 == 9", "AssertionError", ("cart.total()", "9", "10")),
        ("self.assertEqual(total(), 10)", "9 != 10", "AssertionError", ("total()", "9", "10")),
        ("self.assertEqual(10, total())", "10 != 9 : why", "AssertionError", ("total()", "9", "10")),
        ("assert a == b, 'text'", "text\nassert 1 == 2", "AssertionError", None),
        ("", "expect(received).toBe(expected)\n\nExpected: 10\nReceived: 9", "Error", ("", "9", "10")),
        ("x = y['k']", "'k'", "KeyError", None),
        ("assert ((", "assert 1 == 2", "AssertionError", ("", "1", "2")),
    ],
)
def test_the_two_sides_of_a_failure_are_read(source, message, exception, expected):
    found = two_sides(_asserts(source, message, exception))
    assert (found and (found.subject, found.got, found.wanted)) == expected


def test_what_the_run_says_of_the_difference_comes_before_its_text():
    difference = (Difference(path="Items[3].price", got="1", wanted="2", is_sure=True),)
    found = two_sides(_asserts("assert a == b", "assert [...] == [...]", difference=difference))
    assert (found.subject, found.got, found.wanted, found.is_sure) == ("Items[3].price", "1", "2", True)


LONG = "the same words again and again, " * 12


@pytest.mark.parametrize(
    ("got", "wanted", "shown"),
    [
        ("'a  b'", "'a b'", ("'a··b'", "'a·b'")),
        ("'a\\tb'", "'a b'", ("'a\\tb'", "'a b'")),
        ("a\tb", "a b", ("a\\tb", "a·b")),
        ("a\n b", "a\nb", ("a\\n·b", "a\\nb")),
        ("a\u00a0b", "a b", ("a\\xa0b", "a·b")),
        ("one  word", "other  word", ("one word", "other word")),
        (f"{LONG}9", f"{LONG}10", (f"…{LONG[-40:]}9", f"…{LONG[-40:]}10")),
        (f"{LONG}9{LONG}", f"{LONG}10", (f"…{LONG[-40:]}9{LONG}"[:299] + "…", f"…{LONG[-40:]}10")),
        (LONG, f"{LONG}x", (f"…{LONG.strip()[-40:]}", f"…{LONG.strip()[-40:]} x")),
    ],
)
def test_two_values_are_shown_so_that_it_is_seen_where_they_differ(got, wanted, shown):
    found = two_sides(_asserts("assert a == b", "", difference=(Difference(got=got, wanted=wanted),)))
    assert (found.got, found.wanted) == shown


@given(st.text(max_size=400), st.text(max_size=400))
def test_values_that_differ_are_never_shown_alike(got, wanted):
    if got.strip() == wanted.strip():
        return
    found = two_sides(_asserts("assert a == b", "", difference=(Difference(got=got, wanted=wanted),)))
    assert found.got != found.wanted
    assert max(len(found.got), len(found.wanted)) <= 300


DAY = "'At 12:00 AM, on day 1 of the month, only in every 2 months, January through May'"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("column 45", f"cart.day() is {DAY}"),
        ("line 2, column 45", f"line 2 is {DAY}"),
        ("[3].day, column 45", f"[3].day is {DAY}"),
    ],
)
def test_a_spec_names_what_differs_and_its_title_shows_where(path, expected):
    drive = opened()
    drive.send(cmd.Begin())
    parts = Difference(path=path, wanted=DAY, got=DAY.replace("in every", "in , every"))
    drive.ends(red(failures=(_asserts(f"assert cart.day() == {DAY}", "", difference=(parts,)),)))
    filled = filled_spec(drive.state)
    assert filled.expected == expected
    assert filled.title == "test_total: …only in , every 2 months,…, not …only in every 2 months, J…"


@pytest.mark.parametrize(
    "seen",
    [
        _asserts("assert cart.total() == 10", "assert 9 == 10"),
        _asserts("assert not cart", "assert not <Cart>"),
        _asserts("raise KeyError", "'k'", "KeyError"),
        _asserts("", "", ""),
        failure("x" * 5_000, frames=()),
    ],
)
def test_a_spec_kept_as_it_is_filled_says_what_is_wrong(seen):
    drive = opened()
    drive.send(cmd.Begin())
    for _ in range(3):
        drive.ends(red(failures=(seen,)))
    drive.looked()
    filled = filled_spec(drive.state)
    assert filled.says_what_is_wrong
    assert max(len(filled.expected), len(filled.actual)) < 700
    assert not isinstance(drive.send(cmd.WriteSpec(spec=filled)), Refusal)
    assert all(each.passed for each in evaluate(drive.state, drive.state.workflow.steps[0]))
    assert filled_spec(drive.state) == drive.state.spec, "what a person kept is not filled again"


def test_what_a_person_wrote_is_not_replaced():
    drive = reproduced()
    drive.send(cmd.WriteSpec(spec=Spec(actual="one cent too much")))
    assert filled_spec(drive.state).actual == "one cent too much"
    assert filled_spec(drive.state).expected


def test_nothing_is_filled_before_anything_failed():
    assert filled_spec(opened().state) == Spec()
    assert filled_hypothesis(opened().state) is None


def test_a_commands_failure_fills_a_spec_too():
    target = Target(kind="command", words=("make", "check"))
    drive = opened(target=target)
    drive.send(cmd.Begin())
    seen = failure("Error 2", test="make check", exception="exit 2", frames=(), phase="command")
    for _ in range(3):
        drive.ends(red(failures=(seen,)))
    assert filled_spec(drive.state).says_what_is_wrong


def test_the_way_to_closed_and_verified_is_what_next_shows_with_forms_kept_as_they_are():
    drive, pressed = reproduced(), []
    source = {"path": "tests/test_cart.py", "line": 5, "source": "def test_total(): ...", "digest": "d1"}
    while not drive.state.closed and len(pressed) < 20:
        advice = advise(drive.state)
        if advice.is_waiting:
            _measured(drive)
            continue
        pressed.append(advice.action or "an edit")
        _press(drive, advice.action, source)
    assert drive.state.closed, pressed
    assert drive.state.closed.ending == "verified", pressed
    assert pressed.count("an edit") == 1
    forms = sum(each in {"spec", "hypothesis", "root-cause", "close"} for each in pressed)
    assert len(pressed) - 1 + forms <= 20, pressed


def _measured(drive):
    """End the run that looks which lines run: only one function is to be suspected."""
    drive.ends(red())
    lines = (LineCount(line=21, passing=0),)
    ran = FunctionCount(path="shop/cart.py", function="total", first=20, last=21, size=1, lines=lines)
    drive.send(obs.SpectrumSeen(spectrum=Spectrum(test=TEST, tree="t0", passing=3, functions=(ran,))))


def _press(drive, action, source):
    state = drive.state
    match action:
        case "":
            drive.send(obs.ChangesSeen(changes=CHANGES))
            drive.saves()
            drive.ends(green())
        case "spec":
            drive.send(cmd.WriteSpec(spec=filled_spec(state)))
        case "next-step":
            drive.send(cmd.GoToStep())
        case "pin":
            drive.send(cmd.PinTest())
            drive.send(obs.TestSeen(test=state.target.words[0], pin=True, **source))
        case "hypothesis":
            draft = filled_hypothesis(state)
            prediction = Prediction(text=draft.prediction, expects=draft.expects)
            drive.send(cmd.ProposeHypothesis(claim=draft.claim, prediction=prediction))
        case "verify":
            verified(drive)
        case "root-cause":
            drive.send(cmd.WriteClosing(closing=filled_closing(state)))
            assert drive.state.closing.cause.where.startswith("shop/cart.py:")
        case "confirm":
            drive.send(cmd.ConfirmFix())
        case "close":
            drive.send(cmd.Close())
        case _:
            raise AssertionError(action)


def test_a_verdict_is_filled_with_what_the_newest_run_showed():
    drive = pinned()
    drive.send(cmd.ProposeHypothesis(claim="cents", prediction=Prediction(text="9 becomes 10", expects=None)))
    hypothesis = drive.state.hypotheses[0]
    assert filled_verdict(drive.state, hypothesis)[0] == "INCONCLUSIVE"
    drive.saves()
    drive.ends(green())
    assert filled_verdict(drive.state, hypothesis) == ("SUPPORTED", f"#{drive.state.last_number} passed")


def test_looking_back_and_returning_is_free_and_only_going_on_asks_once():
    drive = reproduced()
    assert isinstance(drive.send(cmd.GoToStep()), Refusal), "the spec is not written"
    drive.send(cmd.GoToStep(reason="seen by eye"))
    assert drive.state.step_id == "failing-test"
    for step in ("reproduce", "failing-test", "reproduce", "failing-test"):
        assert not isinstance(drive.send(cmd.GoToStep(step=step)), Refusal)
        assert drive.state.step_id == step
    assert drive.kinds().count("gate_overridden") == 1
    drive.send(cmd.GoToStep(step="reproduce"))
    answer = drive.send(cmd.GoToStep(step="isolate"))
    assert isinstance(answer, Refusal)
    assert "Failing test is not done" in answer.reason, "only the gate that nobody went past is asked for"
    assert not any(
        isinstance(each.event, ev.StepEntered) and each.event.step == "isolate" for each in drive.records
    )


def _told(message):
    """A session whose spec was accepted as coach filled it, and that saw the test red once more after an edit of a file."""
    drive = opened()
    drive.send(cmd.RunTarget())
    drive.ends(red("assert 9 == 10"))
    drive.record(ev.SpecWritten(spec=filled_spec(drive.state).model_copy(update=message)))
    return drive


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("not to contain 3", "[3], expected not to contain 3"),
        ("to be None", "[3], expected to be None"),
        ("< 5", "[3], not < 5"),
        ("'to be'", "[3], not 'to be'"),
    ],
)
def test_a_title_can_be_read_where_the_expectation_is_no_value(wanted, title):
    drive = opened()
    drive.send(cmd.Begin())
    failed = failure("assert x", difference=(Difference(got="[3]", wanted=wanted),))
    drive.ends(red("").model_copy(update={"failures": (failed,)}))
    assert filled_spec(drive.state).title.endswith(f": {title}")


@pytest.mark.parametrize(
    ("edited", "seen", "title"),
    [
        ("tests/test_cart.py", red("assert 9 == 12"), "test_total: 9, not 12"),
        ("shop/cart.py", red("assert 11 == 10"), "test_total: 9, not 10"),
        (
            "tests/test_cart.py",
            red("").model_copy(
                update={
                    "failures": (
                        failure(
                            "name 'x' is not defined", exception="NameError", frames=failure().frames[:1]
                        ),
                    )
                }
            ),
            "test_total: 9, not 10",
        ),
    ],
)
def test_a_spec_in_coachs_words_follows_the_failure_in_force_after_an_edit_of_the_test_alone(
    edited, seen, title
):
    drive = _told({})
    drive.send(obs.FilesSaved(paths=(edited,)))
    drive.send(cmd.RunTarget())
    drive.ends(seen)
    assert drive.state.spec.title == title
    assert drive.state.spec.expected == f"cart.total() is {title.rpartition(' ')[2]}"


def test_words_of_a_person_stay_and_a_failure_that_is_taken_is_followed():
    drive = _told({"actual": "a cent is lost"})
    other = failure("assert 1 == 2", test="tests/test_cart.py::test_other")
    both = red("assert 9 == 10")
    drive.send(cmd.RunTarget())
    drive.ends(both.model_copy(update={"failures": (*both.failures, other)}))
    answer = drive.send(cmd.TakeFailure(test=other.test))
    assert "test_other" in answer.notice
    assert (drive.state.spec.title, drive.state.spec.actual) == ("test_other: 1, not 2", "a cent is lost")
    assert title_in_header(drive.state) == drive.state.spec.title
    drive.record(ev.SpecWritten(spec=Spec()))
    assert title_in_header(drive.state) == "AssertionError: assert 1 == 2", (
        "not that of the red test before it"
    )
