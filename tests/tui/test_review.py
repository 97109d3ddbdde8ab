"""A past session on the same screen: moved through by event and by run, never changed."""

from pathlib import Path

from coach.session.transcript_session import Source, open_transcript
from tests.cli.assistants import claude_code
from tests.tui import fakes
from tests.tui.seeing import press, shown, text_of


async def test_arrows_move_by_event_and_commas_by_run() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (120, 30)) as pilot:
        assert f"event {port.length} of {port.length}" in text_of(pilot)
        await press(pilot, "left")
        assert port.position == port.length - 1
        await press(pilot, "home")
        assert "event 1 of" in text_of(pilot)
        await press(pilot, "full_stop")
        assert "run #1" in text_of(pilot)
        first = port.position
        await press(pilot, "full_stop", "comma")
        assert port.position == first
        await press(pilot, "end", "right")
        assert port.position == port.length


async def test_nothing_can_be_asked_of_a_past_session() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (120, 30)) as pilot:
        await press(pilot, "r", "R", "v", "h", "s", "escape")
        assert not port.commands
        assert "read only: a past session" in text_of(pilot)


async def test_the_timeline_marks_where_we_are() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (120, 60)) as pilot:
        await press(pilot, "t", "home", "right")
        marked = [row for row in text_of(pilot).split("\n") if "▸" in row]
        assert len(marked) == 1
        assert "step reproduce" in marked[0]


async def test_a_session_of_a_transcript_says_whose_it_is_and_what_each_run_was_of(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    path.write_text(claude_code(), encoding="utf-8")
    async with shown(open_transcript(Source(str(path))), (140, 60)) as pilot:
        await press(pilot, "t")
        text = text_of(pilot)
        assert "imported from a transcript of Claude Code with made-up-1" in text
        assert "python repro.py" in text
        assert "by made-up-1" in text
        await press(pilot, "r", "R", "v")
        assert "read only" in text_of(pilot)


async def test_a_session_of_a_transcript_shows_what_was_read_and_claims_no_step(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    path.write_text(claude_code(), encoding="utf-8")
    for size in ((80, 24), (120, 38), (200, 50)):
        async with shown(open_transcript(Source(str(path))), size) as pilot:
            text = text_of(pilot)
            assert "transcript of Claude Code" in text, size
            assert "runs of 2 targets" in text
            assert "cannot be gone on with" in text
            assert "python repro.py" in text, "the runs are what is seen first"
            assert "Reproduce" not in text
            assert "Make it fail" not in text
            assert "To leave" not in text
            assert " cold" not in text, "nobody knows that of a run in a transcript"
            await press(pilot, "escape")
            assert "How often" not in text_of(pilot)
