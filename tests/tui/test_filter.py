"""Every list narrows to what holds a text while it is typed, by one key; esc shows everything again."""

import pytest
from textual.pilot import Pilot

from coach.core.protocol import commands as cmd
from coach.tui.start import StartApp
from coach.tui.views.filtered import count_entries, filtered
from coach.tui.views.line import BLANK, heading, line
from coach.tui.widgets.line_panel import LinePanel
from tests.tui import fakes, narrowing
from tests.tui.seeing import press, session_of, settle, shown, text_of
from tests.tui.test_calls import traced
from tests.tui.test_origins import followed
from tests.tui.test_past import OFFERED

LINES = (
    line("what is left out elsewhere is said here"),
    heading("Fruit"),
    line("Apple", key="1"),
    line("  grows on trees", key="1"),
    line("Cherry", key="2"),
    BLANK,
    heading("Roots"),
    line("Carrot").of_entry("3"),
    heading("Text"),
    line("of no list"),
)


def told(text: str) -> list[str]:
    return [each.plain for each in filtered(LINES, text) if each is not BLANK]


def test_an_entry_is_kept_whole_and_a_heading_goes_with_its_last_entry() -> None:
    text = ["Text", "of no list"]
    assert filtered(LINES, "") == LINES
    assert told("TREES") == [LINES[0].plain, "Fruit", "Apple", "  grows on trees", *text]
    assert told("carr") == [LINES[0].plain, "Roots", "Carrot", *text]
    assert told("nothing of it") == [LINES[0].plain, *text]
    assert count_entries(LINES) == 3


def searched(pilot: Pilot[None]) -> LinePanel:
    found = pilot.app.screen.panel  # type: ignore[attr-defined]
    assert isinstance(found, LinePanel)
    return found


def typed(text: str) -> list[str]:
    return [NAMES.get(each, each) for each in text]


NAMES = {" ": "space", "_": "underscore", ".": "full_stop", ":": "colon"}
LISTS = {
    "suspects": ((), "cart.py:19"),
    "runs": (("number_sign",), "0.32"),
    "timeline": (("t",), "pinned"),
    "help": (("question_mark",), "small changes"),
    "searches": (("B",), "commit"),
    "drafts": (("I",), "gives a wrong"),
    "calls": (("T",), "is_due"),
    "origins": (("Q",), "bold"),
}
"""List → the keys that open it, and what one of its entries holds."""


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_every_list_narrows_while_one_types_and_esc_shows_everything(size: tuple[int, int]) -> None:
    port = fakes.FakeDoor(*narrowing.measured(), traced(), followed())
    wrong: dict[str, object] = {}
    async with shown(port, size) as pilot:
        for name, (keys, text) in LISTS.items():
            await press(pilot, *keys)
            panel = searched(pilot)
            before = panel.text
            await press(pilot, "slash", *typed(text))
            during, said = panel.text, text_of(pilot)
            is_narrowed = text in during and len(during) < len(before)
            await press(pilot, "escape")
            if not is_narrowed or " shown · esc shows all" not in said or panel.text != before:
                wrong[name] = (during, said)
            while pilot.app.screen is not session_of(pilot):
                await press(pilot, "escape")
            await press(pilot, "escape")
    assert not wrong


async def test_enter_goes_into_the_list_and_acts_on_what_is_left() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        await press(pilot, "question_mark", "slash", *typed("whole suite once"), "enter", "enter")
        assert port.commands == [cmd.RunSuite()], "enter in the help does what the key would do"
        await press(pilot, "number_sign", "slash", *typed("0.32"), "enter", "enter")
        assert session_of(pilot).view.run == 2
        await press(pilot, "number_sign")
        assert "#3" in session_of(pilot).shown_panel.text, "a list that was left shows everything again"


async def test_enter_while_typing_agrees_to_nothing() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), OFFERED)
    async with shown(port) as pilot:
        await press(pilot, "k", "slash", *"q", "enter")
        assert not port.commands
        assert pilot.app.screen is not session_of(pilot)
        await press(pilot, "escape", "escape")
        assert pilot.app.screen is session_of(pilot)


async def test_a_folded_call_is_found() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), traced())
    async with shown(port) as pilot:
        await press(pilot, "T", "enter")
        assert "Item.__init__" not in searched(pilot).text
        await press(pilot, "slash", *typed("__init__"))
        assert "Item.__init__" in searched(pilot).text
        await press(pilot, "escape")
        assert "Item.__init__" not in searched(pilot).text


async def test_the_list_of_what_fails_narrows_too() -> None:
    app = StartApp((), ("tests/test_cart.py::test_total", "tests/test_tax.py::test_rate"), "shop")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "slash", *"TAX")
        assert app.query_one("#list").option_count == 1  # type: ignore[attr-defined]
        await press(pilot, "escape")
        assert app.query_one("#list").option_count == 3  # type: ignore[attr-defined]
        await press(pilot, "slash", *"tax", "enter", "enter")
        await settle(pilot)
    assert app.return_value is not None
    assert app.return_value.words == ("tests/test_tax.py::test_rate",)
