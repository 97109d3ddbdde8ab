"""Every list has a marked row from the first look on: enter acts, and the row that is marked is the one that is meant."""

import pytest

from coach.core.protocol import commands as cmd
from tests.tui import fakes, narrowing
from tests.tui.seeing import press, session_of, shown, text_of


async def test_enter_opens_the_first_standing_suspect_at_once() -> None:
    first = fakes.SUSPECTS[0].key
    ruled_out = fakes.ev.SuspectRuledOut(suspect=first, reason="it is right")
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), ruled_out)) as pilot:
        await press(pilot, "enter")
        assert session_of(pilot).view.suspect == fakes.SUSPECTS[1].key
        assert "no editor" in text_of(pilot)


async def test_enter_on_a_hypothesis_judges_it() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("hypothesize"))) as pilot:
        await press(pilot, "enter")
        assert type(pilot.app.screen).__name__ == "JudgeForm"
        assert "Judge H2" in text_of(pilot)


async def test_enter_on_the_runs_shows_the_newest_output_and_follows_new_runs_until_somebody_chooses() -> (
    None
):
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    port.outputs = {2: "the second", 3: "the third", 4: "the fourth"}
    async with shown(port, (160, 50)) as pilot:
        runs = session_of(pilot).query_one("#side-runs")
        runs.focus()
        await press(pilot, "enter")
        assert "the third" in text_of(pilot)
        port.happen(*fakes.ran(4, fakes.failure()))
        runs.focus()
        await press(pilot, "enter")
        assert "the fourth" in text_of(pilot)
        runs.focus()
        await press(pilot, "down", "down")
        port.happen(*fakes.ran(5, fakes.failure()))
        await press(pilot, "enter")
        assert "the second" in text_of(pilot)


@pytest.mark.parametrize("keys", [("B", "enter"), ("B", "1")])
async def test_the_chooser_of_searches_begins_with_one_that_is_possible(keys: tuple[str, ...]) -> None:
    port = fakes.FakeDoor(*narrowing.measured())
    async with shown(port) as pilot:
        await press(pilot, *keys)
        assert port.commands == [cmd.BeginSearch(kind="edits")]


async def test_the_chooser_of_drafts_takes_its_first_with_enter() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        await press(pilot, "I", "enter")
        assert type(pilot.app.screen).__name__ == "HypothesisForm"


async def test_enter_in_the_timeline_of_a_live_session_says_where_events_are_gone_to() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        await press(pilot, "t", "enter")
        assert "coach review" in text_of(pilot)
