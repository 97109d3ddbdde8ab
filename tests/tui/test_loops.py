"""A loop on the screen: said once, with its evidence and its keys; nothing is blocked, nothing is restored unasked."""

import pytest

from coach.core.history.restore_goal import Goal, goal
from coach.core.log import events as ev
from coach.core.loops.attempt import attempt_words
from coach.core.protocol import commands as cmd
from coach.tui import keys
from tests.tui import fakes, narrowing
from tests.tui.seeing import compare, press, session_of, settle, shown, text_of


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_banner_says_what_is_seen_and_the_ways_on(size: tuple[int, int]) -> None:
    async with shown(fakes.FakeDoor(*narrowing.loop()), size) as pilot:
        text = text_of(pilot)
        move, reason = text.split("\n")[2:4]
        assert move.startswith(" ⚠ Look at the state before the next edit: back to Isolate.")
        assert "no effect  Patches #4, #5 and #6 leave the same failure." in reason
        assert " 3  Isolate " in text
        assert " z  restore #3 " in text
        assert " D  dismiss " in text
        compare(f"loop-{size[0]}x{size[1]}", text)


async def test_a_banner_leaves_the_tops_of_the_panels_where_they_are() -> None:
    port = fakes.FakeDoor(*narrowing.loop()[:-1])
    async with shown(port) as pilot:
        before = text_of(pilot).split("\n")
        port.happen(narrowing.noticed())
        await settle(pilot)
        after = text_of(pilot).split("\n")
        assert after[:1] == before[:1]
        assert [row[:100] for row in after[4:12]] == [row[:100] for row in before[4:12]]
        port.happen(ev.LoopDismissed(pattern="no-effect", place=fakes.TEST, reason="sure"))
        await settle(pilot)
        assert "no effect  Patches" not in text_of(pilot)


async def test_the_digit_of_the_named_step_makes_the_move() -> None:
    port = fakes.FakeDoor(*narrowing.loop())
    assert keys.footer(port.state, "")[0].shown_key == "3"
    async with shown(port) as pilot:
        await press(pilot, "3")
        assert port.commands == [cmd.GoToStep(step="isolate")]
        session_of(pilot).press("go-to-step")
        assert port.commands[1:] == [cmd.GoToStep(step="isolate")]


def test_a_move_to_the_present_step_offers_what_else_answers_it() -> None:
    state = fakes.FakeDoor(*narrowing.loop(), narrowing.noticed(step="hypothesize")).state
    assert keys.advised(state) is not None  # the older notice still stands
    here = fakes.FakeDoor(*narrowing.loop()[:-1], narrowing.noticed(step="hypothesize")).state
    other = keys.advised(here)
    assert other is not None
    assert other.id == "logpoint"


async def test_restoring_asks_first_and_names_run_files_and_the_way_back() -> None:
    port = fakes.FakeDoor(*narrowing.loop())
    async with shown(port) as pilot:
        await press(pilot, "z")
        text = text_of(pilot)
        assert "Restore #3" in text
        assert "shop/cart.py" in text
        assert "It can be undone" in text
        await press(pilot, "z", "escape")
        assert not port.commands
        await press(pilot, "z", "enter")
        assert port.commands == [cmd.RestoreTree(run=3)]


async def test_restoring_offers_the_fewest_failures_beside_where_the_loop_began() -> None:
    """Where the loop began two tests failed; in #5 only one did."""
    two = (fakes.failure(), fakes.failure(test="tests/test_cart.py::test_two"))
    begun = [
        *fakes.story("isolate"),
        *fakes.ran(4, *two, tree="t4"),
        *fakes.ran(5, fakes.failure(), tree="t5"),
    ]
    port = fakes.FakeDoor(*begun, *fakes.ran(6, *two, tree="t6"), narrowing.noticed(restore_run=4))
    async with shown(port) as pilot:
        await press(pilot, "z")
        assert "1   #4: 2 failing tests; where the loop began" in text_of(pilot)
        assert "2   #5: 1 failing test; the fewest failures, no test weakened" in text_of(pilot)
        await press(pilot, "2")
        assert "Restore #5" in text_of(pilot)
        await press(pilot, "enter")
        assert port.commands == [cmd.RestoreTree(run=5)]


async def test_z_again_undoes_the_restore() -> None:
    port = fakes.FakeDoor(*narrowing.loop(), narrowing.restored())
    async with shown(port) as pilot:
        await press(pilot, "z")
        assert "Undo the restore" in text_of(pilot)
        assert "shop/cart.py" in text_of(pilot)
        await press(pilot, "enter")
        assert port.commands == [cmd.RestoreTree(tree="t6")]


def test_after_an_edit_z_means_the_last_pass_again() -> None:
    green = fakes.ran(7, purpose="feedback", tree="green")
    told = [*narrowing.loop(), narrowing.restored(), *green, *narrowing.edited(8)]
    assert goal(fakes.FakeDoor(*told).state) == Goal(run=7)


def test_without_anything_recorded_nothing_is_restored() -> None:
    assert goal(fakes.FakeDoor(*fakes.story("reproduce")).state) is None


async def test_dismissing_asks_why() -> None:
    port = fakes.FakeDoor(*narrowing.loop())
    async with shown(port) as pilot:
        await press(pilot, "D", "enter")
        assert not port.commands
        await press(pilot, *"no", "enter")
        assert port.commands == [cmd.DismissLoop(pattern="no-effect", reason="no")]


@pytest.mark.parametrize(
    ("key", "answer"), [("3", cmd.GoToStep(step="isolate")), ("escape", None), ("z", None), ("D", None)]
)
async def test_a_stop_card_comes_by_itself_and_each_key_answers(key: str, answer: cmd.Command | None) -> None:
    port = fakes.FakeDoor(*narrowing.loop()[:-1])
    async with shown(port) as pilot:
        port.happen(narrowing.noticed("card"))
        await settle(pilot)
        assert type(pilot.app.screen).__name__ == "LoopDialog"
        await press(pilot, key)
        assert port.commands == ([answer] if answer else [])
        names = {"z": "ConfirmDialog", "D": "ReasonForm"}
        assert type(pilot.app.screen).__name__ == names.get(key, "SessionScreen")


async def test_a_stop_card_comes_once_and_never_over_a_window() -> None:
    port = fakes.FakeDoor(*narrowing.loop()[:-1])
    async with shown(port) as pilot:
        await press(pilot, "m")
        port.happen(narrowing.noticed("card"))
        await settle(pilot)
        assert type(pilot.app.screen).__name__ == "ReasonForm"
        await press(pilot, "escape")
        port.happen(notice="anything")
        await settle(pilot)
        assert session_of(pilot) is pilot.app.screen
        await press(pilot, "L")
        assert "The way on" in text_of(pilot)
        compare("card-140x45", text_of(pilot))


async def test_a_note_stands_with_its_run_and_nowhere_else() -> None:
    port = fakes.FakeDoor(*narrowing.loop()[:-1], narrowing.noticed("note"))
    async with shown(port) as pilot:
        text = text_of(pilot)
        assert "no effect ✘✘✘✘✘✘ #6" in text.split("\n")[1]
        assert "⚠" not in text
        assert " D  dismiss" not in text
        await press(pilot, "number_sign")
        assert "· Patches #4, #5 and #6" in text_of(pilot)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "+2 files"),
        ({"nature": "tests"}, "+2 files · tests only"),
        ({"nature": "observing", "by": "claude"}, "+2 files · observing · by claude"),
        ({"restored": True}, "restored"),
        ({"head_moved": True}, "another commit checked out"),
    ],
)
def test_an_attempt_in_words(more: dict[str, object], words: str) -> None:
    assert attempt_words(narrowing.attempt(4, **more).attempt) == words


async def test_handing_over_and_back() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "H", "enter")
        assert port.commands == [cmd.HandOver(to="assistant")]
        port.happen(ev.HandedOver(to="assistant"))
        await settle(pilot)
        await press(pilot, "H")
        assert port.commands[-1] == cmd.HandBack()


async def test_a_past_session_shows_the_loop_and_offers_no_answer() -> None:
    async with shown(fakes.FakeReview(*narrowing.loop("card"))) as pilot:
        text = text_of(pilot)
        assert "Patches #4, #5 and #6" in text
        assert " D  dismiss" not in text
        await press(pilot, "L", "z")
        assert type(pilot.app.screen).__name__ == "LoopDialog"
