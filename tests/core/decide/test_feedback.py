"""What runs when: failing tests, target, related, all; warm is feedback, cold is evidence."""

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.target import Target
from coach.core.workflow import gates
from tests.core.driving import TEST, failure, green, opened, red


def begun(*words, **changes):
    """A session that reproduced nothing yet, with saves watched."""
    drive = opened(target=Target(words=words or (TEST,)), **changes)
    drive.send(cmd.Begin(reproduce=False))
    drive.send(obs.WatchSeen(watching=True))
    return drive


def requests(drive):
    return [each.request for each in drive.effects if isinstance(each, eff.StartRun)]


def test_only_runs_on_save_may_be_warm():
    drive = begun()
    for command in (cmd.Reproduce(), cmd.RunTarget(purpose="experiment"), cmd.RunSuite(), cmd.RunTarget()):
        drive.send(command)
    drive.saves()
    assert [each.warm for each in requests(drive)] == [False, False, False, True, True]
    assert len({each.hash_seed for each in requests(drive)}) == 5


def test_a_command_is_never_warm():
    drive = opened(target=Target(kind="command", words=("make",)))
    drive.send(cmd.Begin(reproduce=False))
    drive.send(cmd.RunTarget())
    assert not requests(drive)[0].warm


def test_a_warm_green_is_confirmed_cold_and_only_then_goes_on():
    drive = begun()
    drive.saves("shop/cart.py")
    drive.ends(green(warm=True))
    assert (requests(drive)[-1].purpose, requests(drive)[-1].warm) == ("confirm", False)
    assert drive.state.last_pass is None
    drive.ends(green())
    assert drive.state.last_pass.number == 2
    assert drive.effects[-1] == eff.FindRelated(paths=("shop/cart.py",))


def test_a_cold_run_that_disagrees_is_said_and_counts():
    drive = begun()
    drive.saves()
    drive.ends(green(warm=True))
    answer = drive.send(obs.RunEnded(number=2, report=red()))
    assert answer.notice == "warm #1 was green, cold #2 is red: the cold run counts"
    assert not any(isinstance(each, eff.FindRelated) for each in drive.effects)


def test_a_warm_red_needs_no_second_run():
    drive = begun()
    drive.saves()
    drive.ends(red(warm=True))
    assert drive.started() == ["feedback"]


def test_no_gate_rests_on_a_warm_or_stale_run():
    drive = begun()
    drive.send(cmd.RunTarget())
    drive.ends(red(warm=True))
    drive.send(cmd.RunTarget())
    drive.ends(red(changed_during=("shop/cart.py",)))
    step = drive.state.workflow.steps[0]
    seen = {each.name: each.passed for each in gates.evaluate(drive.state, step)}
    assert not seen["failure-seen"]
    drive.send(cmd.RunTarget(purpose="experiment"))
    drive.ends(red())
    assert {each.name: each.passed for each in gates.evaluate(drive.state, step)}["failure-seen"]


def test_a_stale_run_of_a_series_counts_for_nothing():
    drive = begun()
    drive.send(cmd.Reproduce())
    drive.ends(red(changed_during=("shop/cart.py",)))
    for _ in range(3):
        drive.ends(red())
    assert drive.state.reproduction.runs == 3


@pytest.mark.parametrize(("report", "verdict"), [(red, "REFUTED"), (green, "SUPPORTED")])
def test_a_prediction_is_judged_by_the_cold_run_only(report, verdict):
    drive = begun()
    drive.send(cmd.ProposeHypothesis(claim="off by one", prediction=Prediction(text="green", expects="pass")))
    drive.saves()
    drive.ends(report(warm=True))
    assert drive.state.hypotheses[0].is_open
    drive.ends(report())
    assert (drive.state.hypotheses[0].verdict, drive.state.hypotheses[0].runs) == (verdict, (2,))


def test_the_failing_tests_come_first_then_the_target():
    drive = begun("tests")
    drive.send(cmd.RunTarget())
    drive.ends(red(counts=green(passed=9).counts))
    drive.saves()
    assert (requests(drive)[-1].covers, requests(drive)[-1].target.words) == ("failures", (TEST,))
    drive.ends(green())
    assert (requests(drive)[-1].covers, requests(drive)[-1].target.words) == ("target", ("tests",))


def test_the_scope_of_failures_stays_with_them_while_they_are_red():
    drive = begun("tests")
    drive.send(cmd.RunTarget())
    drive.ends(red(counts=green(passed=9).counts))
    drive.send(cmd.SetScope(scope="failures"))
    drive.saves()
    drive.ends(red())
    assert len(requests(drive)) == 2


def test_related_tests_run_before_all():
    drive = begun()
    drive.saves("shop/cart.py")
    drive.ends(green())
    drive.send(obs.RelatedFound(paths=("shop/cart.py",), tests=("tests/test_cart.py",)))
    assert (requests(drive)[-1].covers, requests(drive)[-1].target.words) == (
        "related",
        ("tests/test_cart.py",),
    )
    drive.ends(green())
    assert (requests(drive)[-1].covers, requests(drive)[-1].target) == ("all", Target())
    drive.ends(green(passed=20))
    assert not drive.state.under_way


def test_red_related_tests_stop_the_chain():
    drive = begun()
    drive.saves("shop/cart.py")
    drive.ends(green())
    drive.send(obs.RelatedFound(paths=("shop/cart.py",), tests=("tests/test_cart.py",)))
    drive.ends(red())
    assert len(requests(drive)) == 2


@pytest.mark.parametrize(("scope", "last"), [("target", "target"), ("related", "related"), ("all", "all")])
def test_the_scope_ends_the_chain(scope, last):
    drive = begun()
    if scope != "all":
        drive.send(cmd.SetScope(scope=scope))
    drive.saves("shop/cart.py")
    drive.ends(green())
    if any(isinstance(each, eff.FindRelated) for each in drive.effects):
        drive.send(obs.RelatedFound(paths=("shop/cart.py",), tests=("tests/test_cart.py",)))
        drive.ends(green())
    assert requests(drive)[-1].covers == last


def test_a_save_overtakes_the_search_for_related_tests():
    drive = begun()
    drive.saves("shop/cart.py")
    drive.ends(green())
    drive.saves("shop/price.py")
    before = len(requests(drive))
    drive.send(obs.RelatedFound(paths=("shop/cart.py",), tests=("tests/test_cart.py",)))
    assert len(requests(drive)) == before


def test_a_scope_is_set_once():
    drive = begun()
    assert drive.state.scope == "all"
    assert isinstance(drive.send(cmd.SetScope(scope="all")), Refusal)
    drive.send(cmd.SetScope(scope="failures"))
    assert drive.state.scope == "failures"
    assert isinstance(drive.send(cmd.SetScope(scope="failures")), Refusal)


def test_a_scope_can_be_run_at_once():
    drive = begun()
    assert isinstance(drive.send(cmd.RunTarget(scope="failures")), Refusal)
    assert isinstance(drive.send(cmd.RunTarget(scope="related")), Refusal)
    drive.send(cmd.RunTarget(scope="all"))
    drive.ends(red(failures=(failure(), failure(test="tests/test_b.py::test_b"))))
    drive.send(cmd.RunTarget())
    drive.ends(red())
    drive.send(cmd.RunTarget(scope="failures"))
    assert drive.state.scope == "failures"
    assert [each.covers for each in requests(drive)] == ["all", "target", "target"]


def test_a_stale_run_on_save_is_followed_by_one_more():
    drive = begun()
    drive.saves()
    drive.ends(green(changed_during=("shop/cart.py",)))
    assert len(requests(drive)) == 2
    drive.ends(red())
    assert len(requests(drive)) == 2


def test_tests_that_write_sources_do_not_run_for_ever():
    drive = begun()
    drive.saves()
    drive.ends(red(changed_during=("tests/made.py",)))
    drive.ends(red(changed_during=("tests/made.py",)))
    assert len(requests(drive)) == 2
