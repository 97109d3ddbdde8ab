"""What is copied from the screen has a file, whatever folders there are; the folder one works in gets none."""

import stat
from pathlib import Path

import pytest

from coach.store import kept_copies
from coach.store.kept_copies import MOST, keep


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder one works in; the state directory and that of temporary files lie beside it."""
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    yield work
    assert not list(work.iterdir())


def test_a_text_is_kept_whole_for_this_user_only(checkout: Path) -> None:
    texts = ["é ✘ \ud800\n", "", "x" * 100_000]
    places = [keep(text, "txt") for text in texts]
    assert len(set(places)) == len(texts)
    assert [place.read_text(encoding="utf-8") for place in places] == ["é ✘ \\ud800\n", "", "x" * 100_000]
    assert {place.parent for place in places} == {checkout.parent / "state/copies"}
    assert {stat.S_IMODE(place.stat().st_mode) for place in places} == {0o600}
    assert stat.S_IMODE(places[0].parent.stat().st_mode) == 0o700


@pytest.mark.usefixtures("checkout")
def test_only_the_newest_are_kept_and_nothing_else_is_removed() -> None:
    place = keep("", "txt")
    (place.parent / "mine.txt").touch()
    places = [place, *(keep(str(number), "svg") for number in range(MOST + 3))]
    assert sorted(each for each in places if each.exists()) == sorted(places[4:])
    assert (place.parent / "mine.txt").exists()


@pytest.mark.parametrize("state", ["a file", "nowhere", "full"])
def test_without_a_state_directory_it_is_a_temporary_folder(
    state: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = checkout.parent / "temporary"
    if state == "a file":
        (checkout.parent / "state").touch()
    elif state == "nowhere":
        monkeypatch.setenv("COACH_STATE_DIR", "/dev/null/state")
    else:
        (checkout.parent / "state").mkdir(mode=0o700)
        (checkout.parent / "state/copies").touch()
    place = keep("a text", "txt")
    assert place.parent.parent == temporary
    assert place.read_text() == "a text"
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert keep("another", "txt").parent == place.parent
    kept_copies._temporary.cache_clear()
