"""Acceptance commands run only when the engineer wrote or saw them, whoever asks for the verification."""

import io
import sys
from dataclasses import replace

import pytest

from coach.cli.commands.approval import agreed, approve_commands, approved
from coach.core.protocol import commands as cmd
from coach.core.spec.spec import Spec, TeamRules
from tests.core.driving import opened


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    drive = opened()
    drive.send(cmd.WriteSpec(spec=Spec(acceptance=("make check", "it is right"))))
    return replace(drive.state, rules=TeamRules(acceptance=("pytest -q",)))


def test_what_was_written_runs_and_what_came_from_elsewhere_waits(state, capsys):
    assert agreed(state, is_agreed=False) == ()  # no terminal: nothing is agreed by itself
    approve_commands(state, ["make check", "it is right"])
    assert approved(state) == ("make check",)
    assert agreed(state, is_agreed=False) == ("make check",)
    assert "    pytest -q\n" in capsys.readouterr().err
    assert agreed(state, is_agreed=True) == ("make check", "pytest -q")
    capsys.readouterr()
    assert agreed(state, is_agreed=False) == ("make check", "pytest -q")
    assert not capsys.readouterr().err
