"""The call trace on the screen: it folds, shows where it parts, and never speaks markup."""

import pytest

from coach.core.localize.call_trace import Call, CallTrace, Divergence, LogLine
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.tui import availability
from tests.tui import fakes
from tests.tui.seeing import compare, press, settle, shown, text_of


def call(depth: int, function: str, value: str = "None", how: str = "returned", **arguments: str) -> Call:
    values = {"depth": depth, "path": "shop/cart.py", "line": 3, "function": function, "how": how}
    return Call.model_validate({**values, "value": value, "arguments": tuple(arguments.items())})


def traced(**more: object) -> ev.CallsTraced:
    name = fakes.TEST.rpartition("::")[2]
    calls = (
        call(0, "items", "[Item('tea'), Item('cup')]"),
        call(1, "Item.__init__", name="'tea'", price="9.0"),
        call(0, name, how="raised", value="AssertionError: assert 30.0 == 27.0"),
        call(1, "total", "30.0", items="[Item('tea'), …]", discount="0.1"),
        call(2, "rounded", "9", price="9.0"),
        call(2, "rounded", "9", price="9.0"),
        call(2, "taken_off", "30.0", amount="30.0", discount="0.1"),
        call(3, "is_due", "False", items="3"),
        call(1, "Receipt[/].__repr__", "'[bold]'"),
    )
    logs = (
        LogLine(at=2, source="DEBUG shop", text="began"),
        LogLine(at=6, source="WARNING shop.cart", text="no discount for 3 items", only_failing=True),
    )
    divergence = Divergence(
        kind="result",
        with_test="tests/test_cart.py::test_two",
        with_run=9,
        versus="test_two",
        at=7,
        here="is_due gave False",
        there="is_due gave True",
    )
    values = {"test": fakes.TEST, "run": 9, "calls": calls, "logs": logs, "left_out": 1_200, "first": 300}
    trace = CallTrace.model_validate({**values, **more})
    return ev.CallsTraced(trace=trace, divergence=divergence)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_tree_shows_where_it_parts_and_what_raised(size: tuple[int, int]) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), traced()), size) as pilot:
        await press(pilot, "T")
        text = text_of(pilot)
        assert "≠ is_due gave False; test_two is_due gave True" in text
        assert "rounded(price=9.0) → 9 × 2" in text
        assert "! WARNING shop.cart" in text
        compare(f"calls-{size[0]}x{size[1]}", text)


async def test_enter_folds_and_opens() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), traced())) as pilot:
        await press(pilot, "T", "enter")
        assert "▸ items()" in text_of(pilot)
        assert "Item.__init__" not in text_of(pilot)
        await press(pilot, "enter")
        assert "▾ items()" in text_of(pilot)
        await press(pilot, "escape")
        assert "≠ is_due" not in text_of(pilot)


async def test_it_traces_when_there_is_nothing_to_show_and_again_on_request() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "T")
        assert port.commands == [cmd.TraceCalls()]
        port.happen(traced())
        pilot.app.screen.show_newest()  # type: ignore[attr-defined]
        await settle(pilot)
        assert "≠ is_due gave False" in text_of(pilot)
        await press(pilot, "t", "p")
        assert port.commands[1:] == [cmd.TraceCalls(), cmd.TraceCalls(against="pass")]


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize("window", ["T", "Q"])
async def test_next_is_seen_above_a_window_that_only_shows_and_its_key_works(
    size: tuple[int, int], window: str
) -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), traced())
    async with shown(port, size) as pilot:
        advice = "h  hypothesis"
        await press(pilot, window)
        assert type(pilot.app.screen).__name__ != "SessionScreen"
        assert advice in text_of(pilot)
        await press(pilot, "h")
        assert type(pilot.app.screen).__name__ == "HypothesisForm"
        await press(pilot, "ctrl+s")
        assert type(pilot.app.screen).__name__ == "SessionScreen"
        assert cmd.GoToStep(step="hypothesize") in port.commands


async def test_a_past_session_shows_its_trace_and_makes_none() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), traced(), read_only="a past session")
    async with shown(port) as pilot:
        await press(pilot, "T", "t", "p")
        assert "≠ is_due gave False" in text_of(pilot)
        assert not port.commands


def test_why_there_is_none() -> None:
    state = fakes.FakeDoor(*fakes.story("reproduce")[:1]).state
    assert availability.no_calls(state, "held") == "this session is read only: held"
    assert availability.no_calls(fakes.FakeDoor(*fakes.story("isolate")).state, "") == ""
