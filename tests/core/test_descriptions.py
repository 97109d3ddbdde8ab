"""A run is described once: every front end shows its sign, and none is greener than its tests."""

import pytest

from coach.cli.commands.console import run_line
from coach.core.log.describe import say
from coach.core.runs.description import describe_run
from coach.tui.views.run_outcome import sign
from tests.core.driving import green, opened, red, reproduced


def _runs():
    drive = reproduced()
    for report in (red(), red("KeyError: 'a'"), green()):
        drive.saves()
        drive.ends(report)
    return drive


@pytest.mark.parametrize("position", range(6))
def test_every_front_end_gives_a_run_the_sign_of_its_description(position):
    drive = _runs()
    over = [each for each in drive.state.runs if each.is_over and not each.request.only_looks]
    run = over[position % len(over)]
    described = describe_run(run)
    finished = next(
        record.event
        for record in drive.records
        if record.event.kind == "run_finished" and record.event.number == run.number
    )
    assert run_line(run).split()[1] == described.sign == sign(run)[0] == say(finished)[0]
    assert described.word in say(finished)[2]


def test_a_red_run_is_red_whatever_it_was_judged_to_be():
    run = next(each for each in _runs().state.runs if each.failing)
    passed = run.model_copy(update={"judged": run.judged.model_copy(update={"outcome": "PASS"})})
    assert describe_run(passed).word == "failed"
    assert run_line(passed).split()[1] == "✘"


def test_a_run_under_way_has_shown_nothing():
    drive = opened()
    from coach.core.protocol import commands as cmd

    drive.send(cmd.Begin())
    run = drive.state.under_way[0]
    assert describe_run(run).showed == ""
    assert "under way" in run_line(run)
