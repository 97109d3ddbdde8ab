"""A run that was made elsewhere is one of the target when it names the same tests, else one beside it."""

import pytest

from coach.core.decide import Refusal
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.runs.made_run import MadeRun
from coach.core.runs.target import of_command
from tests.core.driving import TEST, green, opened, pinned, red, reproduced

MADE = MadeRun(folder="/tmp/run", exit_code=1, seconds=0.3, began=1)


def recorded(drive, *words):
    answer = drive.send(cmd.RecordRun(words=words, made=MADE))
    started = [each for each in drive.effects if isinstance(each, eff.StartRun)]
    return answer, started[-1] if started else None


@pytest.mark.parametrize(
    ("words", "covers"),
    [((TEST,), "target"), (("tests/test_tax.py",), "failures"), ((), "all")],
)
def test_what_it_is_a_run_of(words, covers):
    drive = reproduced()
    drive.looked()
    _, started = recorded(drive, *words)
    assert started.made == MADE
    assert started.request.covers == covers
    assert not started.request.warm
    before = drive.state.last_target_run.number
    drive.ends(green())
    assert (drive.state.last_target_run.number > before) == (covers == "target")


def test_it_is_evidence_for_a_prediction_and_names_suspects():
    drive = opened()
    drive.send(cmd.Begin(reproduce=False))
    recorded(drive, TEST)
    drive.ends(red())
    assert drive.state.last_failure.number == 1
    assert drive.state.suspects


def test_when_it_is_refused():
    command = opened(target=of_command(("make", "test")))
    command.send(cmd.Begin(reproduce=False))
    assert "make test" in recorded(command)[0].reason
    proving = pinned()
    proving.send(cmd.Verify())
    assert isinstance(recorded(proving, TEST)[0], Refusal)
    measuring = opened()
    measuring.send(cmd.Begin())
    assert isinstance(recorded(measuring, TEST)[0], Refusal)
