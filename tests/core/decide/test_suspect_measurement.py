"""Looking which lines run, and what mutations change: never evidence, never in the way."""

import re
from dataclasses import replace

import pytest

from coach.core.base.test_id import TestId
from coach.core.decide import Refusal
from coach.core.localize.lacking import Lacking
from coach.core.localize.leads import evidence_from_origins
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.origins import Origin, Origins
from coach.core.localize.ranking import rank
from coach.core.localize.spectrum import FunctionCount, LineCount, Spectrum
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.instrument import Mutate, Trace
from coach.core.runs.report import Counts, Ending, RunReport
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import evaluate
from coach.core.workflow.workflow import GateCheck, Step
from tests.core.driving import TEST, green, opened, red, reproduced


def function(name, passing, first=20, path="shop/cart.py"):
    lines = (LineCount(line=first + 1, passing=passing),)
    return FunctionCount(
        path=path, function=name, first=first, last=first + 2, size=2, passing=passing, lines=lines
    )


def spectrum(*functions, **changes):
    values = {
        "test": TEST,
        "tree": "t0",
        "passing": 3,
        "functions": functions or (function("total", 0), function("add", 2, 40)),
    }
    return Spectrum.model_validate({**values, **changes})


def measured(*functions, **changes):
    drive = reproduced()
    drive.send(obs.SpectrumSeen(spectrum=spectrum(*functions, **changes)))
    return drive


def last_request(drive):
    return next(each.request for each in reversed(drive.effects) if isinstance(each, eff.StartRun))


def test_a_measured_reproduction_is_traced_with_its_own_file():
    request = last_request(reproduced())
    assert (request.purpose, request.instrument, request.focus) == ("trace", Trace(scope="file"), TEST)
    assert request.target == Target(words=("tests/test_cart.py",))


def test_what_was_not_reproduced_is_not_traced():
    drive = opened()
    drive.send(cmd.Begin())
    while drive.state.series_start is not None:
        drive.ends(green())
    assert "trace" not in drive.started()


def test_a_command_cannot_be_traced():
    drive = opened(target=Target(kind="command", words=("make",)))
    drive.send(cmd.Begin())
    for _ in range(3):
        drive.ends(red())
    assert "trace" not in drive.started()
    assert isinstance(drive.send(cmd.Suspects()), Refusal)


def test_the_spectrum_is_recorded_and_ranks():
    drive = measured()
    assert drive.kinds()[-2:] == ["spectrum_measured", "suspects_ranked"]
    assert [each.function for each in drive.state.suspects][:2] == ["total", "add"]
    assert replay(drive.records).suspects == drive.state.suspects


def test_a_trace_run_is_no_evidence_whatever_it_showed():
    drive = opened(target=Target(words=("tests/test_cart.py",)))  # the target is the very file that is traced
    drive.send(cmd.Begin())
    for _ in range(3):
        drive.ends(red())
    before = drive.state.history.trials, drive.state.target_runs, drive.state.last_run
    drive.ends(red("another failure"))
    assert isinstance(drive.state.runs[-1].request.instrument, Trace)
    assert drive.state.runs[-1].failing == ()
    assert drive.state.runs[-1].judged.outcome == "UNRESOLVED"
    assert (drive.state.history.trials, drive.state.target_runs, drive.state.last_run) == before


def test_a_trace_run_that_is_green_is_no_pass():
    drive = reproduced()
    drive.send(cmd.Suspects())
    drive.ends(green())
    assert drive.state.last_pass is None


def test_a_hypothesis_is_not_judged_by_a_trace():
    from coach.core.experiments.hypothesis import Prediction

    drive = reproduced()
    drive.send(cmd.ProposeHypothesis(claim="x", prediction=Prediction(text="passes", expects="pass")))
    drive.send(cmd.Suspects())
    drive.ends(green())
    assert drive.state.open_hypotheses
    assert isinstance(drive.send(cmd.JudgeHypothesis(id=1, verdict="SUPPORTED", reason="seen")), Refusal)


def test_a_save_supersedes_a_trace():
    drive = reproduced()
    drive.send(cmd.Suspects())
    drive.saves("shop/cart.py")
    assert drive.started()[-1] == "feedback"
    assert eff.StopRuns(superseded=True) in drive.effects
    assert drive.state.under_way[-1].request.purpose == "feedback"


def test_entering_isolate_measures_once_per_tree():
    drive = reproduced()
    drive.send(cmd.GoToStep(step="isolate", reason="go"))
    assert drive.started().count("trace") == 2
    drive.looked()
    drive.send(obs.SpectrumSeen(spectrum=spectrum()))
    drive.send(cmd.GoToStep(step="reproduce"))
    drive.send(cmd.GoToStep(step="isolate", reason="go"))
    assert drive.started().count("trace") == 2


def test_a_tied_top_asks_for_the_suite_or_measures_it_when_it_is_known_to_be_quick():
    tied = (function("one", 0, 40), function("two", 0, 60))
    drive = reproduced()
    answer = drive.send(obs.SpectrumSeen(spectrum=spectrum(*tied)))
    assert "‹spectrum› compares" in answer.notice
    drive.send(cmd.RunSuite())
    drive.ends(red(duration=2.0))
    drive.send(obs.SpectrumSeen(spectrum=spectrum(*tied)))
    assert (last_request(drive).instrument, last_request(drive).target) == (Trace(scope="suite"), Target())


def test_a_measurement_of_another_failure_or_of_nothing_changes_nothing():
    drive = reproduced()
    before = drive.state.suspects
    assert isinstance(
        drive.send(obs.SpectrumSeen(spectrum=spectrum(test="tests/test_x.py::test_y"))), Refusal
    )
    drive.send(obs.SpectrumSeen(spectrum=Spectrum(test=TEST)))
    assert drive.state.suspects == before
    assert drive.state.spectrum is None


def test_measuring_waits_for_a_verification():
    drive = measured()
    drive.send(cmd.Verify())
    assert isinstance(drive.send(cmd.Suspects()), Refusal)
    assert isinstance(drive.send(cmd.TryMutants()), Refusal)


def test_mutations_are_tried_on_measured_suspects_outside_of_tests():
    drive = measured(function("total", 0), function("test_total", 0, path="tests/test_cart.py"))
    drive.send(cmd.TryMutants(budget=7))
    (effect,) = [
        each for each in drive.effects if isinstance(each, eff.StartRun) and each.request.tries_mutants
    ]
    assert [(each.function, each.lines) for each in effect.places] == [("total", (21,))]
    assert (effect.request.instrument, effect.request.focus) == (Mutate(seconds=7), TEST)


def test_where_only_test_code_ran_that_is_said_and_not_that_nothing_was_measured():
    drive = measured(function("test_total", 0, path="tests/test_cart.py"))
    said = drive.send(cmd.TryMutants()).reason
    assert "only test code" in said
    assert "measure" not in said
    assert "measures which lines run" in reproduced().send(cmd.TryMutants()).reason


def test_mutants_are_to_mend_the_failure_in_view_and_know_what_else_is_red():
    own, strange = TestId("tests/test_x.py::test_b"), TestId("tests/test_x.py::test_c")
    (first,) = red().failures
    others = (
        first.model_copy(update={"test": strange, "exception": "KeyError"}),
        first.model_copy(update={"test": own}),
    )
    drive = opened(target=Target(words=(str(TEST),)))
    drive.send(cmd.Begin())
    for _ in range(3):
        drive.ends(red().model_copy(update={"failures": (first, *others)}))
    drive.send(obs.SpectrumSeen(spectrum=spectrum()))
    drive.send(cmd.TryMutants())
    (effect,) = [
        each for each in drive.effects if isinstance(each, eff.StartRun) and each.request.tries_mutants
    ]
    assert effect.to_mend == eff.ToMend(failure=first, red=(own, strange))


def test_a_flip_leads_and_is_told():
    places = function("total", 0), function("add", 0, 40)
    drive = measured(*places)
    drive.send(cmd.TryMutants())
    drive.ends(
        RunReport(
            ending=Ending(kind="contradiction", sentence="138 of 4", exit_code=0),
            counts=Counts(passed=2),
            tree="t0",
        )
    )
    assert drive.state.runs[-1].report.ending.kind == "completed"
    flip = Flip(
        path="shop/cart.py",
        function="add",
        line=41,
        kind="comparison",
        before="a < b",
        after="a <= b",
        neighbours=3,
        green=3,
    )
    answer = drive.send(
        obs.MutantsSeen(mutations=Mutations(test=TEST, tree="t0", tried=9, planned=9, flips=(flip,)))
    )
    assert answer.notice == flip.sentence
    assert (drive.state.suspects[0].function, drive.state.suspects[0].flip) == ("add", flip.sentence)
    drive.send(obs.SpectrumSeen(spectrum=spectrum(*places)))
    assert drive.state.suspects[0].function == "add", (
        "a new measurement of the same tree keeps what mutations showed"
    )
    drive.send(obs.SpectrumSeen(spectrum=spectrum(tree="t9")))
    assert drive.state.suspects[0].function == "total"


def test_a_round_that_could_not_begin_is_said_and_forgets_nothing():
    drive = measured()
    before = len(drive.records)
    found = Mutations(test=TEST, ended="impossible", why="this system cannot fork")
    assert "this system cannot fork" in drive.send(obs.MutantsSeen(mutations=found)).notice
    assert len(drive.records) == before


@pytest.mark.parametrize("command", [cmd.Suspects(), cmd.TryMutants()])
def test_without_a_failure_there_is_nothing_to_look_at(command):
    assert isinstance(opened().send(command), Refusal)


FIXED = {
    "mutants": cmd.TryMutants(),
    "spectrum": cmd.Suspects(scope="suite"),
}


def isolated(drive):
    step = drive.state.workflow.step("isolate")
    (answer,) = [each for each in evaluate(drive.state, step) if each.name == "isolated"]
    return answer


def test_the_gate_asks_for_the_place_and_not_for_a_count():
    drive = measured(*[function(f"f{index}", 0, 100 + 10 * index) for index in range(5)])
    weak = isolated(drive)
    assert not weak.passed
    assert weak.figure.startswith("weak: shop/cart.py:")
    drive.send(cmd.GoToStep(step="isolate", reason="as found"))
    assert advise(drive.state).text.startswith("Weak: shop/cart.py:")
    offered = []
    while (move := advise(drive.state)).action in FIXED and not move.is_last_resort:
        assert re.search(r"\(about \d+ s\)", move.text), move
        offered.append(move.action)
        drive.send(FIXED[move.action])
        drive.ends(red())
    assert sorted(offered) == ["mutants", "spectrum"], "each once, whatever came of it"
    assert move.action == "investigate", "one key makes the others, whose own keys open windows"
    for each in drive.state.suspects[1:]:
        drive.send(cmd.RuleOutSuspect(suspect=each.key, reason="seen"))
    left = drive.state.standing_suspects[0]
    assert left.probability > 3 * drive.state.suspects[0].probability  # what is left is likelier
    assert isolated(drive).figure == f"weak: {left.place} {left.likelihood}"  # and may still not be the place


def test_a_gate_of_old_and_own_workflows_still_counts():
    step = Step(id="isolate", title="Isolate", gate=(GateCheck(check="suspects-at-most", limit=3),))
    (few,) = evaluate(measured(function("total", 0)).state, step)
    assert few.passed


def test_that_the_failing_test_runs_no_code_comes_before_any_place():
    missed = FunctionCount(path="shop/cart.py", function="discount", first=90, last=95, size=5, ran=False)
    drive = opened()
    drive.send(cmd.Begin())
    (seen,) = red().failures
    while drive.state.series_start is not None:  # the test's own frame, and no code below it
        drive.ends(red(failures=(seen.model_copy(update={"frames": seen.frames[:1]}),)))
    own = function("test_x", 0, 7, path="tests/test_cart.py")
    drive.send(obs.SpectrumSeen(spectrum=spectrum(own, not_run=(missed,))))
    assert isolated(drive).figure == "the failing test never runs discount at shop/cart.py:90"


def test_a_wider_measurement_that_was_cut_short_takes_nothing_of_what_is_known():
    """Where collecting the suite used its time up, two passing tests once replaced the 53 of the file."""
    drive = measured(passing=53)
    known, left = drive.state.spectrum, ("780 more were not begun after 15.8 s",)
    answer = drive.send(
        obs.SpectrumSeen(spectrum=spectrum(scope="suite", passing=2, neighbours_left_out=left))
    )
    assert drive.state.spectrum == known
    assert answer.notice.endswith(
        "780 more were not begun after 15.8 s; what was measured before with more passing tests stands"
    )
    drive.send(obs.SpectrumSeen(spectrum=spectrum(scope="suite", passing=60, neighbours_left_out=left)))
    assert drive.state.spectrum.passing == 60


def test_what_made_the_wrong_value_is_evidence_for_its_place():
    drive = measured(*[function(f"f{index}", 0, 100 + 10 * index) for index in range(3)])
    (seen,) = drive.state.last_failure.report.failures
    at = seen.own_frames[-1]
    steps = [
        Origin(path="shop/cart.py", line=121, function="f2", name="total", how="assigned"),
        Origin(path="shop/cart.py", line=111, function="f1", name="rate", how="assigned", distance=3),
    ]
    found = Origins(test=TEST, expression="total", path=at.path, line=at.line, origins=tuple(steps))
    leads = evidence_from_origins(replace(drive.state, wrong_value=found), seen)
    assert [(each.start, each.share) for each in leads] == [(121, 1.0), (111, 1.0)]
    ranked = rank((seen,), None, drive.state.spectrum, None, leads)
    told = {each.function: each.reasons[0] for each in ranked[:2]}
    assert told == {"f2": "total came from here: total", "f1": "total came from here: rate"}
    other = found.model_copy(update={"line": at.line + 1})
    assert not evidence_from_origins(replace(drive.state, wrong_value=other), seen)
    # a name that is not there: no value was made, so where those around it came from says nothing
    lacks = Lacking(path="shop/money.py", function="Money", line=3, first=3, last=9, name="rounded")
    blind = spectrum(function("total", 3)).model_copy(update={"lacking": lacks})
    assert not evidence_from_origins(replace(drive.state, wrong_value=found, spectrum=blind), seen)


def test_suspects_of_old_logs_lead():
    old = {"kind": "suspects_ranked", "run": 1, "suspects": [{"path": "a.py", "function": "f", "score": 1.0}]}
    (suspect,) = ev.event_from(old).suspects
    assert suspect.leads
    assert suspect.ran
