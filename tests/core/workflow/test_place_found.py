"""The place that measuring has named is told in every step, as long as the failure is that of the files as they are."""

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.workflow.advice import next_move
from coach.core.workflow.place_found import place_found
from coach.core.workflow.surer import open_measurements, surer
from tests.core.decide.test_investigation import Bench, failed, session


def isolated(bench: Bench) -> Bench:
    likely = tuple(
        each.model_copy(update={"probability": 0.01 if index else 0.9, "kinds": ("line", "raised")})
        for index, each in enumerate(bench.drive.state.suspects)
    )
    bench.drive.record(ev.SuspectsRanked(run=1, suspects=likely))
    return bench


def test_before_an_investigation_has_ended_no_weak_place_is_named():
    bench = failed()
    assert bench.drive.state.standing_suspects
    assert place_found(bench.drive.state) is None
    bench.rest()
    found = place_found(bench.drive.state)
    assert found
    assert not found.is_isolated
    assert found.surer is None, "all is measured"


def test_a_place_is_named_in_every_step_until_a_file_is_edited():
    bench = failed()
    bench.rest()
    isolated(bench)
    for step in ("failing-test", "isolate", "hypothesize", "verify"):
        bench.send(cmd.GoToStep(step=step, reason="to look"))
        found = place_found(bench.drive.state)
        assert found
        assert (found.is_isolated, found.place.place) == (True, "shop/cart.py:21")
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    assert place_found(bench.drive.state) is None


def test_a_place_that_was_ruled_out_is_named_no_more():
    bench = failed()
    bench.rest()
    first = isolated(bench).drive.state.suspects[0]
    bench.send(cmd.RuleOutSuspect(suspect=first.key, reason="seen"))
    found = place_found(bench.drive.state)
    assert found
    assert found.place.key != first.key
    assert not found.is_isolated


def test_after_a_weak_end_the_step_and_every_other_one_say_what_makes_it_surer_and_its_price():
    bench = failed(seconds=6)
    bench.drive.clock += 4
    bench.rest()
    state = bench.drive.state
    assert state.investigation
    assert state.investigation.ending == "time"
    found = place_found(state)
    assert found
    assert found.surer
    bench.send(cmd.GoToStep(step="isolate", reason="to look"))
    move = next_move(bench.drive.state)
    assert move.action == found.surer.action
    assert f"{found.surer.what} (about {found.price})." in move.text


def test_what_runs_changed_code_says_that_it_waits_for_a_key_where_nothing_confines_it():
    bench = failed(confined=False)
    bench.rest()
    found = place_found(bench.drive.state)
    assert found
    assert found.surer
    assert found.surer.action == "mutants"
    bench.send(cmd.GoToStep(step="isolate", reason="to look"))
    assert "Changed code cannot be confined here" in next_move(bench.drive.state).text


def test_without_a_failure_there_is_no_place():
    assert place_found(session().drive.state) is None


def test_what_an_investigation_would_measure_is_offered_as_all_that_is_open_with_the_price_of_all():
    bench = failed(watching=False)
    bench.drive.clock += 1
    state = bench.drive.state
    offered = [(ask, seconds) for _, ask, seconds in surer(state) if ask.action == "investigate"]
    assert offered
    whole = min(sum(each.seconds(state) for each in open_measurements(state)), 90)
    assert {(ask.what, seconds) for ask, seconds in offered} == {
        ("Measure all that is open", f"{whole:.0f} s")
    }
