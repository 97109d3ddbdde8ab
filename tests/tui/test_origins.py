"""Where a value came from, on the screen: asked by itself, asked about another value, never in markup."""

from coach.core.localize.origins import Condition, Origin, Origins
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.tui import availability
from tests.tui import fakes
from tests.tui.seeing import press, settle, shown, text_of


def followed() -> ev.OriginsTraced:
    made = {"path": "shop/cart.py", "function": "Cart[/].total", "how": "returned", "value": "19.98"}
    return ev.OriginsTraced(
        origins=Origins(
            test=fakes.TEST,
            run=9,
            expression="total",
            value="19.98",
            path="tests/test_cart.py",
            line=12,
            origins=(
                Origin(line=32, name="total()", **made),
                Origin(line=30, name="[bold]", **made, is_sure=False),
            ),
            conditions=(Condition(path="shop/cart.py", line=28, function="total", text="rate > 3"),),
            opaque=("json.loads",),
            left_out=("3 steps were not kept",),
        )
    )


async def test_it_asks_by_itself_and_about_another_value() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (120, 40)) as pilot:
        await press(pilot, "Q")
        assert port.commands == [cmd.TraceOrigins()]
        port.happen(followed())
        pilot.app.screen.show_newest()  # type: ignore[attr-defined]
        await settle(pilot)
        text = text_of(pilot)
        assert "total = 19.98 ← Cart[/].total cart.py:32" in text
        assert "shop/cart.py:30 Cart[/].total  [bold] = 19.98  returned, likely" in text
        assert "rate > 3" in text
        assert "json.loads" in text
        assert "3 steps were not kept" in text
        await press(pilot, "v")
        for each in "tax at shop/cart.py:7":
            await pilot.press({" ": "space"}.get(each, each))
        await press(pilot, "enter")
        assert port.commands[1:] == [cmd.TraceOrigins(expression="tax", path="shop/cart.py", line=7)]


async def test_a_past_session_shows_its_answer_and_asks_nothing() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), followed(), read_only="a past session")
    async with shown(port) as pilot:
        await press(pilot, "Q", "t", "v")
        assert "total = 19.98" in text_of(pilot)
        assert not port.commands


def test_why_there_is_none() -> None:
    state = fakes.FakeDoor(*fakes.story("reproduce")[:1]).state
    assert availability.no_origins(state, "held") == "this session is read only: held"
    assert availability.no_origins(fakes.FakeDoor(*fakes.story("isolate")).state, "") == ""
