"""Looking back on the same screen: leaps, two runs side by side, plots, past failures, a filtered timeline."""

from coach.core.history.similar_failure import PastFailure
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from tests.tui import fakes
from tests.tui.seeing import press, session_of, shown, text_of

OFFERED = ev.PastFailuresFound(
    run=1,
    candidates=(
        PastFailure(
            session="ab12cd34",
            how="the same failure",
            title="cart total",
            at=fakes.START,
            ending="verified",
            root_cause="the discount was taken twice",
            fix="--- shop/cart.py\n-    total -= discount\n [/bold]\x1b[31m",
        ),
    ),
)


async def test_leaps_go_to_the_first_red_the_last_green_and_each_attempt() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    reds = [each.seq for each in port.every if isinstance(each.event, ev.RunFinished) and each.event.failing]
    greens = [
        each.seq
        for each in port.every
        if isinstance(each.event, ev.RunFinished) and each.event.judged.outcome == "PASS"
    ]
    async with shown(port, (120, 30)) as pilot:
        await press(pilot, "g")
        assert port.position == reds[0]
        await press(pilot, "G")
        assert port.position == greens[-1]
        await press(pilot, "home", "right_parenthesis")
        attempts = [each.seq for each in port.every if isinstance(each.event, ev.AttemptRead)]
        assert port.position == (attempts[0] if attempts else 1)
        if not attempts:
            assert "no attempt that way" in text_of(pilot)


async def test_two_runs_stand_side_by_side() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (140, 45)) as pilot:
        await press(pilot, "G")
        green = port.state.last_number
        await press(pilot, "equals_sign")
        assert "with which other run?" in text_of(pilot)
        await press(pilot, "ctrl+a", "ctrl+k", "1", "enter")
        text = text_of(pilot)
        assert f"#1 and #{green}" in text
        assert "Only in #1" in text
        assert "Edited between them" in text
        await press(pilot, "escape", "equals_sign", "ctrl+a", "ctrl+k", "9", "9", "9", "enter")
        assert "no finished run #999" in text_of(pilot)


async def test_plots_are_those_of_the_moment() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (140, 45)) as pilot:
        await press(pilot, "i")
        whole = text_of(pilot)
        assert "Tests failing" in whole
        assert "Time at work" in whole
        assert "Attempts against hypotheses" in whole
        await press(pilot, "escape", "g", "i")
        assert text_of(pilot) != whole


async def test_the_timeline_is_limited_kind_by_kind() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (140, 45)) as pilot:
        await press(pilot, "backslash")
        assert session_of(pilot).view.kind == "all"
        await press(pilot, "backslash")
        text = text_of(pilot)
        assert "only runs" in text
        assert "step reproduce" not in text
        await press(pilot, "backslash", "backslash")
        assert "only thoughts" in text_of(pilot)


async def test_what_was_seen_before_is_offered_and_dismissed() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), OFFERED)
    async with shown(port, (140, 45)) as pilot:
        assert "Seen before" in text_of(pilot)
        await press(pilot, "k")
        text = text_of(pilot)
        assert "cause the discount was taken twice" in text
        assert "ab12cd34 the same failure" in text
        assert "-    total -= discount" in text
        assert "\x1b" not in text
        await press(pilot, "escape")
        assert not port.commands
        await press(pilot, "k", "enter")
        assert port.commands == [cmd.DismissPast(sessions=("ab12cd34",))]


async def test_what_is_shown_can_be_copied() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (140, 45)) as pilot:
        await press(pilot, "t", "Y")
        assert "step reproduce" in pilot.app.clipboard
