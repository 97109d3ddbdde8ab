"""A recording is a real session: real edits, real pytest, real trees. One of each label is made here."""

from coach.core.loops.replay import would_say
from tests.loops.bench import Bench, derive
from tests.loops.scenarios import every

SCENARIOS = {each.name: each for each in every()}


def play(name, folder):
    scenario = SCENARIOS[name]
    bench = Bench(scenario.project, folder, **scenario.opening)
    try:
        scenario.script(bench)
    finally:
        bench.close()
    return bench


def test_a_revert_is_heard_at_once(tmp_path):
    bench = play("revert-to-a-state-in-the-middle-bank", tmp_path)
    assert ("revert", "banner") in [(each.loop.pattern, each.loop.level) for each in bench.state.notices]
    assert bench.state.standing_loop.run == bench.expected.run == bench.last.number
    again = derive(bench.taken["opened"], bench.taken["messages"])
    assert [record.event for record in again] == [record.event for record in bench.port.records]


def test_a_healthy_session_stays_quiet(tmp_path):
    name = next(name for name in SCENARIOS if name.startswith("coach-restores-an-earlier-tree"))
    bench = play(name, tmp_path)
    assert [each.loop for each in bench.state.notices if each.loop.level != "note"] == []
    assert [each.tree for each in bench.state.restores] == [bench.state.run(1).report.tree]
    assert [each for each in would_say(bench.port.records) if each.detection.level != "note"] == []


def test_every_scenario_has_a_name_of_its_own():
    names = [each.name for each in every()]
    assert len(names) == len(set(names))
    assert {each.label for each in SCENARIOS.values()} == {"looping", "healthy"}
