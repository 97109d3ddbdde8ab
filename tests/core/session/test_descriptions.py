"""A run is described once: every front end shows its sign, and none is greener than its tests."""

from dataclasses import replace

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


def test_suspects_are_described_alike_whoever_lists_them():
    from coach.core.localize.suspect import Suspect
    from coach.core.session.suspect_list import describe_standing, describe_suspects

    twins = [Suspect(path=f"shop/{name}.py", function="total", line=3, score=0.5) for name in ("a", "b", "c")]
    state = replace(opened().state, suspects=tuple(twins), ruled_out={twins[0].key: "seen: it only reads"})
    out, second, third = describe_suspects(state)
    assert (out.is_ruled_out, out.why) == (True, ("seen: it only reads",))
    assert second.tied_with == third.tied_with == 1
    assert [each.named for each in describe_standing(state)] == ["shop/b.py:3 total", "shop/c.py:3 total"]
