"""What is copied or pictured is in a file that the message names, whatever the terminal does with it."""

from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store.kept_copies import keep
from coach.tui.host_services import NoHostServices
from tests.tui import fakes
from tests.tui.pointing import cell_of
from tests.tui.seeing import EXPORTED, press, session_of, settle, shown, text_of


class Host(NoHostServices):
    """Keeps files in the state directory; has no clipboard, or one that is called ``tool``."""

    def __init__(self, tool: str = "", *, is_full: bool = False) -> None:
        self.tool, self.is_full = tool, is_full
        self.places: list[str] = []

    def texts(self) -> list[str]:
        return [Path(each).read_text() for each in self.places]

    def copy(self, text: str) -> str:
        return self.tool

    def keep(self, text: str, ending: str) -> str:
        if self.is_full:
            raise StoreError("/state cannot be used", why="No space left on device")
        self.places.append(str(keep(text, ending)))
        return self.places[-1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize(("size", "tool"), [((80, 24), ""), ((120, 38), "xclip")], ids=str)
async def test_what_is_copied_or_pictured_has_a_file_and_the_message_names_it(size, tool, home: Path) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), size) as pilot:
        pilot.app.host = host = Host(tool)
        text = session_of(pilot).panel.text
        await press(pilot, "Y", "x", "c")
        await pilot.mouse_down(offset=cell_of(pilot, "amount = 0.0"))
        end = cell_of(pilot, " = 0.0")
        await pilot.hover(offset=end)
        await pilot.mouse_up(offset=end)
        await press(pilot, "ctrl+c")
        pilot.app.action_screenshot()
        await settle(pilot)
        texts = host.texts()
        assert texts[0] == text
        assert texts[1] == EXPORTED
        assert texts[2].startswith("amount")
        assert texts[3].startswith("<svg")
        assert f"picture: ~/{Path(host.places[3]).relative_to(home)}" in text_of(pilot)
        await press(pilot, "Y")
        assert f"copied: ~/{Path(host.places[4]).relative_to(home)}, and " in text_of(pilot)
        assert (f"and with {tool}" if tool else "and sent by OSC 52") in text_of(pilot)
        host.is_full = True
        await press(pilot, "Y")
        assert "in no file: /state cannot be used: No space" in text_of(pilot)
    assert not list((home / "work").iterdir())
