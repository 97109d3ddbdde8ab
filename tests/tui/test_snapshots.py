"""Whole screens as text. A difference is a question, not a defect: look at it, then keep it."""

import itertools
from pathlib import Path

import pytest

from coach.core.log import events as ev
from coach.store.log import read_log
from tests.tui import fakes
from tests.tui.seeing import begin_again, compare, press, shown, text_of

DEMO = Path(__file__).parent / "demo-session"
"""A whole session on the demo, real runs and all; ``python screenshots/make.py screens log`` records another one."""
STEPS = ("reproduce", "failing-test", "isolate", "hypothesize", "verify")
SIZES = [(80, 24), (120, 38), (160, 50)]

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


async def test_each_step_of_the_demo_in_three_sizes() -> None:
    """Every step as it was left: the moment before the next one was entered, or the session closed."""
    told = [record.event for record in read_log(DEMO).records]
    ends = [
        at for at, each in enumerate(told) if at > 2 and isinstance(each, ev.StepEntered | ev.SessionClosed)
    ]
    port = fakes.FakeDoor()
    async with shown(port) as pilot:
        for (width, height), (step, end) in itertools.product(SIZES, zip(STEPS, ends, strict=True)):
            await pilot.resize_terminal(width, height)
            await begin_again(pilot, port, *told[:end])
            compare(f"demo-{step}-{width}x{height}", text_of(pilot))
