"""Row 22: keys, pastes, clicks and sizes by chance against a live session with the real engine, some of them."""

import sys
import time

import pytest

from benchmarks import monkey
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.settings.project import Settings
from tests.tui import fakes
from tests.tui.seeing import press, session_of, shown

PRESSES, SECONDS = 60, 8.0
"""Few, and of one seed: the thousands are pressed by ``benchmarks/monkey.py``."""


@pytest.mark.slow
async def test_row_22_random_keys_and_sizes_against_a_live_session(tmp_path, monkeypatch):
    """Row 22: nothing crashes, the session still answers, and no defect was met."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # exports are written where one is
    monkey.make_project(tmp_path / "project")
    notices = []
    settings = Settings(python=sys.executable, warm=False)
    with open_new(tmp_path / "project", Target(words=("test_it.py",)), settings) as port:
        port.subscribe(lambda update: notices.append(update.notice))
        port.submit(cmd.Begin(reproduce=True))
        await monkey.press_at_random(port, PRESSES, 1, time.monotonic() + SECONDS)
        assert port.submit(cmd.NoteExport(format="markdown", budget=1, digest="x", way="file")).result(30)
    assert not [each for each in notices if "a defect of coach" in each]


async def test_a_palette_without_room_for_its_list():
    """Found by chance: paging through a list that is not drawn raised KeyError inside of textual."""
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), (1, 1)) as pilot:
        for key in ("pageup", "pagedown", "down", "enter", "x"):
            await pilot.resize_terminal(1, 1)
            await press(pilot, "ctrl+p", "s", "p", key, key)
            await pilot.resize_terminal(120, 30)
            await press(pilot, "escape", "escape")
            assert pilot.app.screen is session_of(pilot)
