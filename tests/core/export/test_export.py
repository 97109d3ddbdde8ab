"""Whole exports: what they say, what they never say, and that they stay within the budget."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.experiments.hypothesis import Prediction
from coach.core.export import LEAST, export
from coach.core.export.budget import estimate
from coach.core.log import events as ev
from coach.core.redact.redactor import Private
from coach.core.runs.report import Frame
from coach.core.runs.target import Target
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from tests.core.building import TEST, Log, command_session, failure, hostile_session, report, shop_session
from tests.core.export.stories import KEY, MORE, ORDER

GOLDEN = Path(__file__).parent / "golden"
SECRET = "Hunter" + "-22xyz"
MACHINE = {"private": Private(home="/home/ada", user="ada", host="engine-room")}

LOGS = {
    "reproduce": lambda: shop_session("reproduce"),
    "hypothesize": lambda: shop_session("hypothesize"),
    "verify": lambda: shop_session("verify"),
    "command": command_session,
    "hostile": lambda: hostile_session(SECRET),
    "empty": Log,
    **MORE,
}


@cache
def state_of(name, fold=1):
    """Return the state of a log, folded once for all tests; another ``fold`` is another one."""
    return LOGS[name]().state


@pytest.mark.parametrize("name", LOGS)
def test_an_export_is_what_the_golden_file_holds(name, request):
    """The Markdown of a log, byte for byte; delete a golden file and run twice to renew it."""
    text = export(state_of(name), **MACHINE).text
    path = GOLDEN / f"{name}.md"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        pytest.fail(f"{path.name} was missing and has been written: read it, then run again")
    assert text == path.read_text()


@pytest.mark.parametrize("style", ["markdown", "xml", "json"])
@pytest.mark.parametrize("name", LOGS)
def test_an_export_keeps_to_its_budget_and_to_itself(name, style):
    """Within the budget, the same every time, without the home directory, the user or the secret."""
    for budget in (LEAST, 4_000):
        first = export(state_of(name), budget=budget, style=style, **MACHINE)
        again = export(state_of(name, fold=2), budget=budget, style=style, **MACHINE)
        assert first == again
        assert first.tokens == estimate(first.text) <= budget
        assert not re.search(rf"/home/|\bada\b|{SECRET}", first.text)


@pytest.mark.parametrize("style", ["markdown", "xml", "json"])
@pytest.mark.parametrize("name", ["reproduce", "hypothesize", "verify", "command"])
def test_what_is_never_dropped_is_there_in_the_smallest_budget(name, style):
    """Task, boundaries, command, failure and ask survive the smallest budget."""
    state = state_of(name)
    text = export(state, budget=LEAST, style=style).text
    test = state.target.label
    assert text.count(test) >= 2
    assert "special-case the failing input" in text
    assert ("python -m pytest '" + test if state.target.kind == "pytest" else test) in text
    assert ("Decimal('29.98')" if state.target.kind == "pytest" else "exit 2") in text
    assert "say which command to run" in text


@pytest.mark.parametrize("style", ["markdown", "xml", "json"])
def test_no_block_keeps_a_secret_of_a_known_form(style):
    """A key in every field a session has leaves none of them."""
    result = export(state_of("secrets"), budget=12_000, style=style)
    assert KEY not in result.text
    assert dict(result.redactions)["key"] >= 15


def test_orders_are_reported_wherever_they_stand():
    """In the name of a test, a branch, a path, a diff, a value, and in a rule of the repository."""
    places = " ".join(export(LOGS["orders"]().state).warnings)
    assert all(title in places for title in ("Task", "Failure", "What changed"))
    assert any(ORDER in each for each in export(LOGS["odd-team"]().state).warnings)
    assert not export(LOGS["team"]().state).warnings


def test_what_an_assistant_did_is_told_to_the_next_one():
    """Who edited, what it was, and that it went in circles."""
    text = export(LOGS["assisted"]().state).text
    assert "robin" in text
    assert "3 different patches left the same failure" in text


def test_sections_come_in_their_order():
    """Short task first, evidence in the middle, the ask last; a review begins with the change."""
    text = export(shop_session("verify").state).text
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert titles == [
        "Task",
        "Reproduce",
        "What changed",
        "Failure",
        "Code",
        "Facts observed, and hypotheses",
        "Ruled out and already tried",
        "Expected and actual",
        "Boundaries",
        "Ask",
    ]
    usual = re.findall(r"^## (.*)$", export(shop_session("hypothesize").state).text, re.MULTILINE)
    assert usual.index("Code") < usual.index("What changed")
    assert (usual[:3], usual[-1]) == (["Task", "Reproduce", "Failure"], "Ask")


def test_a_supported_hypothesis_turns_the_ask_into_a_fix():
    """Once a cause is supported and the test is still red, a fix may be written."""
    log = shop_session("hypothesize")
    log.add(ev.HypothesisJudged(id=2, verdict="SUPPORTED", reason="seen", runs=(4,)))
    assert "Fix the cause within these limits" in export(log.state).text


def test_reasons_of_overridden_gates_are_exported():
    """A gate passed without being met is told with its reason."""
    assert "the fix is one line and reviewed" in export(shop_session("verify").state).text


def test_facts_stand_apart_from_open_hypotheses_and_refuted_ones():
    """A refuted hypothesis is one line under what was ruled out; an open one carries its prediction."""
    text = export(shop_session("hypothesize").state).text
    facts, ruled_out = text.split("## Facts observed")[1].split("## Ruled out")
    assert "H2: `share() no longer rounds down`. Predicted: `with floor() back it passes`" in facts
    assert "tax is added twice" not in facts
    assert "Refuted: H1" in ruled_out
    assert "shop/cart.py:total`: `it only adds" in ruled_out


def test_exact_secrets_are_found_inside_an_assertion():
    """A value of the environment goes even where no form gives it away, and equal values keep equal numbers."""
    value = "correct" + "horse7"
    log = (
        Log()
        .enter("reproduce")
        .reproduce(*[report(failure(message=f"assert '{value}' == 'x{value}y {value}'"))] * 3)
    )
    result = export(log.state, private=Private(secrets=(value,)))
    assert value not in result.text
    assert "assert '[redacted:environment#1]'" in result.text
    assert dict(result.redactions)["environment"] >= 3


def test_a_secret_found_in_a_local_goes_from_the_message_too():
    """The name of a local gives its value away; the value then goes from every other place."""
    value = "Zk3j" + "9dfk20sl"
    frame = Frame(path="shop/pay.py", line=3, function="pay", own=True, locals=(("api_key", f"'{value}'"),))
    seen = report(failure(message=f"assert '{value}' == ''", frames=(frame,)))
    text = export(Log().enter("reproduce").reproduce(seen, seen, seen).state).text
    assert value not in text
    assert "assert '[redacted:assignment#1]' == ''" in text


def test_a_huge_output_is_cut_and_said_to_be():
    """Megabytes of message stay within the budget; the cut is announced in place and in the header."""
    seen = report(failure(message="\n".join(f"line {number} of a long diff" for number in range(300_000))))
    result = export(Log().enter("reproduce").reproduce(seen, seen, seen).state)
    assert result.tokens <= 4_000
    assert re.search(r"… [\d,]+ lines left out …", result.text)
    assert "part of the message" in result.left_out


def test_old_runs_go_first():
    """The first thing to make room is the oldest part of the story."""
    log = shop_session("hypothesize")
    for number in range(60):
        log.edit(f"shop/part{number}.py").run()
    roomy, tight = export(log.state, budget=12_000), export(log.state, budget=2_200)
    assert roomy.left_out == ()
    assert len(tight.left_out) == 1
    assert "older runs" in tight.left_out[0]


def test_json_is_json_and_names_source_and_trust():
    """Each block of the JSON form says where it comes from and how far to trust it."""
    read = json.loads(export(shop_session().state, style="json").text)
    blocks = [block for section in read["sections"] for block in section["blocks"]]
    assert {block["trust"] for block in blocks} == {"coach", "engineer", "program output", "repository"}
    assert all(block["source"] for block in blocks)


def test_too_small_a_budget_is_refused():
    """Less than the parts that are never left out is an error, not a broken export."""
    with pytest.raises(ValueError, match="at least"):
        export(SessionState(), budget=LEAST - 1)


_TEXT = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(
    ["`" * 300, "x" * 5_000, "✔" * 900, "\u202e" * 400, "a\n" * 2_000, "q7Tz0Wm4" * 300, "0x1f " * 900]
)


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(_TEXT, min_size=9, max_size=9),
    many=st.integers(0, 12),
    step=st.sampled_from(["reproduce", "failing-test", "isolate", "hypothesize", "verify", "other"]),
    budget=st.sampled_from([LEAST, 1_300, 4_000]),
    style=st.sampled_from(["markdown", "xml", "json"]),
)
def test_no_state_exceeds_the_budget(texts, many, step, budget, style):
    """Whatever a session holds, the estimate of the text stays within the budget."""
    name, message, path, claim, title, branch, code, label, note = texts
    frame = Frame(
        path=path, line=1, function=name, own=True, source=code, code=code, locals=((name, code),) * 30
    )
    seen = report(failure(f"t.py::{name}", message, frames=(frame,) * (many + 1), exception=label))
    log = Log(Target(words=(f"t.py::{name}",)), branch=branch, commit=label).enter(step)
    log.add(
        ev.SpecWritten(spec=Spec(title=title, expected=note, scope=(path,) * many, non_goals=(claim,) * many))
    )
    log.reproduce(seen, seen, seen)
    for number in range(1, many):
        log.add(
            ev.HypothesisProposed(id=number, claim=claim, prediction=Prediction(text=note)),
            ev.NoteWritten(text=note),
        )
        log.edit(path).run(seen)
    result = export(log.state, budget=budget, style=style, **MACHINE)
    assert result.tokens == estimate(result.text) <= budget


def test_the_pinned_test_of_the_story_is_the_target():
    """The builders and this file mean the same test."""
    assert shop_session("isolate").state.pin.test == TEST
