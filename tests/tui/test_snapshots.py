"""Whole screens as text. A difference is a question, not a defect: look at it, then keep it."""

import pytest

from tests.tui import fakes
from tests.tui.seeing import compare, press, shown, text_of

SCENES = [
    ("start", (80, 24), ()),
    ("reproduce", (140, 45), ()),
    ("failing-test", (120, 36), ()),
    ("isolate", (80, 24), ()),
    ("isolate", (140, 45), ()),
    ("hypothesize", (120, 36), ()),
    ("partial", (140, 45), ()),
    ("partial", (80, 24), ("right_square_bracket",)),
    ("verify", (120, 36), ("d",)),
    ("done", (120, 36), ("t",)),
]


@pytest.mark.parametrize(("step", "size", "keys"), SCENES)
async def test_scene(step: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    async with shown(fakes.FakeDoor(*fakes.story(step)), size) as pilot:
        await press(pilot, *keys)
        compare("-".join([step, f"{size[0]}x{size[1]}", *keys]), text_of(pilot))


async def test_review_scene() -> None:
    async with shown(fakes.FakeReview(*fakes.story("done")), (80, 24)) as pilot:
        await press(pilot, "comma")
        compare("review-80x24", text_of(pilot))
