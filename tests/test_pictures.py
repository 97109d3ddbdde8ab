"""The pictures in `screenshots/`: every screen in three sizes and three themes, small, from the program, and loading nothing."""

import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from coach.tui import themes

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "screenshots"
SIZES = {"80x24", "120x38", "160x50"}
PICTURES = sorted(FOLDER.rglob("*.svg"))
STORY = FOLDER / "story.svg"
MOST_BYTES, MOST_OF_STORY = 8_000_000, 1_000_000
LONGEST_PAUSE = 2.0
NOT_EVERYWHERE = {"gate": {"80x24"}, "runs": {"80x24", "120x38"}}
"""Screens that stand beside the code where there is room."""
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/2000/svg)|@font-face|@import|url\(|<script|/home/|/root/")


def test_every_screen_is_there_in_each_size_and_theme():
    seen = {}
    for path in PICTURES:
        if path != STORY:
            theme, size, name = path.relative_to(FOLDER).with_suffix("").parts
            seen.setdefault(name, set()).add((theme, size))
    expected = {theme.name.removeprefix("coach-") for theme in themes.ALL}
    for name, found in seen.items():
        sizes = NOT_EVERYWHERE.get(name, SIZES)
        assert found == {(theme, size) for theme in expected for size in sizes}, name
    steps = {"reproduce", "failing-test", "isolate", "hypothesize", "verify"}
    assert set(seen) > steps | {
        "gate",
        "runs",
        "output",
        "diff",
        "timeline",
        "help",
        "palette",
        "picker",
        "waiting",
    }


def test_pictures_are_whole_small_and_load_nothing():
    for path in PICTURES:
        text = path.read_text(encoding="utf-8")
        assert not ELSEWHERE.findall(text), path
        assert ET.fromstring(text).find("{*}title").text, path
    assert sum(path.stat().st_size for path in PICTURES) < MOST_BYTES
    assert STORY.stat().st_size < MOST_OF_STORY


def test_pages_show_pictures_that_are_there_and_the_gallery_shows_all():
    gallery = (FOLDER / "README.md").read_text(encoding="utf-8")
    linked = {FOLDER / each for each in re.findall(r"\]\(([^)]+\.svg)\)", gallery)}
    assert linked == set(PICTURES)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {ROOT / each for each in re.findall(r"\]\((screenshots/[^)]+)\)", readme)}
    assert STORY in shown
    assert {each for each in shown if not each.exists()} == set()


def test_the_cast_tells_the_story_to_its_end_without_long_pauses():
    header, *events = map(json.loads, (FOLDER / "story.cast").read_text(encoding="utf-8").splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 120, 38)
    times = [0.0, *(at for at, _, _ in events)]
    assert max(later - sooner for sooner, later in itertools.pairwise(times)) < LONGEST_PAUSE + 0.01
    written = "".join(text for _, kind, text in events if kind == "o")
    assert "coach debug --demo" in written
    assert "closed: verified" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)
    assert not ELSEWHERE.findall(written)
