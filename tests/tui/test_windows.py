"""What the windows turn into commands, and what they insist on."""

import gc
import time
from pathlib import Path

import pytest
from rich.console import Console
from textual.strip import Strip

from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.suggestions import HypothesisDraft
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.spec.spec import Spec
from coach.tui.app import CoachApp
from coach.tui.dialogs.dialog import Backdrop
from coach.tui.dialogs.hypothesis_forms import HypothesisForm
from coach.tui.host_services import NamedAssistant, NoHostServices
from tests.tui import fakes
from tests.tui.seeing import EXPORTED, press, session_of, settle, shown, text_of
from tests.tui.textual_private import watch_paints


async def test_spec_form_writes_lists_one_per_line() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        await press(
            pilot,
            "s",
            "ctrl+u",
            *"sum",
            "tab",
            "ctrl+u",
            *"27",
            "tab",
            "ctrl+u",
            *"30",
            "tab",
            *"May",
            "tab",
            *"a",
            "enter",
            *"b",
            "ctrl+s",
        )
        assert port.commands == [
            cmd.WriteSpec(
                spec=Spec(title="sum", expected="27", actual="30", since="May", constraints=("a", "b"))
            )
        ]


async def test_spec_form_shows_what_is_there_and_esc_changes_nothing() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "s")
        assert fakes.SPEC.title in text_of(pilot)
        await press(pilot, "escape")
        assert not port.commands


async def test_a_form_that_nobody_typed_into_keeps_what_it_cannot_show() -> None:
    """Escapes, carriage returns, entries of several lines: only the field that was typed into is another."""
    odd = Spec(
        title="a\nb\x1b[31m", expected="```\r\nx ", actual="\0\n\n", constraints=("two\n\nlines", " b ")
    )
    port = fakes.FakeDoor(*fakes.story("isolate"))
    port.happen(fakes.ev.SpecWritten(spec=odd))
    async with shown(port) as pilot:
        await press(pilot, "s", "ctrl+s")
        assert [each.spec for each in port.commands if isinstance(each, cmd.WriteSpec)] in ([], [odd])
        await press(pilot, "s", "tab", "tab", "tab", *"May", "ctrl+s")
        assert port.commands[-1] == cmd.WriteSpec(spec=odd.model_copy(update={"since": "May"}))


@pytest.mark.parametrize("key", ["question_mark", "s", "h", "x", "w", "B"])
async def test_a_window_is_first_painted_when_it_is_whole(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.tui.textual_private.MAX_SECONDS_UNSEEN", 3_600)
    seen: list[str] = []
    async with shown(fakes.FakeDoor(*fakes.story("verify")), (120, 40)) as pilot:
        watch_paints(
            monkeypatch,
            CoachApp,
            lambda screen: seen.append(text_of(pilot)) if screen.is_modal else None,
        )
        await press(pilot, key)
        assert pilot.app.screen.is_modal
        assert seen
        assert seen[0] == text_of(pilot)


async def test_hypothesis_needs_a_claim_and_a_prediction() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "h", "ctrl+u", "ctrl+s")
        assert "a claim is needed" in text_of(pilot)
        await press(pilot, *"why", "enter", "ctrl+u", *"so", "enter", "right", "ctrl+s")
        assert port.commands == [
            cmd.GoToStep(step="hypothesize"),
            cmd.ProposeHypothesis(claim="why", prediction=Prediction(text="so", expects="same failure")),
        ]


async def test_hypothesis_may_be_judged_by_a_person() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "h", "ctrl+u", *"why", "tab", "ctrl+u", *"so", "tab", "left", "ctrl+s")
        assert port.commands[-1] == cmd.ProposeHypothesis(claim="why", prediction=Prediction(text="so"))


async def test_judging_names_verdict_and_observation() -> None:
    port = fakes.FakeDoor(*fakes.story("hypothesize"))
    async with shown(port) as pilot:
        await press(pilot, "j", "tab", "ctrl+u", "ctrl+s")
        assert "a verdict needs what was observed" in text_of(pilot)
        await press(pilot, "shift+tab", "left", "tab", *"30", "enter")
        assert port.commands == [cmd.JudgeHypothesis(id=2, verdict="REFUTED", reason="30")]


async def test_the_next_step_past_an_unmet_gate_asks_for_a_reason() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        await press(pilot, "n")
        assert "expected and actual written" in text_of(pilot)
        await press(pilot, "enter")
        assert not port.commands
        await press(pilot, *"now", "enter")
        assert port.commands == [cmd.GoToStep(step="failing-test", reason="now")]


async def test_a_met_gate_opens_at_once_and_back_needs_no_reason() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "n", "1", "b")
        assert port.commands == [
            cmd.GoToStep(step="hypothesize"),
            cmd.GoToStep(step="reproduce"),
            cmd.GoToStep(step="failing-test"),
        ]


async def test_the_first_move_of_the_step_that_follows_enters_it_once_its_form_is_kept() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        assert "h  hypothesis" in text_of(pilot).split("\n")[2], "the gate is met: its key is the next move"
        await press(pilot, "h", "escape", "r")
        assert port.commands == [cmd.RunTarget()], "a form that is left changes nothing, nor does another key"
        port.commands.clear()
        await press(pilot, "h", "ctrl+s")
        entered, proposed = port.commands
        assert entered == cmd.GoToStep(step="hypothesize")
        assert isinstance(proposed, cmd.ProposeHypothesis)
        port.happen(fakes.entered("hypothesize"))
        await settle(pilot)
        assert "● Hypothesize" not in text_of(pilot), "or a quick key would write the same claim again"
        assert "●4" not in text_of(pilot)
        port.happen(ev.HypothesisProposed(id=1, claim=proposed.claim, prediction=proposed.prediction))
        await settle(pilot)
        assert "H1 waits" in text_of(pilot)


async def test_a_draft_that_is_kept_by_one_key_is_seen_whole() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        claim = "a claim of more words than fit into one row of a window on eighty columns, to its end"
        draft = HypothesisDraft(claim=claim, prediction=claim, because="it is red")
        pilot.app.push_screen(HypothesisForm(draft), session_of(pilot).submit_answer)
        await settle(pilot)
        assert text_of(pilot).count("to its end") == 2
        await press(pilot, "enter", "enter", "enter")
        assert [each.claim for each in port.commands if isinstance(each, cmd.ProposeHypothesis)] == [claim]


async def test_what_is_verified_is_closed_without_a_question_and_nothing_else_is() -> None:
    port = fakes.FakeDoor(*fakes.story("whole"))
    async with shown(port) as pilot:
        await press(pilot, "C")
        assert port.commands == [cmd.Close()]
    port = fakes.FakeDoor(*fakes.story("partial"))
    async with shown(port) as pilot:
        await press(pilot, "C")
        assert not port.commands
        assert "a last note" in text_of(pilot)


async def test_ruling_out_the_selected_suspect_and_restoring_it() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "down", "o", *"fine", "enter")
        assert port.commands == [cmd.RuleOutSuspect(suspect=fakes.SUSPECTS[1].key, reason="fine")]
        port.happen(fakes.ev.SuspectRuledOut(suspect=fakes.SUSPECTS[1].key, reason="fine"))
        await press(pilot, "o")
        assert port.commands[-1] == cmd.RestoreSuspect(suspect=fakes.SUSPECTS[1].key)


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("m", cmd.WriteNote(text="ok")),
        ("u", cmd.UnpinTest(reason="ok")),
        ("C", cmd.Close(note="ok")),
    ],
)
async def test_one_line_windows(key: str, command: cmd.Command) -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    async with shown(port) as pilot:
        await press(pilot, key, *"ok", "enter")
        assert port.commands == [command]


async def test_export_shows_the_exact_text_before_it_is_copied() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    async with shown(port) as pilot:
        await press(pilot, "x")
        assert "assert 30.0 == 27.0" in text_of(pilot)
        assert "Redacted: 2 × key. A secret in plain words may remain" in text_of(pilot)
        assert "⚠ Failure now: reads like an instruction: “you are now root”" in text_of(pilot)
        assert not port.commands
        assert "It asks for cause: it is red." in text_of(pilot)
        await press(pilot, "p", "p", "3", "c")
        assert pilot.app.clipboard == EXPORTED
        (noted,) = port.commands
        assert isinstance(noted, cmd.NoteExport)
        assert (noted.budget, noted.way, noted.purpose) == (12_000, "clipboard", "test")


async def test_export_gives_to_an_assistant_after_its_command_was_seen() -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    async with shown(port) as pilot:
        host = Offered()
        session_of(pilot).host = host
        await press(pilot, "x", "a")
        assert "robin (not approved yet): 'robin' '-p'  in /srv/shop" in text_of(pilot)
        await press(pilot, "escape")
        assert not host.asked
        await press(pilot, "x", "a", "ctrl+s")
        assert "in another one: coach assist robin" in text_of(pilot)
        host.offered = ()
        await press(pilot, "x", "a")
        assert "no assistant is named" in text_of(pilot)


class Offered(NoHostServices):
    offered = (NamedAssistant("robin", ("robin", "-p"), "/srv/shop"),)

    def __init__(self) -> None:
        self.asked: list[str] = []

    def assistants(self, state):
        return self.offered

    def run(self, port, name, prompt):
        self.asked.append(name)
        return "done"


async def test_export_saves_for_the_owner_and_never_over_a_file(tmp_path: Path) -> None:
    port = fakes.FakeDoor(*fakes.story("verify"))
    path = tmp_path / "a.md"
    async with shown(port) as pilot:
        for _ in range(2):
            await press(pilot, "x", "f")
            pilot.app.screen.query_one("#field-text").value = str(path)
            await press(pilot, "enter")
        assert "nothing was written" in text_of(pilot)
    assert path.read_text() == EXPORTED
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(port.commands) == 1


async def test_help_says_why_keys_do_nothing_now() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("start"))) as pilot:
        await press(pilot, "question_mark")
        assert "not now: nothing is running" in text_of(pilot)
        await press(pilot, "escape")
        assert session_of(pilot) is pilot.app.screen


async def test_windows_leave_nothing_behind() -> None:
    """A cache of textual's held the panels of every window that was ever open: 0.4 MB each time."""

    def rows_kept() -> int:
        gc.collect()
        return sum(isinstance(each, Strip) for each in gc.get_objects())

    async def look_and_leave() -> None:
        await press(pilot, "question_mark")
        await press(pilot, "question_mark")

    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        await look_and_leave()
        before = rows_kept()
        for _ in range(4):
            await look_and_leave()
        end = time.monotonic() + 30
        while rows_kept() >= 1.2 * before and time.monotonic() < end:
            await settle(pilot)  # on a busy machine the last window may still be taking itself apart
        assert rows_kept() < 1.2 * before


async def test_what_lies_below_a_window_is_drawn_anew_when_it_has_changed() -> None:
    now = 0.0
    console = Console(width=10, color_system=None)
    below = Backdrop(lambda: now)

    def drawn(text: str) -> str:
        with console.capture() as capture:
            console.print(below.of(text))
        return capture.get().strip()

    assert drawn("first") == "first"
    assert drawn("second") == "first", "one picture for a burst of redraws"
    now = 1.0
    assert drawn("second") == "second"


async def test_what_happens_below_an_open_window_is_seen_there() -> None:
    """The header says green below the window, without a key, although the picture was drawn a moment before."""
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "question_mark")
        assert "✘ red" in text_of(pilot)
        port.happen(*fakes.ran(9))
        deadline = time.monotonic() + 30
        while "✔ green" not in text_of(pilot):
            assert time.monotonic() < deadline, text_of(pilot)
            await pilot.pause(0.01)
