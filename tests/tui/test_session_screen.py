"""The main screen: what it shows when things happen, how it is moved through, how it is left."""

import signal

import pytest

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol.live import LiveSnapshot
from tests.tui import fakes
from tests.tui.seeing import app_for, press, session_of, settle, shown, text_of


async def test_changes_and_notices_reach_the_screen() -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port) as pilot:
        assert "○ no run yet" in text_of(pilot)
        port.happen(*fakes.ran(1, fakes.failure()), notice="nothing is running", is_refusal=True)
        await settle(pilot)
        assert "✘ red" in text_of(pilot)
        assert "⚠ nothing is running" in text_of(pilot)


async def test_a_run_under_way_does_not_put_the_lamp_out() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"), fakes.started(4, "feedback"))
    port.live.now = LiveSnapshot(
        version=1, run=4, selected=41, finished=17, failed=1, failure="KeyError: '\x1b[31mcart'"
    )
    async with shown(port) as pilot:
        session_of(pilot)._paint_live()
        await settle(pilot)
        assert "✘ red" in text_of(pilot)
        assert "17 of 41 tests · 1 failed: KeyError: 'cart' ·" in text_of(pilot)
        await press(pilot, "escape")
        assert port.commands == [cmd.CancelRun()]


async def test_a_run_that_hangs_says_where_and_for_how_long() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"), fakes.started(4, "feedback"))
    port.live.now = LiveSnapshot(
        version=1, run=4, selected=3, current_test="t.py::test_\x1b[2Jhang", silent=75
    )
    async with shown(port, (80, 24)) as pilot:
        session_of(pilot)._paint_live()
        await settle(pilot)
        assert "0 of 3 tests · silent 75 s in test_" in text_of(pilot)


async def test_the_seconds_of_a_run_pass_while_nothing_else_happens() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"), fakes.started(4, "feedback"))
    async with shown(port) as pilot:
        began = port.state.under_way[-1].started
        for spent in (3, 4):
            session_of(pilot).clock = lambda spent=spent: began + spent  # type: ignore[misc]
            session_of(pilot)._paint_live()
            await settle(pilot)
            assert f"#4 after a save · {spent} s" in text_of(pilot)


async def test_what_was_said_gives_way_to_the_next_run() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        session_of(pilot).show_message("an old story")
        port.happen(fakes.started(4, "feedback"))
        await settle(pilot)
        assert "an old story" not in text_of(pilot)
        port.happen(fakes.started(5, "feedback"), notice="and why")
        await settle(pilot)
        assert "and why" in text_of(pilot)


async def test_live_output_follows_its_end_and_is_only_asked_for_when_seen() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"), fakes.started(4, "feedback"))
    port.live.now = LiveSnapshot(version=1, run=4, lines=tuple(f"line {n}" for n in range(200)), dropped=9)
    async with shown(port) as pilot:
        session_of(pilot)._paint_live()
        assert set(port.live.asked) == {0}
        await press(pilot, "l")
        session_of(pilot)._paint_live()
        await settle(pilot)
        assert port.live.asked[-1] > 0
        assert "line 199" in text_of(pilot)


async def test_kept_output_of_a_selected_run_is_shown() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    port.outputs = {2: "output of the second", 3: "output of the third"}
    async with shown(port, (160, 50)) as pilot:
        await press(pilot, "l")
        assert "output of the third" in text_of(pilot)
        session_of(pilot).query_one("#side-runs").focus()
        await press(pilot, "down", "enter")
        assert "output of the second" in text_of(pilot)


async def test_search_marks_and_counts() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    port.outputs = {3: "apple\npear\nApple"}
    async with shown(port) as pilot:
        await press(pilot, "l", "slash", *"apple")
        assert "1 of 2" in text_of(pilot)
        await press(pilot, "enter")
        assert "2 of 2" in text_of(pilot)
        await press(pilot, "escape")
        assert session_of(pilot).view.tab == "output"


async def test_tabs_fold_below_a_hundred_columns_and_come_back() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        assert "Gate · Runs · Output" in text_of(pilot)
        await press(pilot, "right_square_bracket")
        assert "[✔] suspects named by a run" in text_of(pilot)
        await pilot.resize_terminal(140, 45)
        await settle(pilot)
        assert session_of(pilot).view.tab == "work"
        assert "─ Evidence ─" in text_of(pilot)
        assert "Isolate · Runs · Output" in text_of(pilot)
        await pilot.resize_terminal(160, 50)
        await settle(pilot)
        assert "─ Runs ─" in text_of(pilot)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (79, 10), (99, 24), (500, 200)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("partial"))) as pilot:
        for tab in ("work", "output", "diff", "timeline"):
            session_of(pilot).show_tab(tab)
            await pilot.resize_terminal(*size)
            await settle(pilot)
            await pilot.resize_terminal(140, 45)
            await settle(pilot)
        assert "Verify" in text_of(pilot)


async def test_too_small_is_said() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("partial")), (20, 5)) as pilot:
        assert "too small" in text_of(pilot)


async def test_unsaved_and_read_only_are_banners() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), unsaved="the disk is full")) as pilot:
        assert "⚠ not saved, kept in memory · K another place · the disk is full" in text_of(pilot)
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), read_only="held by process 4711")) as pilot:
        assert "read only: held by process 4711" in text_of(pilot)


async def test_long_names_lose_their_middle() -> None:
    name = f"tests/{'deep/' * 30}test_x.py::test_{'long' * 20}_end"
    async with shown(
        fakes.FakeDoor(fakes.opened(target={"words": [name]}), fakes.entered("reproduce"))
    ) as pilot:
        top = text_of(pilot).split("\n")[0]
        assert "…" in top
        assert "_end" in top


@pytest.mark.parametrize(
    ("step", "view", "key"),
    [
        ("reproduce", "No failure seen yet", " r "),
        ("failing-test", "No failing test yet", " R "),
        ("isolate", "No suspects yet", " r "),
        ("hypothesize", "No hypothesis yet", " h "),
        ("verify", "Nothing is verified yet", " v "),
    ],
)
async def test_empty_views_say_which_key_fills_them(step: str, view: str, key: str) -> None:
    empty = fakes.opened(target={"words": []})
    async with shown(fakes.FakeDoor(empty, fakes.entered(step))) as pilot:
        row = next(row for row in text_of(pilot).split("\n") if view in row)
        assert key in row


async def test_empty_tabs_say_which_key_fills_them() -> None:
    async with shown(fakes.FakeDoor(fakes.opened(), fakes.entered("reproduce"))) as pilot:
        await press(pilot, "l")
        assert "No output yet.  r  runs the target." in text_of(pilot)
        await press(pilot, "d")
        assert "No changes read yet." in text_of(pilot)


async def test_edits_since_the_last_run_are_said() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), ev.EditSeen(paths=("shop/cart.py",)))
    async with shown(port) as pilot:
        assert "shop/cart.py edited since #3" in text_of(pilot)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_signal_is_told_and_becomes_the_exit_code(number: signal.Signals) -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    app = app_for(port)
    async with app.run_test() as pilot:
        await pilot.pause()
        signal.raise_signal(number)
        await pilot.pause()
    assert port.commands == [cmd.Interrupted(by=number.name)]
    assert app.return_code == 128 + number


async def test_quitting_stops_a_run_under_way() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), fakes.started(4))
    app = app_for(port)
    async with app.run_test() as pilot:
        await pilot.press("s", "ctrl+q")
    assert port.commands == [cmd.CancelRun()]
    assert app.return_code == 0


async def test_without_an_editor_the_place_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        await press(pilot, "e")
        assert "/home/ada/shop/shop/cart.py:20" in text_of(pilot)
        monkeypatch.setenv("EDITOR", "vi")
        await press(pilot, "e")
        assert "/home/ada/shop/shop/cart.py is not there" in text_of(pilot)


async def test_themes_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "coach-light")
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        assert pilot.app.theme == "coach-light"
        assert pilot.app.screen.styles.background.hex.lower() == "#f8f7f4"
    monkeypatch.setenv("TEXTUAL_THEME", "no-such-theme")
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        assert pilot.app.theme == "coach-dark"


async def test_without_colour_every_outcome_keeps_its_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(fakes.FakeDoor(*fakes.story("partial"))) as pilot:
        text = text_of(pilot)
        assert "✔ green" in text
        assert "✘✘✘✘✔✔ #8" in text
        assert "◐ Partial" in text
        await press(pilot, "number_sign")
        assert "#4 ✘ same as #3" in text_of(pilot)


async def test_a_reproduction_without_a_run_that_counts_is_not_measured() -> None:
    port = fakes.FakeDoor(*fakes.story("start"), fakes.measured())
    async with shown(port, (140, 45)) as pilot:
        text = text_of(pilot)
        assert "not measured yet, R measures" in text
        assert "0 of 0" not in text


async def test_what_ticks_while_the_screen_is_taken_down_finds_nothing_to_paint() -> None:
    """A look at the run under way came when the panel of the runs was gone already: coach left with a crash."""
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        screen = session_of(pilot)
        pilot.app.exit(return_code=0)
        await screen.query_one("#side-runs").remove()
        screen.paint()
        screen._paint_live()
        screen.show_message("bye")


@pytest.mark.parametrize("size", [(80, 24), (120, 38), (160, 50)])
async def test_the_tour_says_the_parts_and_the_very_next_key_and_any_key_ends_it(
    size: tuple[int, int],
) -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port, size) as pilot:
        screen, without = session_of(pilot), text_of(pilot)
        titles = {each.title: each.callback for each in pilot.app.get_system_commands(screen)}
        titles["Tour"]()
        await settle(pilot)
        rows = [row for row in text_of(pilot).split("\n") if row.startswith((" Tour", "       "))][-3:]
        assert "→ is your next move" in rows[0]
        assert "code" in rows[1]
        assert "Now  s  spec" in rows[2]
        assert not any("…" in row for row in rows), "three lines that are read whole"
        port.happen(ev.SpecWritten(spec=fakes.SPEC))
        await settle(pilot)
        assert "Now  P  pin test" in text_of(pilot), "it follows the session"
        await press(pilot, "escape")
        assert "Tour" not in text_of(pilot)
        assert len(text_of(pilot).split("\n")) == len(without.split("\n"))
