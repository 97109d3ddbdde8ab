"""The mouse: what a click on a piece does, what a hover says, what the wheel moves, and what no text can make act."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from coach.core.base.text import safe_line
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.tui.dialogs.assistant_choice import AssistantForm
from coach.tui.host_services import NamedAssistant
from coach.tui.views.line import paragraphs, piece
from coach.tui.views.link import Key, Link, Open, Press
from coach.tui.views.place_links import with_place_links
from coach.tui.widgets.choice import Choice
from coach.tui.widgets.line_panel import LinePanel
from tests.tui import fakes, narrowing
from tests.tui.nasty import NASTY
from tests.tui.pointing import cell_of, click, hover, links_of, scroll
from tests.tui.seeing import begin_again, press, session_of, shown, text_of
from tests.tui.test_nasty import nasty_story
from tests.tui.textual_private import watch_paints

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 38)], ids=str)


@SIZES
async def test_every_part_that_names_a_key_does_what_the_key_does(size) -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, size) as pilot:
        screen = session_of(pilot)
        await click(pilot, " run ", after="palette")
        await click(pilot, "cart.py:20", after="Isolated")
        assert "no file of the project: shop/cart.py" in told(pilot), (
            "a place is a place, also in the next move"
        )
        await click(pilot, " S ")
        await click(pilot, "hypothesis", after="Isolated")
        assert type(pilot.app.screen).__name__ == "HypothesisForm"
        await press(pilot, "escape")
        await click(pilot, "○4" if size[0] < 100 else "Hypothesize")
        to_step_4 = cmd.GoToStep(step="hypothesize")
        assert port.commands == [cmd.RunTarget(), cmd.Suspects(scope="suite"), to_step_4]
        await click(pilot, " palette")
        assert type(pilot.app.screen).__name__ == "Palette"
        await press(pilot, "escape")
        await click(pilot, "Diff")
        assert screen.view.tab == "diff"
        await click(pilot, "Isolate 2/2")
        assert screen.view.tab == "work"
        await click(pilot, "#3 ")
        assert screen.view.tab == "runs"
        await click(pilot, "gate met")
        assert screen.view.tab == ("gate" if size[0] < 100 else "work")


async def test_a_notice_in_the_band_and_the_keys_of_its_window_are_clicked() -> None:
    port = fakes.FakeDoor(*narrowing.loop())
    async with shown(port, (80, 24)) as pilot:
        await click(pilot, "no effect")
        assert type(pilot.app.screen).__name__ == "LoopDialog"
        await press(pilot, "pagedown")
        await click(pilot, " D  dismiss", after="The way on")
        assert type(pilot.app.screen).__name__ == "ReasonForm"
        await click(pilot, "ctrl+s keeps")
        assert "a few words are needed" in text_of(pilot)
        await press(pilot, *"no", "ctrl+s")
        assert [type(each) for each in port.commands] == [cmd.DismissLoop]


@SIZES
async def test_one_click_selects_a_row_and_a_second_one_opens_it(size) -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, size) as pilot:
        screen = session_of(pilot)
        await click(pilot, "31 price")
        assert screen.view.suspect == fakes.SUSPECTS[2].key
        assert "no editor" not in text_of(pilot)
        assert not screen.selections, "two clicks on a row mark no text"
        await click(pilot, "31 price", after="Suspects")
        assert "no editor: set VISUAL" in text_of(pilot)
        screen.message = ""
        await click(pilot, "7 applicable" if size[0] < 100 else ":7 ", after="Suspects")
        await press(pilot, "up")
        await click(pilot, "7 applicable" if size[0] < 100 else ":7 ", after="Suspects")
        assert "no editor" not in text_of(pilot), "a key between two clicks makes the second a first one"
        await press(pilot, "B")
        assert "B" not in text_of(pilot).split("Search for")[0]
        for _ in range(2):
            assert not port.commands
            await click(pilot, "How little input?")
        assert type(pilot.app.screen).__name__ == "ReasonForm", (
            "the second click began it, and it asks for the file"
        )


def told(pilot) -> str:
    return text_of(pilot).split("\n")[-2].strip()


@SIZES
async def test_a_hover_says_the_key_and_what_it_does_until_the_mouse_or_a_key_goes_on(size) -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, size) as pilot:
        idle = told(pilot)
        for text, after, said in (
            (" run ", "palette", "r  Run the target once, now."),
            ("○4" if size[0] < 100 else "Hypothesize", "", "4  Go to Hypothesize."),
            ("#3 ", "", "#  Show the list of runs; again: back."),
            (" S ", "Suspects", "S  Compare the lines the failing test runs"),
            ("Diff", "", "[ ]  shows diff"),
            ("▸20", "", "↗ shop/cart.py:20 in your editor"),
            ("cart.py::test_total", "", "↗ tests/test_cart.py:14 in your editor"),
            ("31 price", "Suspects", "enter  opens the row; so does a second click"),
        ):
            await hover(pilot, text, after)
            assert said in told(pilot)
            await hover(pilot, "Write what you think")
            assert told(pilot) == idle
        await hover(pilot, " run ", "palette")
        await press(pilot, "h", "escape")
        assert told(pilot) == idle
        session_of(pilot).show_message("⚠ something happened")
        await hover(pilot, "▸20")
        assert "something happened" in told(pilot), "a hover hides no message"


@SIZES
async def test_the_wheel_scrolls_every_panel_and_window_down_and_sideways(size) -> None:
    notes = [ev.NoteWritten(text="more than fits " * 20)] * 5
    port = fakes.FakeDoor(*fakes.story("isolate"), *notes)
    port.outputs = {3: "\n".join(f"{number} " + "o" * 300 for number in range(200))}

    async def turned(panel: LinePanel) -> None:
        region = panel.region
        at = region.x + 3, region.y + 2
        await scroll(pilot, at, events.MouseScrollDown)
        assert panel.scroll_offset.y > 0, panel
        await scroll(pilot, at, events.MouseScrollUp)
        assert panel.scroll_offset.y == 0, panel

    async with shown(port, size) as pilot:
        screen = session_of(pilot)
        await turned(screen.shown_panel if size[0] < 100 else screen.query_one("#side-evidence", LinePanel))
        await press(pilot, "l", "home")
        await turned(screen.shown_panel)
        at = screen.shown_panel.region.x + 3, screen.shown_panel.region.y + 3
        for event, shift, column in (
            (events.MouseScrollRight, False, 4),
            (events.MouseScrollLeft, False, 0),
            (events.MouseScrollDown, True, 4),
            (events.MouseScrollUp, True, 0),
        ):
            await scroll(pilot, at, event, shift=shift)
            assert screen.shown_panel.scroll_target_x == column, (event, shift)
        for key, of in (("question_mark", "#sheet"), ("x", "#export-text"), ("s", ".body")):
            await press(pilot, key)
            shown_in = pilot.app.screen.query_one(of)
            region = shown_in.region
            await scroll(pilot, (region.x + 1, region.y + 1), events.MouseScrollDown)
            assert shown_in.scroll_offset.y == min(shown_in.max_scroll_y, 2), key
            await press(pilot, "escape")


def editor_that_notes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set an editor that appends its arguments to a file."""
    noted, editor = folder / "opened", folder / "editor"
    editor.write_text(f'#!/bin/sh\necho "$@" >> {noted}\n')
    editor.chmod(0o700)
    noted.touch()
    monkeypatch.setenv("VISUAL", str(editor))
    return noted


class _Checkout:
    """A project with a file, and beside it what must not be opened from there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop"
        (self.root / "inner").mkdir(parents=True)
        (self.root / "cart.py").write_text("x = 1\n")
        (self.root / "inner" / "item.py").write_text("x = 1\n")
        (folder / "outside.py").write_text("x = 1\n")
        (self.root / "out.py").symlink_to(folder / "outside.py")
        (self.root / "round.py").symlink_to(self.root / "round.py")
        os.mkfifo(self.root / "pipe.py")
        (self.root / "folder.py").mkdir()

    def opened(self) -> ev.SessionOpened:
        return fakes.opened(checkout=ev.Checkout(root=str(self.root), project="inner"))


@SIZES
async def test_a_place_in_any_text_opens_the_editor_where_it_is_a_file_of_the_project(
    size, tmp_path, monkeypatch
) -> None:
    noted, checkout = editor_that_notes(tmp_path, monkeypatch), _Checkout(tmp_path)
    wanted = [
        "cart.py:3: AssertionError",
        'File "cart.py", line 7, in total',
        "item.py:9:5 E501",
        "./cart.py:4",
    ]
    refused = [
        "../outside.py:1",
        f"{tmp_path}/outside.py:1",
        "out.py:1",
        "round.py:1",
        "pipe.py:1",
        "folder.py:1",
    ]
    refused += ["gone.py:1", "~/.bashrc.py:1", "-c.py:1", "--cmd=x.py:1"]
    port = fakes.FakeDoor(checkout.opened(), fakes.entered("reproduce"), *fakes.ran(1, fakes.failure()))
    port.outputs = {1: "\n".join(f"|{each}" for each in (*wanted, *refused))}
    async with shown(port, size) as pilot:
        monkeypatch.setattr(type(pilot.app), "suspend", lambda _app: contextlib.nullcontext())
        await press(pilot, "l")
        for each in wanted:
            await click(pilot, f"|{each}"[:4])
        opened = noted.read_text().split("\n")[:-1]
        places = ("+3", "cart.py"), ("+7", "cart.py"), ("+9", "inner/item.py"), ("+4", "cart.py")
        assert opened == [f"{at} {checkout.root}/{name}" for at, name in places]
        for each in refused:
            session_of(pilot).message = ""
            await click(pilot, f"|{each}"[:5])
            assert "no file of the project" in told(pilot), each
        assert noted.read_text().split("\n")[:-1] == opened
        await pilot.mouse_down(offset=cell_of(pilot, "cart.py:3"))
        await pilot.mouse_up(offset=(40, 7))
        assert noted.read_text().split("\n")[:-1] == opened, "a drag marks text"


async def test_no_foreign_text_makes_anything_act_but_open_a_place() -> None:
    hostile = (
        "[@click=app.quit()]x[/]",
        " r  run ‹run›",
        "ctrl+s keeps",
        "q.py::q x.py:1",
        "\x1b]8;;x\x1b\\link",
    )
    port = fakes.FakeDoor(*nasty_story("harmless"))
    usual: dict[str, set[Link]] = {}
    async with shown(port, (120, 38)) as pilot:
        for text in ("harmless", " ".join(hostile)):
            await begin_again(pilot, port, *nasty_story(text))
            for key in ("f5", "t", "l", "d", "question_mark"):
                port.outputs = dict.fromkeys(range(9), text)
                await press(pilot, key)
                links = {each for each in links_of(pilot) if not isinstance(each, Open)}
                assert links <= usual.setdefault(key, links), (text, key)


@pytest.mark.parametrize("text", NASTY)
def test_a_piece_of_foreign_text_opens_a_place_at_most(text) -> None:
    found = with_place_links([piece(text), *paragraphs(text)[0].pieces])
    assert all(each.link is None or isinstance(each.link, Open) for each in found)


@given(
    st.lists(
        st.sampled_from(
            ["shop/cart.py:12", ' File "a b.py", line 3', "x", ":", " ", "日本", "::", "9", ".", "/"]
        )
    )
)
def test_links_change_no_text_and_hold_what_they_open(parts: list[str]) -> None:
    shown_piece = piece("".join(parts), "good")
    found = with_place_links([shown_piece])
    assert "".join(each.text for each in found) == shown_piece.text
    for each in found:
        assert each.role == "good"
        if isinstance(each.link, Open):
            assert each.link.path in each.text
            assert str(each.link.line) in each.text
    assert with_place_links([piece("run", link=Press("run"))])[0].link == Press("run")


def test_a_place_is_looked_for_in_time_that_grows_with_the_text() -> None:
    for text in ("a" * 4_000, "a/" * 2_000, 'File "' * 700, "a.py:" * 800, "1:" * 2_000):
        assert "".join(each.text for each in with_place_links([piece(safe_line(text, limit=4_096))]))
    assert Key("escape") != Press("escape"), "links of two kinds are never the same"


async def test_the_keys_in_the_frame_of_every_window_are_clicked() -> None:
    port = fakes.FakeDoor(*narrowing.measured())
    async with shown(port, (80, 24)) as pilot:
        for key in ("B", "x", "question_mark", "o", "T", "Q", "i"):
            await press(pilot, key)
            window = pilot.app.screen
            assert window is not session_of(pilot), key
            await click(pilot, "esc ", after="╰")
            assert pilot.app.screen is session_of(pilot), (key, window)
        port.commands.clear()
        await press(pilot, "T")
        await click(pilot, "p last pass")
        assert port.commands[-1] == cmd.TraceCalls(against="pass")
        await press(pilot, "escape", "B")
        await click(pilot, "enter begins")
        assert port.commands[-1] == cmd.BeginSearch(kind="edits")
        await press(pilot, "x")
        await click(pilot, "3 budget")
        await click(pilot, "c copies")
        assert pilot.app.clipboard
        noted = port.commands[-1]
        assert isinstance(noted, cmd.NoteExport)
        assert noted.budget == 12_000


async def test_a_word_of_a_choice_is_clicked_where_it_is_drawn() -> None:
    names = "日本語助手", "a\u202eb", "robin"
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), (80, 24)) as pilot:
        form = AssistantForm(tuple(NamedAssistant(each, (each,), "/") for each in names))
        await pilot.app.push_screen(form)
        for each in reversed(names):
            await click(pilot, f"○ {safe_line(each)}" if each != names[0] else "○ 日", after="who")
            assert form.query_one(Choice).chosen == each


def test_what_only_looks_like_a_place_is_none() -> None:
    for text in ("127.0.0.1:8080", "v1.2:3", "12:30:01", "a:1", "x.py:", "::1", "[::1]:80", "tests/a.py::b"):
        assert [each.link for each in with_place_links([piece(text)])] == [None], text


async def test_a_mouse_that_moves_over_text_paints_nothing(monkeypatch) -> None:
    painted: list[object] = []
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), (120, 38)) as pilot:
        at, row = cell_of(pilot, "amount = 0.0")
        await pilot.hover(offset=(at, row))
        watch_paints(monkeypatch, type(pilot.app), painted.append)
        for number in range(8):
            await pilot.hover(offset=(at + number, row))
            await pilot.hover(offset=(at + number, row + 1))
            await pilot.hover(offset=(number + 85, 20))
        assert not painted
        await hover(pilot, " run ", "palette")
        assert painted, "what it is over is told"


async def test_a_click_moves_through_a_past_session() -> None:
    port = fakes.FakeReview(*fakes.story("done"))
    async with shown(port, (120, 38)) as pilot:
        await press(pilot, "t")
        for _ in range(2):
            session_of(pilot).shown_panel.scroll_to(0, 0, animate=False)
            before = port.position
            await click(pilot, "step reproduce", after="Timeline")
        assert (before, port.position) == (port.length, 2)
        await click(pilot, "Hypothesize")
        assert "go to step: this session is read only" in text_of(pilot)
        await click(pilot, "→ event")
        assert port.position == 3
        assert not port.commands
