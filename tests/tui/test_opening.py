"""What is typed while a session opens is for the session; leaving needs no session."""

import contextlib
import threading
from collections.abc import AsyncIterator

from textual.pilot import Pilot

from coach.core.export import Export
from coach.tui import themes
from coach.tui.app import CoachApp
from coach.tui.launch import LastSeen, SessionLaunch
from coach.tui.screens.waiting import WaitingScreen
from tests.tui import fakes
from tests.tui.contrast import weak_texts
from tests.tui.seeing import EXPORTED, session_of, settle, text_of


class Slow:
    """A session that opens when it is told to."""

    def __init__(self) -> None:
        self.may_open = threading.Event()
        self.port = fakes.FakeDoor(*fakes.story("isolate"))

    def open(self) -> fakes.FakeDoor:
        assert self.may_open.wait(60)
        return self.port


@contextlib.asynccontextmanager
async def opening(slow: Slow, last_seen: LastSeen | None = None) -> AsyncIterator[Pilot[None]]:
    def export(_state: object, _budget: object, _purpose: object) -> Export:
        return Export(EXPORTED, 9, (), (), (), "d")

    way = SessionLaunch("tests/test_cart.py", slow.open, last_seen=lambda: last_seen)  # type: ignore[arg-type]
    app = CoachApp(None, export, launch=way)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            assert isinstance(app.screen, WaitingScreen)
            yield pilot
    finally:
        slow.may_open.set()


async def opened(pilot: Pilot[None], slow: Slow) -> None:
    slow.may_open.set()
    opener = pilot.app._opener  # type: ignore[attr-defined]
    while opener.is_alive():
        await pilot.pause()
    await settle(pilot)


async def test_the_frame_of_the_session_is_there_meanwhile_and_can_be_read_in_every_theme() -> None:
    """Textual does not load the ``CSS`` of an application's first screen: everything stood in the upper left corner."""
    async with opening(Slow()) as pilot:
        rows = text_of(pilot).splitlines()
        assert (len(rows), rows[-1].strip()) == (40, "q  quit")
        assert rows[2].startswith("╭")
        assert rows[-2].startswith("╰")
        for theme in themes.ALL:
            pilot.app.theme = theme.name
            await settle(pilot)
            assert not list(weak_texts(pilot.app.screen)), theme.name


async def test_keys_typed_meanwhile_are_for_the_session() -> None:
    slow = Slow()
    async with opening(slow) as pilot:
        await pilot.press("s", *"sum")
        await opened(pilot, slow)
        assert pilot.app.screen is not session_of(pilot)
        assert "sum" in text_of(pilot)


async def test_the_failure_is_shown_while_the_session_opens() -> None:
    slow = Slow()
    async with opening(slow, LastSeen("tests/test_x.py::test[/b]", "KeyError: '[/pen]\x1b[2J'")) as pilot:
        while "KeyError" not in text_of(pilot):
            await pilot.pause()
        assert "✘ KeyError: '[/pen]" in text_of(pilot)
        assert "tests/test_x.py::test[/b]" in text_of(pilot)
        assert "opening" in text_of(pilot)
        rows = text_of(pilot).split("\n")
        assert rows[2].startswith("╭"), "the frame that the session will fill"
        assert "q  quit" in rows[-1]


async def test_q_leaves_at_once() -> None:
    slow = Slow()
    async with opening(slow) as pilot:
        await pilot.press("s", "q")
        await settle(pilot)
        assert pilot.app.return_code == 0
