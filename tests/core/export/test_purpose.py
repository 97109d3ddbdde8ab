"""What an export asks: what was named, or what the facts allow; and the state it tells is the present one."""

import pytest

from coach.core.export import PURPOSES, export
from coach.core.export.purpose import ask_of, chosen
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Frame
from coach.core.verify.verification import Verification, VerificationCheck
from tests.core.building import Log, command_session, failure, report, shop_session
from tests.core.export.stories import flaky_session


def located(*kinds, probability=0.9):
    """A stable failure and one place that may hold its cause."""
    place = Suspect(
        path="shop/money.py",
        function="share",
        line=19,
        score=4.0,
        code="def share(amount, parts):\n    return amount / parts",
        code_start=18,
        probability=probability,
        kinds=kinds,
    )
    log = Log().enter("reproduce").reproduce()
    return log.add(ev.SuspectsRanked(run=3, suspects=(place,)))


def verified():
    log = shop_session("verify")
    check = VerificationCheck(name="target", title="the target passes", passed=True)
    return log.add(ev.VerificationJudged(verification=Verification(checks=(check,))))


def failing_test_step():
    return command_session().enter("failing-test")


def supported():
    log = shop_session("hypothesize")
    return log.add(ev.HypothesisJudged(id=2, verdict="SUPPORTED", reason="seen", runs=(4,)))


@pytest.mark.parametrize(
    ("make", "asked", "why"),
    [
        (Log, "reproduce", "no run has shown the failure"),
        (flaky_session, "reproduce", "3 of 8 cold runs: flaky"),
        (lambda: shop_session("reproduce"), "cause", "the place is open"),
        (lambda: shop_session("hypothesize"), "cause", "the place is open"),
        (lambda: located("alone"), "cause", "the place is open"),
        (lambda: located("alone", "flip"), "fix", "two kinds of evidence"),
        (lambda: located("alone", "raised", probability=0.3), "cause", "weak"),
        (supported, "fix", "H2 held"),
        (failing_test_step, "test", "no test stands"),
        (lambda: shop_session("verify"), "review", "nothing has proven"),
        (verified, "handover", "verified"),
    ],
)
def test_without_a_name_it_asks_what_the_facts_allow(make, asked, why):
    """Neither the step nor the wish of a moment decides: what was measured does."""
    found = chosen(make().state)
    assert found.purpose == asked
    assert why in found.why


def test_what_a_flake_depends_on_is_no_question_once_it_is_known():
    """A failure that is 3 of 3 is never asked to be reproduced better."""
    made = export(located("alone", "flip").state)
    assert "depends on" not in made.text
    assert "Fix the cause within these limits" in made.text


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_named_purpose_is_asked_at_the_top_and_at_the_end(purpose):
    made = export(shop_session("hypothesize").state, purpose=purpose)
    assert made.text.count(ask_of(purpose).task) == 2
    assert (made.purpose, made.why) == (purpose, "it was asked for")


def test_sections_and_their_cost_add_up_to_the_whole():
    """``--explain`` tells them."""
    made = export(shop_session("verify").state)
    assert [title for title, _ in made.costs][:2] == ["header", "Task"]
    assert abs(sum(cost for _, cost in made.costs) - made.tokens) <= len(made.costs)


def test_the_state_is_that_of_now():
    """What changed since the failure, and that the newest run is green, or fails otherwise; never what was so at the start."""
    text = export(shop_session("verify").state).text
    assert "Now: green in run #5; the failure below is that of run #4." in text
    assert "Since run #3, which shows it, 2 files changed: `shop/money.py`, `shop/tax.py`." in text
    assert "uncommitted" not in text
    log = shop_session("hypothesize")
    log.edit("shop/x.py").run(
        report(failure("tests/test_y.py::test_y", "name 'x' is not defined", exception="NameError"))
    )
    assert (
        "Now: run #5 fails otherwise, `NameError: name 'x' is not defined`; the failure below is that of run #4."
        in export(log.state).text
    )


def hunk(number, lines):
    text = "\n".join(f"+    value_{number}_{line} = compute({line})" for line in range(lines))
    return Hunk(old_start=number, old_lines=0, new_start=number, new_lines=lines, text=text)


def test_a_review_holds_the_whole_fix_or_names_the_hunks_it_lacks():
    """A review of half a change would be a wrong certainty."""
    files = tuple(FileChange(path=f"shop/p{n}.py", hunks=(hunk(10, 30), hunk(90, 30))) for n in range(3))
    log = shop_session("verify").add(ev.ChangesRead(changes=Changes(base="a", tree="b", files=files)))
    whole, part = export(log.state, budget=12_000), export(log.state, budget=1_500)
    assert all(f"value_{start}_29" in whole.text for start in (10, 90))
    assert whole.left_out == ()
    lacking = [f"shop/p{n}.py" for n in range(3) if part.text.count(f"--- shop/p{n}.py") < 2]
    header = part.text.split("## Task")[0]
    assert lacking
    assert all(path in header for path in lacking)
    assert "AssertionError" in part.text


def test_values_and_lines_are_told_once():
    """A long value that the message or the inner frame shows stands in no other frame."""
    value = "Receipt(" + ", ".join(f"line_{n}=3" for n in range(8)) + ")"
    frames = tuple(
        Frame(
            path=f"shop/{name}.py", line=1, function=name, own=True, source="x()", locals=(("seen", value),)
        )
        for name in ("outer", "inner")
    )
    seen = report(failure(message="a\n" * 40, frames=frames))
    text = export(Log().enter("reproduce").reproduce(seen, seen, seen).state).text
    assert text.count(value) == 1
    assert "… the same line 38 times more …" in text
