"""Every text stands out from its ground in every theme: each role on each ground there is, and all that is drawn on the screens."""

from collections.abc import Iterator

import pytest
from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot

from coach.tui import themes
from coach.tui.screens.session import SessionScreen
from coach.tui.start import OpenSession, StartApp
from coach.tui.views.line import ROLES
from coach.tui.widgets.one_line import OneLine
from coach.tui.widgets.roles import Roles
from tests.tui import fakes
from tests.tui.contrast import LEAST, ratio, weak_texts
from tests.tui.seeing import begin_again, press, session_of, settle, shown, text_of
from tests.tui.textual_private import rows_of

NAMES = [theme.name for theme in themes.ALL]
SIZE = (160, 50)
SEEN = {
    "start": ("", "question_mark", "ctrl+p"),
    "reproduce": ("", "s"),
    "isolate": ("down", "h", "B", "E"),
    "partial": ("",),
    "done": ("", "x"),
}
"""Keys that lead to the screens of a step."""


async def wear(pilot: Pilot[None], theme: str) -> None:
    pilot.app.theme = theme
    await settle(pilot)


async def test_every_role_stands_out_from_every_ground() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), SIZE) as pilot:
        session = session_of(pilot)
        await session.mount(OneLine("welcome"))  # for its ground alone
        await press(pilot, "question_mark")
        weak = []
        for theme in NAMES:
            await wear(pilot, theme)
            weak += [f"{theme}: {each}" for each in weak_roles(session, grounds_of(pilot))]
    assert not weak


def grounds_of(pilot: Pilot[None]) -> dict[Color | None, str]:
    """Return every ground that lines are drawn on, and where."""
    drawing = [each for screen in pilot.app.screen_stack for each in screen.query(Roles)]
    found = {each.rich_style.bgcolor: f"{type(each).__name__} #{each.id}" for each in drawing}
    lit = session_of(pilot).get_component_rich_style("role--cursor").bgcolor
    return {**found, lit: "the line under the cursor"}


def weak_roles(session: SessionScreen, grounds: dict[Color | None, str]) -> Iterator[str]:
    for ground, where in grounds.items():
        for role in ROLES:
            own = session.get_component_rich_style(f"role--{role}", partial=True).bgcolor
            colour = session.get_component_rich_style(f"role--{role}").color
            found = ratio(Style(color=colour, bgcolor=own or ground))
            if found < LEAST:
                yield f"{role} on {where}: {found:.2f}"


@pytest.mark.parametrize("theme", NAMES)
async def test_every_text_of_the_screens_stands_out(theme: str) -> None:
    port, weak = fakes.FakeDoor(), set()
    async with shown(port, SIZE) as pilot:
        await wear(pilot, theme)
        for step, ways in SEEN.items():
            for way in ways:
                await begin_again(pilot, port, *fakes.story(step))
                await press(pilot, *filter(None, [way]))
                weak |= {f"{step} {way}: {each}" for each in weak_texts(pilot.app.screen)}
    assert not weak


async def test_the_list_to_begin_with_stands_out() -> None:
    async with StartApp([OpenSession("1", "a", "isolate")], ["t.py::t"], "shop").run_test(size=SIZE) as pilot:
        assert "what fails?" in text_of(pilot)
        for theme in NAMES:
            await wear(pilot, theme)
            assert not set(weak_texts(pilot.app.screen)), theme


async def test_another_theme_is_worn_by_all_that_is_drawn() -> None:
    """The names of the tabs kept the colours of the theme before until something else happened."""
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), SIZE) as pilot:
        await wear(pilot, themes.LIGHT.name)
        at_once = [list(row) for row in rows_of(pilot.app.screen)]
        session_of(pilot).paint()
        await settle(pilot)
        assert at_once == [list(row) for row in rows_of(pilot.app.screen)]


async def test_the_line_under_the_cursor_has_a_ground_of_its_own() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), SIZE) as pilot:
        await press(pilot, "down")
        ground = session_of(pilot).get_component_rich_style("role--cursor").bgcolor
        lit = {
            row.text
            for row in rows_of(pilot.app.screen)
            if sum(len(each.text) for each in row if each.style and each.style.bgcolor == ground) > 40
        }
    assert len(lit) == 1
    assert "discount.py:7 applicable" in lit.pop()
