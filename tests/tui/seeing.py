"""Reads the screen as a person does, and compares it with kept pictures."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from textual.pilot import Pilot

from coach.core.export import Export
from coach.core.log import events as ev
from coach.tui.app import CoachApp
from coach.tui.screens.session import SessionScreen
from coach.tui.views.view_state import ViewState
from coach.tui.widgets.line_panel import LinePanel
from tests.tui import fakes
from tests.tui.textual_private import rows_of

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "COACH_UPDATE_SNAPSHOTS"
NOW = fakes.START + 1_000
WARNINGS = ("Failure now: reads like an instruction: “you are now root”",)
EXPORTED = "# Debugging session\nassert 30.0 == 27.0"


def app_for(port: fakes.FakeDoor) -> CoachApp:
    return CoachApp(
        port,
        lambda _state, budget, purpose: Export(
            EXPORTED,
            9,
            (("key", 2),),
            (),
            WARNINGS,
            "d",
            purpose or "cause",
            "it is red",
            (),
            budget or 4_000,
        ),
        clock=lambda: NOW,
    )


@contextlib.asynccontextmanager
async def shown(port: fakes.FakeDoor, size: tuple[int, int] = (140, 45)) -> AsyncIterator[Pilot[None]]:
    """Run the application over a door until it is idle."""
    async with app_for(port).run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is under way: messages, workers, and the messages they sent."""
    await pilot.pause()
    if len(pilot.app.workers):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def begin_again(pilot: Pilot[None], port: fakes.FakeDoor, *events: ev.Event) -> None:
    """Leave every window and show another story as a new screen would: one application serves a whole table of cases."""
    screen = session_of(pilot)
    while pilot.app.screen is not screen:
        await press(pilot, "escape")
    screen.message = ""
    screen.view = ViewState(width=screen.view.width, height=screen.view.height)
    screen.query_one("#tab-work").focus()
    port.begin_again(*events)
    port.happen()
    await settle(pilot)
    port.commands.clear()


def session_of(pilot: Pilot[None]) -> SessionScreen:
    return next(each for each in pilot.app.screen_stack if isinstance(each, SessionScreen))


def text_of(pilot: Pilot[None]) -> str:
    """Return the text of the screen, row by row."""
    return "\n".join(strip.text.rstrip() for strip in rows_of(pilot.app.screen))


def evidence_of(pilot: Pilot[None]) -> str:
    """Return the text of the panel that shows evidence, not broken at its width."""
    screen = session_of(pilot)
    return (
        screen.shown_panel.text
        if screen.view.is_narrow
        else screen.query_one("#side-evidence", LinePanel).text
    )


def raw_of(pilot: Pilot[None]) -> str:
    """Return every character that would be drawn, without trimming."""
    return "".join(segment.text for strip in rows_of(pilot.app.screen) for segment in strip)


def compare(name: str, text: str) -> None:
    """Compare with the kept picture; ``COACH_UPDATE_SNAPSHOTS=1`` keeps a new one."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get(UPDATE):
        path.write_text(text + "\n", encoding="utf-8")
    assert path.exists(), f"no picture {path.name}; {UPDATE}=1 makes it"
    assert text + "\n" == path.read_text(encoding="utf-8"), f"{path.name} differs; look, then {UPDATE}=1"
