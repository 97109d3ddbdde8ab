"""A drill on the screen: its clock and what hints cost in the top line, what is asked, and the debrief that opens by itself."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.debrief import Debrief, EvidencePath
from coach.core.drill.drill import Cause
from coach.core.drill.facts import Graded, Played, SuiteFacts
from coach.core.drill.score import Effort, Score, ScoreLine
from coach.core.localize.call_trace import CallsRequest
from coach.core.log import events as ev
from coach.core.log.recorded_request import RecordedRequest
from coach.core.protocol import commands as cmd
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.instrument import Trace
from coach.core.runs.run import RunRequest
from tests.tui import fakes
from tests.tui.seeing import compare, press, settle, shown, text_of

BEGAN = ev.DrillBegan(
    set="shop", number=3, task=f"## Task\n\nThe test `{fakes.TEST}` fails. Find the cause.\n"
)
FIX = Hunk(
    old_start=5,
    old_lines=1,
    new_start=5,
    new_lines=1,
    heading="def total(items, discount=0.0):",
    text="-        amount += round(item.price) * item.quantity\n+        amount += item.price * item.quantity",
)
DEBRIEF = Debrief(
    causes=(Cause(path="shop/cart.py", function="total", lines=(5,)),),
    fix=Changes(
        base="a", tree="b", files=(FileChange(path="shop/cart.py", change="modified", hunks=(FIX,)),)
    ),
)
PATHS = (
    EvidencePath(rank=0),
    EvidencePath(hints=("suspects",), rank=2, seconds=1.24),
    EvidencePath(hints=("divergence",), rank=1, seconds=0.91),
)
SCORE = Score(
    lines=(
        ScoreLine(name="fixed", judged="met", said="3 tests green in a fresh process"),
        ScoreLine(name="test written", judged="not judged", said="no test was asked for"),
        ScoreLine(name="cause named", judged="not met", said="no cause was named"),
        ScoreLine(name="scope kept", judged="met", said="1 line of code"),
        ScoreLine(name="fair", judged="not judged", said="a person played"),
    ),
    effort=Effort(runs=2, attempts=1, files=1, hints=("suspects", "divergence")),
)
SCORED = ev.DrillScored(graded=Graded(tree="t9", suite=SuiteFacts(passed=3)), played=Played(), score=SCORE)


def looked(number, instrument):
    request = RunRequest(
        number=number, purpose="trace", target=fakes.TARGET, focus=TestId(fakes.TEST), instrument=instrument
    )
    return ev.RunStarted(request=RecordedRequest.of(request))


def playing(*more):
    return fakes.FakeDoor(*fakes.story("reproduce")[:1], BEGAN, *fakes.story("reproduce")[1:], *more)


def top(pilot):
    return text_of(pilot).split("\n")[0]


async def test_the_clock_is_in_the_top_line_and_hints_are_counted_beside_it() -> None:
    port = playing()
    async with shown(port) as pilot:
        assert "drill 11:24" in top(pilot)  # a gap counts for ten minutes at most
        assert "hint" not in top(pilot)
        number = port.state.last_number
        port.happen(looked(number + 1, Trace()), looked(number + 2, CallsRequest()))
        await settle(pilot)
        assert "2 hints −10" in top(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 38), (160, 50)])
async def test_the_key_shows_what_is_asked_and_what_costs(size: tuple[int, int]) -> None:
    async with shown(playing(), size) as pilot:
        await press(pilot, "J")
        text = text_of(pilot)
        assert "Find the" in text
        assert "each −5 points" in text
        compare(f"drill-{size[0]}x{size[1]}", text)


async def test_the_debrief_opens_when_it_is_graded_and_grows_while_evidence_is_measured() -> None:
    port = playing()
    async with shown(port, (120, 45)) as pilot:
        port.happen(SCORED, ev.DrillDebriefed(debrief=DEBRIEF))
        await settle(pilot)
        text = text_of(pilot)
        assert "Drill shop/3: 67 %" in text
        assert "✘ cause named   no cause was named" in text
        assert "shop/cart.py:5 total" in text
        assert "+        amount += item.price" in text
        assert "being measured" in text
        measured = DEBRIEF.model_copy(update={"paths": PATHS, "is_measured": True})
        port.happen(ev.DrillDebriefed(debrief=measured))
        await settle(pilot)
        text = text_of(pilot)
        assert "divergence would have named the right function first, for 5 points" in text
        assert "not among the suspects" in text
        compare("drill-debrief-120x45", text)
        await press(pilot, "escape")
        assert "drill 67 % in 1:24" in top(pilot)
        await press(pilot, "J")
        assert "The shortest path" in text_of(pilot)


async def test_that_it_is_graded_is_said_and_closing_says_so_before() -> None:
    port = playing()
    async with shown(port) as pilot:
        await press(pilot, "C")
        assert "The drill ends here, and what is there is graded." in text_of(pilot)
        await press(pilot, "escape")
        port.happen(ev.SessionClosed(ending="abandoned"))
        await settle(pilot)
        assert "being graded" in top(pilot)


async def test_a_session_that_plays_no_drill_has_none() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        assert "drill" not in top(pilot)
        await press(pilot, "J")
        assert "this session plays no drill" in text_of(pilot)
        assert not port.commands


async def test_an_investigation_would_be_all_hints_at_once_and_says_what_to_press() -> None:
    port = playing()
    async with shown(port) as pilot:
        await press(pilot, "Z")
        assert "in a drill each hint is asked for by itself: S, M, T, Q" in text_of(pilot)
        assert not port.commands
        await press(pilot, "S")
        assert port.commands == [cmd.Suspects(scope="suite")]
