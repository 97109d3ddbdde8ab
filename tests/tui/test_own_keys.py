from coach.tui import keys
from coach.tui.own_keys import with_keys
from tests.tui import fakes
from tests.tui.seeing import shown, text_of


async def test_what_the_screen_says_of_keys_follows_the_engineers_own(monkeypatch) -> None:
    monkeypatch.setattr(keys, "REGISTRY", with_keys(keys.REGISTRY, {"run": "f5", "watching": "f6"}))
    async with shown(fakes.FakeDoor(*fakes.story("start"))) as pilot:
        text = text_of(pilot)
        assert "f5  runs the target" in text
        assert " r  runs the target" not in text
