"""One registry: every key does something, every disabled key says why, advice names only actions that exist."""

import ast
import inspect

import pytest
from textual.pilot import Pilot

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.workflow import advice, moves
from coach.tui.actions import HANDLERS
from coach.tui.keys import REGISTRY, action, footer
from coach.tui.views.key_name import keyed
from tests.tui import fakes
from tests.tui.seeing import begin_again, press, session_of, shown, text_of

DOES = {
    "run": cmd.RunTarget(),
    "reproduce": cmd.Reproduce(),
    "suite": cmd.RunSuite(),
    "watching": cmd.SetWatching(watching=False),
    "verify": cmd.Verify(),
    "narrow": cmd.RunTarget(scope="failures"),
    "spectrum": cmd.Suspects(scope="suite"),
    "confirm": cmd.ConfirmFix(),
    "back-step": cmd.GoToStep(step="hypothesize"),
}
WINDOWS = {
    "unpin": "ReasonForm",
    "rule-out": "ReasonForm",
    "note": "ReasonForm",
    "retarget": "ReasonForm",
    "root-cause": "ConclusionForm",
    "logpoint": "LogpointForm",
    "try": "TrialForm",
    "drafts": "Chooser",
    "budget": "ReasonForm",
    "close": "ReasonForm",
    "spec": "SpecForm",
    "hypothesis": "HypothesisForm",
    "export": "ExportPreview",
    "help": "ReadDialog",
    "searches": "SearchChooser",
    "calls": "CallTreeDialog",
    "origins": "OriginList",
    "hand-over": "ReasonForm",
    "compare": "ReasonForm",
    "figures": "ReadDialog",
    "palette": "Palette",
}
KEYS = [(each.id, key) for each in REGISTRY for key in each.keys]


def test_advice_of_the_gates_names_only_actions_of_the_registry() -> None:
    calls = [
        each
        for module in (advice, moves)
        for each in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "Advice"
    ]
    named = {
        call.args[1].value for call in calls if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }
    assert named
    assert not {each for each in named if not action(each)}


def test_every_action_has_a_handler_and_every_key_one_action() -> None:
    assert {each.id for each in REGISTRY} == set(HANDLERS)
    keys = [key for each in REGISTRY for key in each.keys]
    assert len(keys) == len(set(keys))


def what_is_wrong(pilot: Pilot[None], port: fakes.FakeDoor, action_id: str) -> str:
    """Return what a key did instead of its action; empty when it did that."""
    screen = type(pilot.app.screen).__name__
    if action_id in DOES:
        return "" if port.commands == [DOES[action_id]] else f"asked for {port.commands}"
    if action_id in WINDOWS:
        return "" if screen == WINDOWS[action_id] else f"opened {screen}"
    if action_id in {"output", "diff", "timeline", "runs"}:
        return "" if session_of(pilot).view.tab == action_id else f"shows {session_of(pilot).view.tab}"
    return "" if screen == "SessionScreen" else f"opened {screen}"


async def test_every_key_does_what_its_action_says() -> None:
    story, wrong = fakes.story("verify"), {}
    port = fakes.FakeDoor(*story)
    async with shown(port, (120, 30)) as pilot:
        for action_id, key in KEYS:
            if action_id == "quit":
                continue
            await begin_again(pilot, port, *story)
            await press(pilot, key)
            assert text_of(pilot)
            if found := what_is_wrong(pilot, port, action_id):
                wrong[action_id, key] = found
    assert not wrong


@pytest.mark.parametrize("key", [key for action_id, key in KEYS if action_id == "quit"])
async def test_a_key_that_quits_does(key: str) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("verify")), (120, 30)) as pilot:
        await press(pilot, key)
        assert pilot.app.return_code == 0


async def test_a_disabled_key_says_why() -> None:
    port, silent, seen = fakes.FakeDoor(read_only="held by process 4711"), [], 0
    async with shown(port, (120, 30)) as pilot:
        for each in REGISTRY:
            why = each.why_disabled(port.state, port.read_only)
            if not why or each.id == "quit":
                continue
            await begin_again(pilot, port)
            assert keyed(why)[:60] not in text_of(pilot)
            await press(pilot, each.keys[0])
            seen += 1
            if keyed(why)[:60] not in text_of(pilot) or port.commands:
                silent.append((each.id, port.commands))
    assert seen > 20
    assert not silent


@pytest.mark.parametrize(
    "step", ["start", "reproduce", "failing-test", "isolate", "hypothesize", "verify", "done"]
)
def test_the_footer_begins_with_the_advised_action(step: str) -> None:
    state = fakes.FakeDoor(*fakes.story(step)).state
    wanted = advice.next_move(state).action
    assert not wanted or footer(state, "")[0].id == wanted


def test_a_read_only_session_offers_nothing_that_writes() -> None:
    state = fakes.FakeDoor(*fakes.story("verify")).state
    offered = {each.id for each in footer(state, "a past session")}
    assert not offered & {"run", "verify", "spec", "hypothesis"}


async def test_another_place_is_asked_for_only_when_something_is_not_saved() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"), unsaved="the disk is full")
    async with shown(port, (80, 24)) as pilot:
        await press(pilot, "K")
        assert "the disk is full" in text_of(pilot)
        await press(pilot, *"/mnt/x", "ctrl+s")
        assert port.commands == [cmd.KeepElsewhere(place="/mnt/x")]
        port.unsaved = ""
        await press(pilot, "K")
        assert "everything is saved" in text_of(pilot)


async def test_pin_and_judge_ask_for_what_the_state_has() -> None:
    port = fakes.FakeDoor(*fakes.story("failing-test"))
    async with shown(port) as pilot:
        await press(pilot, "P")
        assert port.commands == [cmd.PinTest()]
        port.happen(ev.HypothesisProposed(id=1, claim="x", prediction={"text": "y"}))  # type: ignore[arg-type]
        await press(pilot, "j")
        assert type(pilot.app.screen).__name__ == "JudgeForm"


async def test_palette_finds_every_action_that_belongs_there() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("verify"))) as pilot:
        titles = [each.title for each in pilot.app.get_system_commands(pilot.app.screen)]
        for each in REGISTRY:
            assert any(f"({each.shown_key})" in title for title in titles) == each.palette
