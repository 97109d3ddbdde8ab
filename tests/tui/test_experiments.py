"""Experiments on the screen: the form of a logpoint, its table, trials, drafts, and the end that is written down."""

from collections.abc import Iterable

import pytest

from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint, LogpointRun, Observed, Row, TestHits
from coach.core.experiments.suggestions import drafts
from coach.core.experiments.trial import TrialRun
from coach.core.experiments.trial_request import Trial
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.runs.report import Ending
from coach.core.runs.target import Target
from coach.core.session.state import SessionState
from coach.core.spec.spec import TeamRules
from coach.core.verify.acceptance import runnable
from coach.core.verify.verification import Objection, Verification, VerificationCheck
from coach.tui.host_services import NoHostServices
from tests.tui import fakes
from tests.tui.seeing import evidence_of, press, session_of, settle, shown, text_of

POINT = Logpoint(path="shop/cart.py", line=19, expression="total", condition="total < 0", mode="only-failing")
SEEN = LogpointRun(
    run=5,
    logpoint=POINT,
    verdict="SUPPORTED",
    reason="true at 1 of 2 hits in the failing test, never in 1 passing test",
    observed=Observed(
        line=19,
        test=fakes.TEST,
        tests=(
            TestHits(
                test=fakes.TEST, outcome="failing", hits=2, evaluated=2, held=1,
                rows=(Row(hit=1, line=19, value="3", holds=False), Row(hit=2, line=19, value="[red]-4", holds=True)),
            ),
            TestHits(test="tests/test_cart.py::test_empty", hits=1, evaluated=1, rows=(Row(hit=1, line=19, value="0", holds=False),)),
        ),
        unreached=3,
        way="sys.monitoring",
    ),
)  # fmt: skip


async def test_a_logpoint_is_asked_for_with_the_hypothesis_it_tests() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    async with shown(port) as pilot:
        await press(pilot, "E")
        assert "Look inside" in text_of(pilot)
        await press(pilot, "tab", *"total", "tab", *"total<0", "ctrl+s")
    (asked,) = port.commands
    assert isinstance(asked, cmd.Look)
    assert (asked.logpoint.expression, asked.logpoint.condition) == ("total", "total<0")
    assert asked.logpoint.hypothesis == 2


async def test_a_place_that_the_prediction_names_is_looked_at_first() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    prediction = Prediction(text="a logpoint at shop/tax.py:7 shows it")
    async with shown(port) as pilot:
        port.happen(ev.HypothesisProposed(id=3, claim="rate gives a wrong value", prediction=prediction))
        await press(pilot, "E", "tab", *"rate", "ctrl+s")
    (asked,) = port.commands
    assert isinstance(asked, cmd.Look)
    assert asked.logpoint.place == "shop/tax.py:7"


async def test_what_was_seen_stands_under_the_ledger() -> None:
    for size, keys in (((140, 45), ()), ((80, 24), ("pagedown",))):
        port = fakes.FakeDoor(*fakes.story("hypothesize"))
        async with shown(port, size) as pilot:
            port.happen(ev.LogpointSeen(seen=SEEN))
            await settle(pilot)
            await press(pilot, *keys)
            text = text_of(pilot)
            assert "[red]-4" in text
            assert "supported" in text
    assert "true at 1 of 2" in text


async def test_a_trial_says_what_it_showed() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    trial = Trial(kind="environment", variables=(("TZ", "Asia/Tokyo"),), expects="pass")
    async with shown(port) as pilot:
        port.happen(
            ev.TrialSeen(seen=TrialRun(run=5, trial=trial, verdict="REFUTED", reason="seen same failure"))
        )
        await settle(pilot)
        assert "tried: TZ=Asia/Tokyo" in text_of(pilot)
        assert "refuted, seen same failure" in text_of(pilot)


async def test_drafts_are_offered_while_nothing_is_claimed() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), fakes.entered("hypothesize"))
    async with shown(port) as pilot:
        text = evidence_of(pilot)
        assert "Drafts " in text
        assert "E  looks inside" in text
        assert "V  tries in a copy" in text
        assert "I takes one" in text


async def test_a_draft_is_taken_and_stays_a_draft_until_it_is_kept() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), fakes.entered("hypothesize"))
    known = drafts(port.state)
    async with shown(port, (80, 24)) as pilot:
        await press(pilot, "I")
        assert "Places to begin, not answers" in text_of(pilot)
        await press(pilot, "1")
        assert "Drafted because" in text_of(pilot)
        assert not port.commands
        await press(pilot, "end", *" here", "ctrl+s")
    (asked,) = port.commands
    assert isinstance(asked, cmd.ProposeHypothesis)
    assert asked.claim == f"{known[0].claim} here"
    assert (asked.prediction.text, asked.prediction.expects) == (known[0].prediction, known[0].expects)


@pytest.mark.parametrize(
    ("keys", "trial", "words"),
    [
        (("tab", *"click==8", "tab", "right"), {"kind": "environment", "packages": ("click==8",), "expects": "pass", "hypothesis": 2}, ()),
        (("right", "tab", *"TZ=UTC"), {"kind": "environment", "variables": (("TZ", "UTC"),)}, ()),
        (("right", "right", "tab", *"42"), {"kind": "environment", "seed": 42}, ()),
        (("right", "right", "right"), {"kind": "environment", "order": "reversed"}, ()),
        (("left", "left", "tab", *"make a", "tab", "tab", "0"), {"kind": "command", "exit_code": 0, "hypothesis": 2}, ("make", "a")),
        (("left", "tab", *"fix.diff", "tab", "right"), {"kind": "patch", "patch": "--- a\n", "expects": "pass", "hypothesis": 2}, ()),
    ],
)  # fmt: skip
async def test_one_thing_is_tried_in_a_copy(keys, trial, words, tmp_path, monkeypatch) -> None:
    (tmp_path / "fix.diff").write_text("--- a\n")
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    async with shown(port, (80, 24)) as pilot:
        monkeypatch.setattr("coach.tui.actions.experiments.root_of", lambda _: str(tmp_path))
        await press(pilot, "V", *keys, "ctrl+s")
    assert port.commands == [cmd.Try(trial=Trial(**trial), command=words)]


async def test_what_cannot_be_tried_is_said_in_the_window() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    async with shown(port) as pilot:
        await press(pilot, "V", "ctrl+s")
        assert "package: to what?" in text_of(pilot)
        await press(pilot, "left", "tab", *"gone.diff", "ctrl+s")
        assert "No such file" in text_of(pilot)
        await press(pilot, "shift+tab", "left", "tab", *" 'a", "ctrl+s")
        assert "No closing quotation" in text_of(pilot)
    assert not port.commands


async def test_a_name_is_watched_through_a_function() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    async with shown(port) as pilot:
        await press(pilot, "E", *["tab"] * 5, *"total", "ctrl+s")
        assert "watch it in which function?" in text_of(pilot)
        await press(pilot, *["shift+tab"] * 5, "ctrl+u", *"shop/cart.py:add", "ctrl+s")
    asked = Logpoint(path="shop/cart.py", line=0, function="add", watch="total")
    assert port.commands == [cmd.Look(logpoint=asked)]


async def test_the_end_is_written_in_parts_and_open_questions_may_stay_open() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    async with shown(port) as pilot:
        await press(pilot, "w", "ctrl+u", *"cut", "tab", "ctrl+u", *"cart", "ctrl+s")
    assert isinstance(written := port.commands[0], cmd.WriteClosing)
    assert (written.closing.cause.what, written.closing.cause.where) == ("cut", "cart")
    assert set(written.closing.answers) <= {"rollback"}


class Remembering(NoHostServices):
    """Ways that remember which commands were approved."""

    def __init__(self) -> None:
        self.known: tuple[str, ...] = ()
        self.evaluated: list[Logpoint] = []

    def allow(self, _state: SessionState, logpoint: Logpoint) -> None:
        self.evaluated.append(logpoint)

    def approved(self, state: SessionState) -> tuple[str, ...]:
        return tuple(each for each in self.known if each in runnable(state))

    def approve(self, _state: SessionState, commands: Iterable[str]) -> None:
        self.known += tuple(commands)


async def test_acceptance_commands_from_elsewhere_are_shown_before_they_run() -> None:
    rules = ev.TeamRulesRead(rules=TeamRules(acceptance=("make check", "looks right")))
    port = fakes.FakeDoor(*fakes.story("verify"), rules)
    async with shown(port, (80, 24)) as pilot:
        session_of(pilot).host = Remembering()
        await press(pilot, "v")
        assert "make check" in text_of(pilot)
        assert "looks right" not in text_of(pilot)
        await press(pilot, "escape", "v", "enter", "v")
    asked = [each.acceptance for each in port.commands if isinstance(each, cmd.Verify)]
    assert asked == [(), ("make check",), ("make check",)]


async def test_what_an_assistant_asks_to_evaluate_is_shown_word_by_word() -> None:
    """Only the key and enter give the word; esc leaves the question open, and markup in it stays text."""
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    asked = Logpoint(path="shop/cart.py", line=3, expression="os.system('[b]rm')", condition="f()")
    async with shown(port, (80, 24)) as pilot:
        session_of(pilot).host = host = Remembering()
        await press(pilot, "W")
        port.happen(ev.LookAsked(logpoint=asked, why="it calls os.system", by="robin"))
        await settle(pilot)
        await press(pilot, "W")
        text = text_of(pilot)
        for words in (
            "robin asks to evaluate at shop/cart.py:3",
            "os.system('[b]rm')",
            "f()",
            "it calls os.system",
        ):
            assert words in text
        await press(pilot, "escape")
        assert (host.evaluated, port.commands) == ([], [])
        await press(pilot, "W", "enter")
    assert host.evaluated == [asked]
    assert port.commands == [cmd.AskLook(logpoint=asked, is_allowed=True)]


async def test_what_speaks_against_the_fix_is_answered_with_a_reason() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    left = (
        Objection(key="a < b", text="cart.py:3 a <= b instead of [b]a < b"),
        Objection(key="x", text="x", answer="y"),
    )
    accepted = Objection(key="make check", text="make check: exit 2")
    checks = (
        VerificationCheck(name="control", title="wrong fixes", passed=False, figure="1 of 2 caught", objections=left),
        VerificationCheck(name="acceptance", title="accepted: make check", passed=False, figure="exit 2", objections=(accepted,)),
    )  # fmt: skip
    async with shown(port, (80, 24)) as pilot:
        port.happen(ev.VerificationJudged(verification=Verification(checks=checks)))
        await settle(pilot)
        text = text_of(pilot)
        assert "cart.py:3 a <= b instead of [b]a < b" in text
        assert "A says why one is fine" in text
        assert "make check: exit 2" not in text  # its line says so already
        await press(pilot, "A")
        assert "make check: exit 2" in text_of(pilot)
        await press(pilot, "2", *"known", "enter")
    assert port.commands == [cmd.AnswerObjection(objection="make check", reason="known")]


async def test_one_reason_answers_all_that_stands_in_a_line() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    left = tuple(Objection(key=f"k{number}", text=f"cart.py:{number} is wrong") for number in (1, 2, 3))
    check = VerificationCheck(name="control", title="wrong fixes", passed=False, objections=left)
    async with shown(port, (80, 24)) as pilot:
        port.happen(ev.VerificationJudged(verification=Verification(checks=(check,))))
        await settle(pilot)
        await press(pilot, "A")
        assert "all 3 at once: wrong fixes" in text_of(pilot)
        await press(pilot, "4", *"known", "enter")
    assert port.commands == [cmd.AnswerObjection(objection="control", reason="known")]


async def test_of_several_red_tests_one_is_chosen_to_work_on() -> None:
    file = Target(words=("tests/test_cart.py",))
    tests = [f"tests/test_cart.py::test_{name}" for name in ("total", "vat")]
    red = [fakes.failure(test=test) for test in tests]
    told = [fakes.opened(target=file), fakes.entered("failing-test"), *fakes.ran(1, *red, target=file)]
    port = fakes.FakeDoor(*told)
    async with shown(port) as pilot:
        await press(pilot, "P")
        text = text_of(pilot)
        assert "Which failing test?" in text
        assert all(test in text for test in tests)
        assert "all of them: tests/test_cart.py stays the target" in text
        await press(pilot, "2")
    chosen = cmd.Retarget(target=Target(words=(tests[1],)))
    assert port.commands == [chosen, cmd.PinTest(test=tests[1])]


async def test_a_command_that_was_tried_says_how_it_ended() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    number = port.state.last_number + 1
    command = Target(kind="command", words=("make", "check"))
    trial = Trial(kind="command", exit_code=0)
    async with shown(port) as pilot:
        port.happen(fakes.started(number, "acceptance", command, trial=trial))
        port.happen(fakes.finished(number, fakes.failure(), ending=Ending(kind="completed", exit_code=2)))
        await settle(pilot)
        await press(pilot, "number_sign")
        assert "exit 2" in text_of(pilot)
        assert "acceptance command" in text_of(pilot)
