"""Whatever runs show: no red run is called passed, nothing is green that did not run, the failure changes by a word only."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.cli.commands.console import exit_code_of, run_line, status_text
from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.log import events as ev
from coach.core.log.describe import say
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.failure import failing_set
from coach.core.runs.oracle import judge
from coach.core.runs.reference import Reference, could_not_ask, is_for_want_of_a_name
from coach.core.runs.report import Counts, Ending, Frame, NotRun, RunReport
from coach.core.workflow.advice import advise
from tests.core.driving import TEST, failure, green, opened, red, reproduced

OTHER = "tests/test_cart.py::test_empty"


def not_run(how, counts, reason="needs the feed feature"):
    return RunReport(
        ending=Ending(exit_code=0),
        counts=Counts(**counts),
        not_run=(NotRun(test=TEST, how=how, reason=reason),),
        tree="t1",
    )


SKIPPED = not_run("skipped", {"selected": 1, "skipped": 1})
XFAILED = not_run("xfailed", {"selected": 1, "xfailed": 1})
BESIDE = not_run("skipped", {"selected": 2, "skipped": 1, "passed": 1})
ABSENT = not_run("absent", {"selected": 1, "passed": 1}, "")
NO_TESTS = RunReport(ending=Ending(kind="no_tests", sentence="all 3 tests were deselected", exit_code=5))
TIMEOUT = RunReport(ending=Ending(kind="timeout", sentence="timeout after 300 s"))
RERUN = green(reruns=(TEST,), rerun_failures=(failure(),))
TYPO = red(
    failures=(
        failure(
            "name 'totl' is not defined",
            exception="NameError",
            frames=(Frame(path="shop/cart.py", line=3, function="total", own=True),),
        ),
    )
)
BESIDE_RED = red(failures=(failure(test=OTHER),))
REPORTS = [
    red(), red("assert 8 == 10"), green(), SKIPPED, XFAILED, BESIDE, ABSENT, NO_TESTS, TIMEOUT, RERUN, TYPO, BESIDE_RED,
]  # fmt: skip
STEPS = st.one_of(
    st.sampled_from(REPORTS),
    st.sampled_from(["save", "run", "reproduce", "take", "verify", "experiment"]),
)
SAYS_PASSED = re.compile(r"\b[1-9]\d* passed|\bpassed in\b|\bis green\b|\bpasses\b")


def truth(report, wanted=(TEST,)):
    """What a run really showed of the tests in question, told without the code under test."""
    if report.failures or report.rerun_failures:
        return "red"
    is_whole = report.ending.is_complete and not any(each.test in wanted for each in report.not_run)
    return "green" if is_whole and report.counts.passed else "neither"


def told(state, run):
    """Every sentence there is of one run."""
    finished = ev.RunFinished(number=run.number, report=run.report, failing=run.failing, judged=run.judged)
    return [run_line(run), say(finished)[2]]


def step(drive, move):
    if isinstance(move, RunReport):
        if drive.state.under_way:
            drive.ends(move)
        return
    moves = {
        "save": obs.FilesSaved(paths=("shop/cart.py",)),
        "run": cmd.RunTarget(),
        "experiment": cmd.RunTarget(purpose="experiment"),
        "reproduce": cmd.Reproduce(),
        "take": cmd.TakeFailure(),
        "verify": cmd.Verify(),
    }
    drive.send(moves[move])


@settings(max_examples=300, deadline=None)
@example(["save", "save", BESIDE_RED, "take", BESIDE])
@given(st.lists(STEPS, max_size=30))
def test_no_sentence_calls_a_red_run_passed_and_nothing_is_green_that_did_not_pass(moves):
    drive = reproduced()
    wanted = {}
    for move in moves:
        over = {run.number for run in drive.state.under_way}
        wanted |= dict.fromkeys(over, drive.state.reference.tests)  # as they are when such a run ends
        step(drive, move)
    for run in drive.state.runs:
        if run.report is None or run.request.only_looks:
            continue
        shown = truth(run.report, wanted.get(run.number, (TEST,)))
        outcome = run.judged.outcome
        if run.request.purpose in {"suite", "baseline"}:  # what a suite lost is a line of the verification
            continue
        assert outcome != "PASS" or shown == "green"
        if shown == "red":
            assert run.failing
            assert exit_code_of(run) != 0
            assert not [
                each for each in told(drive.state, run) if SAYS_PASSED.search(each.partition(" (")[0])
            ]
    passed = drive.state.last_pass
    assert passed is None or truth(passed.report, wanted.get(passed.number, (TEST,))) == "green"
    found = drive.state.reproduction
    assert found.passes + found.failures + found.otherwise == found.runs
    red_runs = [run for run in map(drive.state.run, found.evidence) if truth(run.report) == "red"]
    assert found.passes <= found.runs - len(red_runs)
    assert advise(drive.state).text
    assert status_text(drive.state)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_the_reference_failure_changes_by_command_only(moves):
    drive = reproduced()
    for move in moves:
        before = drive.state.reference
        step(drive, move)
        assert move == "take" or drive.state.reference == before
        assert drive.state.last_failure.shows(drive.state.reference) or (
            drive.state.last_failure.number == drive.state.reference.run
        )


@pytest.mark.parametrize("report", [SKIPPED, XFAILED, NO_TESTS, TIMEOUT, BESIDE, ABSENT], ids=lambda _: "")
def test_what_did_not_run_is_neither_green_nor_red(report):
    known = Reference(run=1, failing=failing_set(red()))
    judged = judge(report, (), known)
    assert judged.outcome == "UNRESOLVED"
    assert judged.reason


def test_a_skip_beside_passes_is_green_for_a_target_it_is_not():
    known = Reference(run=1, failing=failing_set(BESIDE_RED))
    assert judge(BESIDE, (), known).outcome == "PASS"
    assert judge(BESIDE, ()).outcome == "PASS"


def test_the_reason_of_a_skip_is_said():
    assert judge(SKIPPED, ()).reason == f"not run: {TEST} was skipped: needs the feed feature"


def test_a_test_that_passed_only_when_run_again_is_red():
    drive = opened()
    drive.send(cmd.Begin())
    for _ in range(3):
        drive.ends(RERUN)
    assert drive.state.reproduction.is_stable
    assert (
        drive.state.last_run.judged.remark == "ran again" or drive.state.runs[0].judged.remark == "ran again"
    )


def test_every_run_red_with_another_message_is_ten_reds():
    drive = opened()
    drive.send(cmd.Begin())
    for number in range(3):
        drive.ends(red(f"assert {200 + number} == {180 + number}"))
    found = drive.state.reproduction
    assert (found.failures, found.runs, found.messages, found.is_stable) == (3, 3, 3, True)


def test_ids_that_change_from_run_to_run_are_counted_by_their_function():
    drive = opened()
    drive.send(cmd.Begin())
    for number in (523, 187, 905):
        drive.ends(red(failures=(failure(test=f"{TEST}[{number}]"),)))
    found = drive.state.reproduction
    assert (found.failures, found.runs, found.test) == (3, 3, TEST)
    assert drive.state.reference.tests == (TEST,)
    drive.send(cmd.RunTarget())
    drive.ends(red(failures=(failure(test=f"{TEST}[77]"),)))
    assert drive.state.last_run.judged.outcome == "FAIL"


def test_red_tests_of_a_file_have_a_rate_each():
    drive = opened()
    drive.send(cmd.Begin())
    both = red(failures=(failure(), failure(test=OTHER)))
    for report in (both, red(), both, both):
        if drive.state.series_start:
            drive.ends(report)
    while drive.state.series_start:
        drive.ends(both)
    found = drive.state.reproduction
    assert found.is_stable
    assert found.test == TEST
    assert [each.test for each in found.others] == [OTHER]
    assert found.others[0].failures == found.runs - 1
    assert drive.state.reference.tests == (TEST,)


def test_a_typo_after_the_reproduction_stays_a_typo():
    drive = reproduced()
    before = drive.state.reference
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="p", expects="pass")))
    drive.saves("shop/cart.py")
    drive.ends(TYPO)
    run = drive.state.last_red
    assert run.judged.remark == "broken edit"
    assert run.judged.reason == (
        "your edit broke it: NameError: name 'totl' is not defined, shop/cart.py:3, not the failure you are after"
    )
    (judged,) = drive.state.hypotheses
    assert judged.verdict != "REFUTED"
    assert drive.state.reference == before
    assert drive.state.last_failure.number == before.run or drive.state.last_failure.shows(before)
    assert drive.state.last_failure.failing[0].exception == "AssertionError"
    assert "NameError" in advise(drive.state).text


def test_another_test_that_lacks_its_fixture_is_not_broken_by_the_edit():
    """It lacked it all along, in a file nobody edited; a module that the edit took away is another matter."""
    elsewhere = failure(
        "fixture 'benchmark' not found",
        test=OTHER,
        phase="setup",
        exception="FixtureLookupError",
        frames=(Frame(path="tests/test_cart.py", line=3, function="test_empty", own=True),),
    )
    drive = reproduced()
    drive.saves("shop/cart.py")
    drive.ends(red(failures=(elsewhere,)))
    assert drive.state.runs[-1].judged.remark != "broken edit"
    born = elsewhere.model_copy(
        update={
            "phase": "call",
            "exception": "ImportError",
            "frames": (Frame(path="shop/cart.py", line=1, function="total", own=True),),
        }
    )
    drive.saves("shop/cart.py")
    drive.ends(red(failures=(born,)))
    assert drive.state.runs[-1].judged.remark == "broken edit"


@pytest.mark.parametrize(
    ("exception", "message", "is_broken"),
    [
        ("NameError", "name 'lnes' is not defined", True),
        ("UnboundLocalError", "cannot access local variable 'x'", True),
        ("ImportError", "cannot import name 'b' from 'a'", True),
        ("IndentationError", "unexpected indent", True),
        ("TypeError", "share() missing 1 required positional argument: 'parts'", True),
        ("TypeError", "share() got an unexpected keyword argument 'of'", True),
        ("TypeError", "Cart.total() takes 1 positional argument but 2 were given", True),
        ("AttributeError", "module 'shop' has no attribute 'cart'", True),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'NoneType'", False),
        ("AttributeError", "'NoneType' object has no attribute 'total'", False),
        ("KeyError", "'price'", False),
        ("AssertionError", "assert 1 == 2", False),
    ],
)
def test_reasons_of_an_edits_own(exception, message, is_broken):
    (seen,) = failing_set(red(failures=(failure(message, exception=exception),)))
    assert is_for_want_of_a_name(seen) == is_broken


def test_an_older_code_that_lacks_what_the_test_calls_cannot_be_asked():
    in_test = (Frame(path="tests/test_cart.py", line=8, function="test_total", own=True),)
    lacks = red(
        failures=(
            failure("'Cart' object has no attribute 'total'", exception="AttributeError", frames=in_test),
        )
    )
    (seen,) = failing_set(lacks)
    assert could_not_ask(seen)
    known = Reference(run=1, failing=failing_set(red()))
    assert judge(lacks, (seen,), known).outcome == "UNRESOLVED"
    deeper = red(failures=(failure("'NoneType' object has no attribute 'x'", exception="AttributeError"),))
    assert judge(deeper, failing_set(deeper), known).outcome == "FAIL"
    assert judge(deeper, failing_set(deeper), known, "exception").outcome == "UNRESOLVED"


def test_only_a_word_takes_another_failure():
    drive = reproduced()
    drive.saves("shop/cart.py")
    drive.ends(BESIDE_RED)
    assert drive.state.reference.tests == (TEST,)
    assert isinstance(drive.send(cmd.TakeFailure(test="tests/test_cart.py::test_none")), Refusal)
    drive.send(cmd.TakeFailure())
    assert drive.state.reference.tests == (OTHER,)
    assert isinstance(drive.send(cmd.TakeFailure()), Refusal)


OLD = "tests/test_cart.py::test_tutorial"


def beside(*failures, **more):
    return red(
        failures=failures, counts=Counts(selected=9, failed=len(failures), passed=9 - len(failures)), **more
    )


def test_what_fails_otherwise_in_the_same_runs_is_an_old_failure_and_no_reason_against_a_fix():
    alike = failure(test=OTHER)
    old = failure(
        "assert 9 == 0",
        test=OLD,
        frames=(Frame(path="tests/test_cart.py", line=90, function="test_tutorial", own=True),),
    )
    drive = opened()
    drive.send(cmd.Begin())
    drive.send(obs.WatchSeen(watching=True))
    for _ in range(3):
        drive.ends(beside(failure(), alike, old))
    drive.looked()
    assert drive.state.reference.tests == (OTHER, TEST)
    assert drive.state.reference.beside == (OLD,)
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="p", expects="pass")))
    drive.saves("shop/cart.py")
    while drive.state.under_way:
        drive.ends(beside(old, passed=(TEST, OTHER), tree="t1"))
    run = drive.state.last_red
    assert run.judged.outcome == "UNRESOLVED"
    assert run.judged.reason == f"{OTHER} passes; 1 other test is red as before: {OLD}"
    assert drive.state.reference.tests == (OTHER, TEST)
    drive.send(cmd.RunTarget(purpose="experiment"))
    drive.ends(beside(old, passed=(TEST, OTHER), tree="t1"))
    assert drive.state.hypotheses[0].verdict == "SUPPORTED"
    drive.send(cmd.Verify())
    asked = [each.request for each in drive.effects if isinstance(each, eff.StartRun)][-1]
    assert asked.purpose == "verify"
    assert asked.target.words == (OTHER, TEST)


def test_a_new_red_beside_old_ones_is_another_failure():
    known = Reference(run=1, failing=failing_set(red()), beside=(OLD,))
    new = beside(failure(test="tests/test_cart.py::test_new"), passed=(TEST,))
    assert judge(new, failing_set(new), known).remark == "another failure"
    not_told = beside(failure(test=OLD))
    assert judge(not_told, failing_set(not_told), known).remark == "another failure"
    skipped = beside(failure(test=OLD), not_run=(NotRun(test=TEST, reason="later"),))
    assert judge(skipped, failing_set(skipped), known).outcome == "UNRESOLVED"
    assert judge(skipped, failing_set(skipped), known).remark != "old failures"
