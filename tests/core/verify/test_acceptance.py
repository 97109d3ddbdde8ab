"""Lines of a verification about what was said before the fix: predicted values are gone, and what the spec calls done holds."""

import pytest

from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint, Observed, TestHits
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.report import Ending, Output, RunReport
from coach.core.spec.spec import Spec
from coach.core.verify.acceptance import runnable, words_of
from coach.core.verify.negative_control import Control
from coach.core.verify.recheck import after_edit, judge_gone
from tests.core.driving import TEST, opened, pinned, verified
from tests.core.verify.test_fix_checks import edit, line, only

POINT = Logpoint(
    path="shop/cart.py", line=20, expression="total", condition="total < 0", source="x = 1", hypothesis=1
)


def hits(held, count=2, outcome="failing", **more):
    each = TestHits(test=TEST, outcome=outcome, hits=count, evaluated=count, held=held, **more)
    return Observed(line=20, source="x = 1", test=TEST, tests=(each,), way="sys.monitoring")


def looked():
    """A pinned session with a hypothesis that a logpoint supported."""
    drive = pinned()
    drive.send(cmd.ProposeHypothesis(claim="it goes below", prediction=Prediction(text="total < 0")))
    drive.send(cmd.Look(logpoint=POINT))
    number = drive.state.under_way[-1].number
    drive.ends(RunReport(ending=Ending(exit_code=1)))
    drive.send(obs.LogpointRead(run=number, observed=hits(1)))
    assert drive.state.hypotheses[0].verdict == "SUPPORTED"
    return drive


def test_what_was_predicted_is_looked_at_again_and_gone():
    found = verified(looked(), seen_again=hits(0, outcome="passing"))
    assert found.verdict == "verified", found.missing
    seen = line(found, "predicted")
    assert (seen.figure, len(seen.runs)) == ("total < 0 at 0 of 2 hits", 1)


def test_a_fix_that_leaves_the_predicted_values_is_partial_until_somebody_says_why():
    drive = looked()
    missing = only(verified(drive, seen_again=hits(1, outcome="passing")))
    assert (missing.name, missing.figure) == ("predicted", "total < 0 at 1 of 2 hits")
    drive.send(cmd.AnswerObjection(objection="H1: total < 0", reason="refunds may be negative"))
    assert drive.state.verification.verdict == "verified"
    assert line(drive.state.verification, "predicted").figure.endswith("; fine: refunds may be negative")


def test_a_line_that_cannot_be_looked_at_again_is_missing_and_says_so():
    drive = looked()
    gone = only(verified(drive, changes=edit("-x = 1\n y = 2")))
    assert gone.figure == "its line went with the fix, nothing took its place"
    drive = looked()
    drive.send(cmd.Verify())
    while drive.state.under_way[-1].request.purpose != "recheck":
        run = drive.state.under_way[-1]
        drive.ends(RunReport(ending=Ending(exit_code=0)))
        if run.request.purpose == "control":
            drive.send(obs.ControlSeen(control=Control(run=run.number)))
    number = drive.state.under_way[-1].number
    drive.send(obs.EffectFailed(effect="StartRun", message="no code runs there", run=number))
    assert drive.state.under_way[-1].request.purpose == "suite"


@pytest.mark.parametrize(
    ("mode", "observed", "gone", "figure"),
    [
        ("once", hits(0, 0, "passing"), True, "the line is not reached any more"),
        ("only-failing", hits(1, 3, "passing"), False, "total < 0 at 1 of 3 hits"),
        ("always", hits(3, 3, "passing"), False, "total < 0 at 3 of 3 hits"),
        ("always", hits(2, 3, "passing"), True, "total < 0 at 2 of 3 hits"),
        ("never", hits(0, 3, "passing"), False, "total < 0 at 0 of 3 hits"),
        ("never", hits(1, 3, "passing"), True, "total < 0 at 1 of 3 hits"),
        ("once", hits(0), False, "the test did not pass in this run"),
        ("once", hits(0, 2, "passing", raised=2, error="NameError"), False, "total < 0 could not be evaluated: NameError"),
        ("once", Observed(why="the probe gave no answer"), False, "the probe gave no answer"),
    ],
)  # fmt: skip
def test_gone_means_the_opposite_of_what_was_predicted(mode, observed, gone, figure):
    assert judge_gone(POINT.model_copy(update={"mode": mode}), observed) == (gone, figure)


def test_a_line_is_followed_through_the_fix():
    assert after_edit(POINT, edit(" a\n+b\n c")) == POINT  # its own text finds it
    replaced = after_edit(POINT, edit(" a\n-x = 1\n+# why\n+x = 2\n b"))
    assert (replaced.line, replaced.source) == (3, "")
    moved = after_edit(POINT, edit(" a\n-x = 1\n+if b:\n+    x = 1\n c"))
    assert (moved.line, moved.source) == (3, "x = 1")
    assert after_edit(POINT, edit("-x = 1\n a")) is None


def accepting(*commands):
    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(expected="10", actual="9", acceptance=commands)))
    return drive


def test_each_approved_command_is_a_line_of_its_own():
    found = verified(accepting("make check", "pytest -q"), acceptance=("make check", "pytest -q"))
    assert found.verdict == "verified", found.missing
    lines = [(each.title, len(each.runs)) for each in found.checks if each.name == "acceptance"]
    assert lines == [("accepted: make check", 1), ("accepted: pytest -q", 1)]


def answered(drive, report):
    """Answer every run of a verification under way with one report."""
    while drive.state.plan:
        run = drive.state.under_way[-1]
        drive.ends(report)
        if run.request.purpose == "control":
            drive.send(obs.ControlSeen(control=Control(run=run.number)))
        if run.request.tries_command:
            drive.send(obs.TrialRead(run=run.number))
    return drive.state.verification


def test_what_was_not_approved_or_fails_or_is_no_command_is_missing():
    drive = accepting("make check", "make lint", "totals look right", "make a && make b")
    drive.send(cmd.Verify(acceptance=("make check", "rm -r .")))
    said = Output(tail="one\nmake: no rule for [red]\n")
    found = answered(drive, RunReport(ending=Ending(exit_code=2), duration=1.5, output=said))
    figures = {
        each.title.removeprefix("accepted: "): each.figure
        for each in found.missing
        if each.name == "acceptance"
    }
    assert figures == {
        "make check": "exit 2 after 1.5 s, in a copy: make: no rule for [red]",
        "make lint": "not approved, so it was not run",
        "totals look right": "no command: look yourself, and say what you saw",
        "make a && make b": "needs a shell: write it as sh -c '…'",
    }
    assert "rm" not in {word for run in drive.state.runs for word in run.request.target.words}
    drive.send(cmd.AnswerObjection(objection="totals look right", reason="compared with the books"))
    assert "totals look right" not in {
        each.title.removeprefix("accepted: ") for each in drive.state.verification.missing
    }


def test_words_and_variables():
    assert words_of("TZ=UTC pytest -k 'a b'") == ((("TZ", "UTC"),), ("pytest", "-k", "a b"))
    for text in ("make 'a", "make a|b", "make a; make b", "make > out", "TZ=UTC", "", "it is right"):
        assert words_of(text)[1] == (), text
    drive = opened()
    drive.send(cmd.WriteSpec(spec=Spec(acceptance=(" make a ", "make a", "no"))))
    assert runnable(drive.state) == ("make a",)
