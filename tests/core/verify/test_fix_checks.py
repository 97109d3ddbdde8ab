"""Every line of a verification fails for its own reason, and only that line."""

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.target import Target
from coach.core.spec.spec import Spec
from coach.core.verify.debug_leftovers import leftovers
from coach.core.verify.negative_control import Control, Survivor, fixed_lines
from tests.core.driving import CHANGES, TEST, failure, green, opened, pinned, red, verified

SURVIVOR = Survivor(path="shop/cart.py", function="total", line=3, before="a < b", after="a <= b")


def edit(text, path="shop/cart.py", change="modified"):
    hunk = Hunk(old_start=1, old_lines=0, new_start=1, new_lines=text.count("\n") + 1, text=text)
    return Changes(base="t0", tree="t1", files=(FileChange(path=path, change=change, hunks=(hunk,)),))


def only(found):
    """Return the one line that does not hold."""
    assert found.verdict == "partial"
    assert len(found.missing) == 1, found.missing
    return found.missing[0]


def line(found, name):
    return next(each for each in found.checks if each.name == name)


def test_a_fix_that_holds_is_verified_with_run_numbers():
    found = verified(pinned())
    assert found.verdict == "verified", found.missing
    assert line(found, "red-without").runs
    assert line(found, "control").figure == "4 of 4 caught"


NAMED = green(passed=30).model_copy(update={"passed": (TEST,)})
"""The suite of now, in which the test is green."""


def test_the_suite_as_it_was_answers_for_the_code_without_the_fix():
    drive = pinned()
    found = verified(drive, suite=NAMED)
    assert found.verdict == "verified", found.missing
    assert "reverted" not in drive.started()
    (number,) = line(found, "red-without").runs
    assert next(run for run in drive.state.runs if run.number == number).request.purpose == "baseline"


IN_TEST = CHANGES.model_copy(update={"files": (*CHANGES.files, FileChange(path="tests/test_cart.py"))})
GREEN_BEFORE = green(passed=30, tree="t0")


@pytest.mark.parametrize(
    "differs",
    [
        {"changes": IN_TEST},
        {"changes": CHANGES.model_copy(update={"tree": "t2"})},
        {"changes": CHANGES.model_copy(update={"left_out": 1})},
        {"suite": green(passed=30)},
        {"suite": NAMED.model_copy(update={"failures": (failure(),)})},
        {"baseline": GREEN_BEFORE},
    ],
    ids=[
        "a test was changed as well",
        "the code was changed since",
        "not all changes are known",
        "the suite does not name the test",
        "the suite of now is red too",
        "in the suite as it was the test is green",
    ],
)
def test_the_test_runs_by_itself_without_the_fix_where_the_suite_does_not_say_so(differs):
    drive = pinned()
    found = verified(drive, **{"suite": NAMED, **differs})
    assert drive.started().count("reverted") == 1
    assert line(found, "red-without").passed
    (number,) = line(found, "red-without").runs
    assert next(run for run in drive.state.runs if run.number == number).request.purpose == "reverted"


def test_a_test_that_passes_without_the_fix_proves_nothing():
    missing = only(verified(pinned(), reverted=green()))
    assert missing.name == "red-without"
    assert "passes without the fix too" in missing.figure


def test_without_the_fix_it_must_fail_for_the_same_reason():
    other = red(failures=(failure(exception="ImportError", message="no module named shop.new"),))
    missing = only(verified(pinned(), reverted=other))
    assert (missing.name, missing.figure) == ("red-without", "it fails otherwise: ImportError")


def test_a_copy_that_loads_the_checkout_shows_nothing_about_the_fix():
    missing = only(verified(pinned(), reverted=red(foreign_modules=("shop/cart.py",))))
    assert missing.name == "red-without"


def test_a_fix_that_only_moves_the_failure_is_partial():
    other = failure(test="tests/test_tax.py::test_vat")
    moved = red(failures=(other,), counts={"selected": 30, "passed": 29, "failed": 1})
    assert only(verified(pinned(), suite=moved)).name == "no-new-failures"


def test_a_skipped_pinned_test_is_not_green():
    drive = pinned(target=Target(words=("tests/test_cart.py",)))
    missing = only(verified(drive, verify=green(skipped=(TEST,))))
    assert (missing.name, "skipped" in missing.figure) == ("green-now", True)


def test_the_pinned_test_is_run_when_the_target_does_not_hold_it():
    drive = pinned(target=Target(words=("tests/test_invoice.py::test_sum",)))
    drive.send(cmd.Verify())
    assert drive.state.under_way[-1].request.target.words == ("tests/test_invoice.py::test_sum", TEST)


def flaky(failures, runs=10):
    drive = opened()
    drive.send(cmd.Begin())
    for index in range(runs):
        drive.ends(red() if index % 2 and index < 2 * failures else green())
    drive.looked()
    drive.send(cmd.PinTest())
    drive.send(obs.TestSeen(test=TEST, path="tests/test_cart.py", source="x", digest="d1", pin=True))
    return drive


def test_repeats_follow_the_rate_at_which_it_failed():
    drive = flaky(4)
    drive.send(cmd.Verify())
    assert drive.state.plan.count("verify") == 10  # 0.6 ** 10 is the first below 1 %
    drive = flaky(4)
    found = verified(drive)
    assert found.verdict == "verified", found.missing
    assert line(found, "repeats").figure.startswith("10 passes; 0.6% likely")


def test_a_flaky_pass_is_not_a_fix():
    drive = flaky(4)
    drive.send(cmd.Verify())
    for _ in range(3):
        drive.ends(green())
    drive.ends(red())
    found = verified_rest(drive)
    assert {each.name for each in found.missing} >= {"green-now", "repeats"}
    assert line(found, "green-now").figure.startswith("3 of 4")


def verified_rest(drive):
    drive.send(obs.ChangesSeen(changes=CHANGES))
    while drive.state.plan:
        run = drive.state.under_way[-1]
        drive.ends({"suite": green(passed=30), "reverted": red()}.get(run.request.purpose, red()))
        if run.request.purpose == "control":
            drive.send(obs.ControlSeen(control=Control(run=run.number, tried=1, killed=1, planned=1)))
    return drive.state.verification


def test_measuring_again_after_the_fix_does_not_forget_how_flaky_it_was():
    drive = flaky(4)
    drive.send(cmd.Reproduce())
    while drive.state.under_way and not drive.state.under_way[-1].request.only_looks:
        drive.ends(green())
    assert not drive.state.reproduction.is_reproduced
    drive.send(cmd.Verify())
    assert drive.state.plan.count("verify") == 10


def test_without_the_fix_a_flaky_test_gets_more_than_one_chance_to_be_red():
    drive = flaky(4)
    drive.send(cmd.Verify())
    while drive.state.under_way[-1].request.purpose == "verify":
        drive.ends(green())
    drive.ends(green())
    assert drive.state.under_way[-1].request.purpose == "reverted"
    drive.ends(red())
    assert drive.state.under_way[-1].request.purpose == "control"


def test_a_surviving_wrong_fix_is_an_edge_case_to_add_or_to_explain():
    drive = pinned()
    control = Control(run=0, tried=4, killed=3, planned=4, survivors=(SURVIVOR,))
    missing = only(verified(drive, control=control))
    assert (missing.name, missing.figure) == ("control", "3 of 4 caught; add a case for 1")
    assert missing.objections[0].text == "shop/cart.py:3 a <= b instead of a < b"
    assert isinstance(drive.send(cmd.AnswerObjection(objection=SURVIVOR.key, reason=" ")), Refusal)
    assert isinstance(drive.send(cmd.AnswerObjection(objection="nothing", reason="x")), Refusal)
    at = drive.state.verified_at_run
    drive.send(cmd.AnswerObjection(objection=SURVIVOR.key, reason="a and b are never equal"))
    assert drive.state.verification.verdict == "verified"
    assert drive.state.verified_at_run == at
    assert line(drive.state.verification, "control").objections[0].answer == "a and b are never equal"


def from_a_file(alone=None):
    """A pinned test out of a file that was never run alone, or ended so when it was."""
    drive = pinned(target=Target(words=("tests/test_cart.py",)))
    drive.send(cmd.WriteSpec(spec=Spec(expected="10", actual="9")))
    drive.send(cmd.GoToStep())
    if alone:
        drive.send(cmd.Reproduce())
        drive.ends(alone)
    return drive


def test_a_test_that_was_never_run_alone_is_not_said_to_fail_only_in_company():
    found = verified(from_a_file())
    assert line(found, "control").figure == "4 of 4 caught"


def test_small_wrong_fixes_are_no_question_of_a_test_that_passes_alone():
    found = verified(from_a_file(alone=green(tree="t0")))
    assert line(found, "control").figure == "not asked: the test fails only in company"


def test_a_control_that_could_not_run_is_missing_not_passed():
    control = Control(run=0, ended="impossible", why="this system cannot fork", planned=4)
    missing = only(verified(pinned(), control=control))
    assert (missing.name, missing.figure) == ("control", "this system cannot fork")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+    print(total)", "print"),
        ("+    breakpoint()", "breakpoint"),
        ("+import pdb; pdb.set_trace()", "breakpoint"),
        ("+@pytest.mark.skip(reason='later')", "skip"),
        ("+    # total = self.subtotal()", "commented-out code"),
        ("+    # if total:", "commented-out code"),
        ("+    return total  # TODO: round", "reminder"),
    ],
)
def test_what_debugging_leaves_is_listed(text, kind):
    (found,) = leftovers(edit(text))
    assert found.kind == kind
    missing = only(verified(pinned(), changes=edit(text)))
    assert missing.name == "leftovers"


@pytest.mark.parametrize(
    "text",
    ["+    return total", "+    # the sum of all lines: gross", "+    # 3 of 4", "+    self.blueprint(x)", "-    print(x)",
     "+    # prints(total) is what the invoice does", '+    "print(x) is text"', "+    # note: see the ticket"],
)  # fmt: skip
def test_ordinary_lines_are_no_leftovers(text):
    assert leftovers(edit(text)) == ()


def test_a_stray_file_is_listed_and_a_new_module_is_not():
    assert [each.kind for each in leftovers(edit("+x", "debug_cart.py", "added"))] == ["stray file"]
    assert leftovers(edit("+x = 1", "shop/rounding.py", "added")) == ()


def test_an_edit_makes_an_answer_wait_for_the_next_verification():
    drive = pinned()
    verified(drive, changes=edit("+    print(total)"))
    drive.saves()
    key = "shop/cart.py: print(total)"
    drive.send(cmd.AnswerObjection(objection=key, reason="it is a command line program"))
    assert drive.state.verification.verdict == "partial"
    while drive.state.under_way:
        drive.ends(green())
    assert verified(drive, changes=edit("+    print(total)")).verdict == "verified"


def test_a_scope_breach_is_partial_and_names_the_file():
    from coach.core.spec.spec import Spec

    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(expected="10", actual="9", scope=("shop/tax.py",))))
    missing = only(verified(drive))
    assert (missing.name, missing.figure) == ("in-scope", "outside: shop/cart.py")


def test_a_tampered_test_is_partial():
    drive = pinned()
    drive.send(obs.TestSeen(test=TEST, digest="tampered"))
    assert only(verified(drive)).name == "red-before"


def test_what_a_supported_hypothesis_predicted_is_asked_again():
    drive = pinned()
    drive.send(cmd.ProposeHypothesis(claim="x", prediction=Prediction(text="passes", expects="pass")))
    drive.saves()
    drive.ends(green())
    while drive.state.under_way:
        drive.ends(green())
    found = verified(drive, verify=red())
    assert {"green-now", "predicted"} <= {each.name for each in found.missing}
    assert line(verified(drive), "predicted").passed


def test_only_lines_of_code_that_were_added_are_mutated():
    text = " def total(self):\n-    return 9\n+    both = 1\n     x = 2\n+    return 10"
    assert fixed_lines(edit(text)) == {"shop/cart.py": (2, 4)}
    assert fixed_lines(edit(text, "tests/test_cart.py")) == {}


def test_a_run_that_cannot_be_made_is_missing_and_the_rest_goes_on():
    drive = pinned()
    drive.send(cmd.Verify())
    drive.ends(green())
    number = drive.state.under_way[-1].number
    drive.send(obs.EffectFailed(effect="StartRun", message="the fix cannot be taken out", run=number))
    assert drive.state.under_way[-1].request.purpose == "control"
    found = verified_rest(drive)
    assert line(found, "red-without").figure == "the fix cannot be taken out"


def test_lines_that_object_in_the_same_words_are_answered_one_after_the_other():
    from coach.core.decide.verification_runs import _named
    from coach.core.verify.verification import Objection, Verification, VerificationCheck

    def check(name, answer):
        objection = Objection(key="suite", text="the suite was not run", answer=answer)
        return VerificationCheck(name=name, title=name, passed=bool(answer), objections=(objection,))

    for answers, meant in ((("", ""), "new"), (("fine", ""), "lost"), (("fine", "fine too"), "new")):
        checks = tuple(check(name, said) for name, said in zip(("new", "lost"), answers, strict=True))
        found = Verification(verdict="partial", checks=checks)
        assert _named(found, "suite") == [(meant, "suite")]
