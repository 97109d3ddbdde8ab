"""Typing ahead and pasting: what is typed reaches the window it was meant for, and escape bytes reach none."""

import os
import signal

import pytest
from textual import events

from coach.core.protocol import commands as cmd
from tests.tui import fakes
from tests.tui.seeing import app_for, press, session_of, settle, shown


async def test_keys_typed_right_after_the_one_that_opens_a_form_go_into_the_form() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        for key in ("m", *"runs"):
            pilot.app.post_message(events.Key(key, key))
        await settle(pilot)
        await settle(pilot)
        assert pilot.app.screen.query_one("#field-text").value == "runs"
        await press(pilot, "enter")
        assert port.commands == [cmd.WriteNote(text="runs")]


async def test_keys_typed_right_after_a_slash_are_searched_for() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        for key in ("slash", *"run"):
            pilot.app.post_message(events.Key(key, "/" if key == "slash" else key))
        await settle(pilot)
        await settle(pilot)
        assert session_of(pilot).query_one("#text-find").value == "run"
        assert not port.commands


async def test_escape_right_after_a_key_leaves_the_window() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        for key in ("s", "r", "escape"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        await settle(pilot)
        assert session_of(pilot) is pilot.app.screen
        await press(pilot, "r")
        assert port.commands == [cmd.RunTarget()]


@pytest.mark.parametrize("key", ["m", "s"])
async def test_pasted_escape_bytes_are_taken_out(key: str) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("start"))) as pilot:
        await press(pilot, key)
        pilot.app.post_message(events.Paste("a\x1b[2J\x1b]52;c;QUJD\x07b\x00c\x9b31m"))
        await settle(pilot)
        value = pilot.app.focused.value
        assert value.startswith("a")
        assert all(char.isprintable() for char in value)


async def test_a_second_signal_within_a_second_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    app = app_for(fakes.FakeDoor(*fakes.story("isolate")))
    async with app.run_test():
        app.end_by(signal.SIGTERM)
        assert not codes
        app.end_by(signal.SIGINT)
    assert codes == [128 + signal.SIGINT]


async def test_keys_typed_right_after_the_one_that_closes_a_window_are_for_what_lies_below() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        await press(pilot, "question_mark")
        for key in "qr":
            pilot.app.post_message(events.Key(key, key))
        await settle(pilot)
        assert pilot.app.screen is session_of(pilot)
        assert port.commands == [cmd.RunTarget()]


async def test_what_is_typed_right_before_keeping_a_form_is_kept_whole() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        await press(pilot, "m")
        for key in (*"runs", "ctrl+s"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert port.commands == [cmd.WriteNote(text="runs")]


async def test_what_is_typed_right_after_tab_is_for_the_next_field() -> None:
    port = fakes.FakeDoor(*fakes.story("reproduce"))
    async with shown(port) as pilot:
        await press(pilot, "s")
        for key in (*"sum", "tab", *"27", "tab", "3", "ctrl+s"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        (written,) = port.commands
        assert isinstance(written, cmd.WriteSpec)
        spec = written.spec
        assert (spec.title[-3:], spec.expected[-4:], spec.actual[-4:]) == ("sum", ".027", "0.03")
