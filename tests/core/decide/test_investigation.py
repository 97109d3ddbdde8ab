"""The investigation: what it chooses, how it makes room, and that nothing is measured twice or after its time."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.decide import Decision, Refusal, decide
from coach.core.decide.investigation import why_not_investigated
from coach.core.decide.measurement_kinds import BY_NAME, next_measurement, why_not_now
from coach.core.localize.call_trace import Call, CallsRequest, CallTrace
from coach.core.localize.measurement import Limits
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.origins import Origins, OriginsRequest
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.instrument import Mutate, Trace
from coach.core.runs.report import Ending, RunReport
from coach.core.search.request import SearchResult
from coach.core.session.fold import replay
from coach.core.workflow.advice import advise
from coach.tui.views.flow import flow
from coach.tui.views.measuring import investigating
from tests.core.decide.test_suspect_measurement import function, spectrum
from tests.core.driving import CHANGES, TEST, Drive, green, opened, red

PASSING = "tests/test_cart.py::test_empty"


class Bench:
    """An engine that answers when it is told to, oldest effect first."""

    def __init__(self, drive: Drive) -> None:
        self.drive, self.seen, self.tree = drive, 0, "t0"
        self.seconds = 0.2
        """What each run takes."""
        self.jobs: list[eff.StartRun] = []
        self.searches: list[eff.RunSearch] = []
        self.stopped: dict[int, str] = {}
        self.idle_work: list[eff.StartRun | eff.RunSearch] = []

    def send(self, message):
        answer = self.drive.send(message)
        for effect in self.drive.effects[self.seen :]:
            self._begin(effect)
        self.seen = len(self.drive.effects)
        return answer

    def _begin(self, effect) -> None:
        match effect:
            case eff.StopRuns():
                for job in self.jobs:
                    self.stopped.setdefault(id(job), "superseded" if effect.superseded else "cancelled")
            case eff.StopSearch():
                for search in self.searches:
                    self.stopped[id(search)] = "stopped"
            case eff.StartRun():
                self.jobs.append(effect)
            case eff.RunSearch():
                self.searches.append(effect)
        if isinstance(effect, eff.StartRun | eff.RunSearch) and effect.is_idle_work:
            self.idle_work.append(effect)

    def answer(self) -> None:
        """Let the oldest effect end, as it ends in a project with one defect that is still there."""
        if self.jobs:
            self._end_run(self.jobs.pop(0))
        elif self.searches:
            search = self.searches.pop(0)
            how = "stopped" if id(search) in self.stopped else "nothing"
            self.send(
                obs.SearchOver(number=search.request.number, result=SearchResult(how=how, sentence=how))
            )

    def _end_run(self, job: eff.StartRun) -> None:
        request = job.request
        if kind := self.stopped.get(id(job)):
            self.send(obs.RunEnded(number=request.number, report=RunReport(ending=Ending(kind=kind))))
            return
        self.send(obs.RunEnded(number=request.number, report=red(tree=self.tree, duration=self.seconds)))
        match request.instrument:
            case Trace(scope=scope):
                alike = [function(f"total_{number}", 0, 60 + 10 * number) for number in range(4)]
                counts = (function("total", 3), *alike)  # no place stands out: it goes on measuring
                seen = spectrum(*counts, tree=self.tree, scope=scope)
                self.send(obs.SpectrumSeen(spectrum=seen))
            case Mutate():
                self.send(obs.MutantsSeen(mutations=Mutations(test=TEST, tree=self.tree, tried=9, planned=9)))
            case OriginsRequest():
                found = Origins(test=TEST, run=request.number, expression="cart.total()")
                self.send(obs.OriginsSeen(run=request.number, origins=found))
            case CallsRequest():
                calls = (Call(depth=0, path="shop/cart.py", function="total", line=21),)
                traces = (
                    CallTrace(test=TEST, run=request.number, calls=calls),
                    CallTrace(test=PASSING, run=request.number, calls=calls, failed=False),
                )
                self.send(obs.CallsSeen(run=request.number, traces=traces))

    def rest(self) -> None:
        """Answer all that is owed, and what follows from it."""
        for _ in range(60):
            if not (self.jobs or self.searches):
                return
            self.answer()
        raise AssertionError("it never comes to rest")


def session(*, watching=True, confined=True, **limits) -> Bench:
    """A session on a failing test whose failure is not known yet."""
    drive = opened()
    drive.record(ev.InvestigationLimited(limits=Limits(**limits), confined=confined))
    bench = Bench(drive)
    bench.send(cmd.Begin(reproduce=False))
    if watching:
        bench.send(obs.WatchSeen(watching=True))
    return bench


def failed(**options) -> Bench:
    """The same, run once: red."""
    bench = session(**options)
    bench.send(cmd.RunTarget(purpose="experiment"))
    bench.answer()
    return bench


def measured(bench: Bench) -> list[tuple[str, str]]:
    found = bench.drive.state.investigation
    return [(each.name, each.how) for each in found.measurements] if found else []


def test_it_begins_by_itself_when_a_run_ended_red_and_measures_one_thing_after_the_other():
    bench = failed()
    assert measured(bench) == [("lines", "")]
    bench.rest()
    state = bench.drive.state
    assert [name for name, _ in measured(bench)] == [
        *("lines", "calls", "origins", "suite", "mutations", "regression")
    ]
    assert {how for _, how in measured(bench)} == {"done"}
    assert state.investigation.ending == "nothing left"
    assert state.investigation.sentence.startswith("weak: shop/cart.py:21 total")
    assert replay(bench.drive.records) == state
    kinds = bench.drive.kinds()
    assert kinds.count("investigation_began") == kinds.count("investigation_ended") == 1


@pytest.mark.parametrize(
    ("seconds", "first"), [(4.0, ["lines", "calls", "suite", "origins"]), (20.0, ["lines", "suite"])]
)
def test_mutations_take_all_they_are_given_so_they_come_last_or_leave_what_the_others_need(seconds, first):
    """No small edit mends most defects: a round of them kept the way of the value from being looked at where tests are slow."""
    bench = session(seconds=100)
    bench.seconds = seconds
    bench.send(cmd.RunTarget(purpose="experiment"))
    bench.answer()
    while "mutations" not in dict(measured(bench)):
        bench.answer()
    assert [name for name, _ in measured(bench)] == [*first, "mutations"]
    tried, left = bench.jobs[-1].request.instrument, bench.drive.state.investigation.left
    assert tried.seconds + tried.more <= left
    if "calls" not in first:
        assert tried.seconds + tried.more <= left * 2 / 3


def test_what_it_starts_is_work_that_nobody_waits_for_and_ends_with_its_seconds():
    bench = failed(seconds=50)
    bench.rest()
    assert bench.idle_work
    assert all(0 < each.within <= 50 for each in bench.idle_work)
    bench.send(cmd.RunTarget())
    assert not bench.jobs[-1].is_idle_work
    assert not bench.jobs[-1].within


@pytest.mark.parametrize(
    "options", [{"watching": False}, {"auto": False}, {"runs": 0}], ids=["headless", "off", "only by key"]
)
def test_it_does_not_begin_by_itself_where_nobody_holds_the_session_or_the_settings_forbid_it(options):
    bench = failed(**options)
    assert bench.drive.state.investigation is None
    assert not bench.jobs
    refused = bench.send(cmd.Investigate())
    assert isinstance(refused, Refusal) == (options.get("runs") == 0)


def test_asked_for_it_begins_where_it_would_not_by_itself_and_not_while_one_is_under_way():
    bench = failed(auto=False)
    bench.send(cmd.Investigate(seconds=8))
    assert (bench.drive.state.investigation.budget, measured(bench)) == (8, [("lines", "")])
    assert "under way" in bench.send(cmd.Investigate()).reason
    bench.rest()
    # 8 seconds were too few for them; then all is measured
    for left in (["suite", "mutations", "regression"], []):
        bench.send(cmd.Investigate())
        bench.rest()
        assert [name for name, _ in measured(bench)] == left
    green_one = session()
    assert "no failing run" in green_one.send(cmd.Investigate()).reason


def test_files_are_put_back_at_once_while_coach_measures_by_itself():
    """A restore waits for nothing that nobody waits for: the measurement gives way, as it does to a save."""
    bench = failed()
    assert [each.request.purpose for each in bench.jobs] == ["trace"]
    decided = bench.send(cmd.RestoreTree(run=1))
    assert [type(each).__name__ for each in decided.effects] == ["StopRuns", "RestoreTree"]
    assert decided.effects[0].superseded
    bench.send(cmd.RunTarget())
    assert "a run is under way" in bench.send(cmd.RestoreTree(run=1)).reason


def test_a_save_comes_first_and_the_measurement_is_made_again_when_it_still_fails():
    bench = failed()
    bench.tree = "t1"
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    assert measured(bench) == [("lines", "interrupted")]
    assert [each.request.purpose for each in bench.jobs] == ["trace", "feedback"]
    bench.answer()
    bench.answer()
    assert bench.drive.state.investigation.key.tree == "t1"
    assert measured(bench) == [("lines", "")]


def test_a_search_of_it_is_stopped_before_a_run_of_the_engineers_begins_and_goes_on_with_what_it_tried():
    bench = failed()
    for _ in range(20):
        if not bench.searches:
            bench.answer()
    bench.send(cmd.RunTarget())
    stop, start = bench.drive.effects[-2:]
    assert (type(stop), type(start)) == (eff.StopSearch, eff.StartRun)
    assert measured(bench)[-1] == ("regression", "interrupted")
    bench.answer()
    bench.answer()
    assert [each.request.kind for each in bench.searches] == ["commits"], "it goes on after the run"
    assert measured(bench)[-1] == ("regression", "")


def test_a_green_run_ends_it_and_a_return_to_known_files_measures_nothing_again():
    bench = failed()
    bench.rest()
    known = bench.drive.state.suspects
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    bench.send(obs.RunEnded(number=bench.jobs.pop(0).request.number, report=green(tree="t1")))
    bench.rest()
    bench.tree = "t2"
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    bench.rest()
    assert [name for name, _ in measured(bench)][0] == "lines"
    bench.tree = "t0"
    before = len(bench.idle_work)
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    bench.rest()
    bench.send(cmd.Investigate())
    bench.rest()
    state = bench.drive.state
    assert not [each for each in bench.idle_work[before:] if isinstance(each, eff.StartRun)]
    assert state.spectrum.tree == state.mutants.tree == "t0"
    assert [each.key for each in state.suspects] == [each.key for each in known]


def test_cancelling_stops_it_for_good_and_pausing_until_it_is_resumed():
    bench = failed()
    bench.send(cmd.PauseInvestigation())
    assert bench.stopped == {id(bench.jobs[0]): "cancelled"}
    bench.rest()
    assert measured(bench) == [("lines", "interrupted")]
    bench.send(cmd.PauseInvestigation(paused=False))
    assert measured(bench)[1:] == [("lines", "")]
    bench.send(cmd.CancelRun())
    bench.rest()
    assert bench.drive.state.investigation.ending == "stopped"
    bench.send(cmd.RunTarget())
    bench.rest()
    assert bench.drive.state.investigation.ending == "stopped", "the same failure on the same files"
    assert "no investigation" in bench.send(cmd.StopInvestigation()).reason


def test_runs_on_save_and_the_investigation_are_paused_by_one_key():
    bench = failed()
    bench.send(obs.WatchSeen(watching=False))
    assert bench.drive.state.investigation.paused
    bench.rest()
    bench.send(obs.WatchSeen(watching=True))
    assert measured(bench)[-1] == ("lines", "")


def test_code_that_cannot_be_confined_runs_only_when_it_is_asked_for_and_the_end_says_so():
    bench = failed(confined=False)
    bench.rest()
    assert "mutations" not in dict(measured(bench))
    assert "small mutations wait for you" in bench.drive.state.investigation.sentence
    assert "cannot be confined" in why_not_now(bench.drive.state, BY_NAME["mutations"])
    assert not BY_NAME["regression"].command(bench.drive.state, 1.0).proves
    assert BY_NAME["regression"].command(failed().drive.state, 1.0).proves
    bench.send(cmd.TryMutants())
    assert isinstance(bench.jobs[-1].request.instrument, Mutate)


def test_the_failing_test_runs_no_more_often_than_the_settings_allow():
    bench = failed(runs=2)
    bench.rest()
    assert [how for _, how in measured(bench)] == ["done", "done"]
    assert "2 times" in why_not_now(bench.drive.state, BY_NAME["mutations"])


def test_it_ends_when_its_seconds_are_used_up_and_says_what_is_left():
    bench = failed(seconds=6)
    bench.drive.clock += 4
    bench.rest()
    found = bench.drive.state.investigation
    assert found.ending == "time"
    assert "would take longer" in found.sentence


def test_it_ends_once_the_place_is_isolated():
    bench = failed()
    bench.rest()
    likely = [
        each.model_copy(update={"probability": 0.01 if index else 0.9, "kinds": ("line", "raised")})
        for index, each in enumerate(bench.drive.state.suspects)
    ]
    bench.drive.record(ev.SuspectsRanked(run=1, suspects=tuple(likely)))
    bench.send(cmd.Investigate())
    found = bench.drive.state.investigation
    assert (found.ending, found.sentence) == ("isolated", "isolated: shop/cart.py:21 90%")


def test_what_the_engineer_measured_is_not_measured_again_and_its_answer_is_waited_for():
    bench = failed(auto=False)
    bench.send(cmd.Suspects())
    bench.send(cmd.Investigate())
    bench.rest()
    assert [name for name, _ in measured(bench)] == ["calls", "origins", "suite", "mutations", "regression"]


def test_a_measurement_that_cannot_be_made_counts_as_failed_and_the_next_follows():
    bench = failed()
    job = bench.jobs.pop(0)
    bench.send(obs.EffectFailed(effect="StartRun", message="no room on the disk", run=job.request.number))
    assert measured(bench)[0] == ("lines", "failed")
    assert measured(bench)[1] == ("origins", ""), "what needs no lines"
    bench.rest()
    assert [name for name, _ in measured(bench)] == ["lines", "origins", "regression"]


def test_what_it_measures_is_nobodys_experiment():
    """The loop detectors ask whether the engineer looked at anything between two edits."""
    bench = failed()
    bench.rest()
    assert "experiment" not in bench.drive.state.history.marks
    bench.send(cmd.TryMutants())
    bench.rest()
    assert "experiment" in bench.drive.state.history.marks


def test_a_session_taken_up_again_has_no_investigation_under_way():
    bench = failed()
    bench.drive.record(ev.SessionResumed())
    found = bench.drive.state.investigation
    assert (found.ending, measured(bench)) == ("stopped", [("lines", "interrupted")])
    assert found.key not in bench.drive.state.investigated


_FLIP = Flip(path="shop/cart.py", function="total", line=21, kind="constant", before="1", after="2")
_ACTS = {
    "answer": lambda bench: bench.answer(),
    "save": lambda bench: bench.send(obs.FilesSaved(paths=("shop/cart.py",))),
    "run": lambda bench: bench.send(cmd.RunTarget()),
    "reproduce": lambda bench: bench.send(cmd.Reproduce()),
    "cancel": lambda bench: bench.send(cmd.CancelRun()),
    "stop search": lambda bench: bench.send(cmd.StopSearch()),
    "pause": lambda bench: bench.send(cmd.PauseInvestigation()),
    "resume": lambda bench: bench.send(cmd.PauseInvestigation(paused=False)),
    "lines": lambda bench: bench.send(cmd.Suspects()),
    "search": lambda bench: bench.send(cmd.BeginSearch(kind="commits")),
    "investigate": lambda bench: bench.send(cmd.Investigate()),
    "p": lambda bench: bench.send(obs.WatchSeen(watching=not bench.drive.state.watching)),
}
_ACT = st.sampled_from([*["answer"] * 8, *_ACTS])


@settings(max_examples=30, deadline=None)
@given(st.lists(_ACT, max_size=30), st.integers(10, 60), st.booleans())
def test_whatever_happens_it_makes_room_measures_nothing_twice_and_keeps_to_its_seconds(acts, seconds, edits):
    bench = failed(seconds=seconds)
    for number, act in enumerate(acts):
        if act == "save" and edits:
            bench.tree = f"t{number}"
        _ACTS[act](bench)
        _holds(bench)
    bench.send(obs.WatchSeen(watching=True))
    bench.rest()
    _holds(bench)
    found = bench.drive.state.investigation
    assert found.paused or not found.is_open or why_not_investigated(bench.drive.state)


def _holds(bench: Bench) -> None:
    state, found = bench.drive.state, bench.drive.state.investigation
    going = [each for each in (*bench.jobs, *bench.searches) if each.is_idle_work]
    assert sum(id(each) not in bench.stopped for each in going) <= 1, "never two at once"
    own = [each for each in (*bench.jobs, *bench.searches) if not each.is_idle_work]
    if [each for each in own if id(each) not in bench.stopped and isinstance(each, eff.StartRun)]:
        assert state.measurement is None, "it makes room for the engineer's runs"
    for each in (record.event for record in bench.drive.records):
        if isinstance(each, ev.InvestigationBegan):
            key, spent, budget = (each.test, each.tree), 0.0, each.seconds
        elif isinstance(each, ev.MeasurementBegan):
            assert spent < budget, "never after its time"
        elif isinstance(each, ev.MeasurementEnded):
            spent += each.seconds
    assert not found or key == found.key
    _never_twice(bench)


def _never_twice(bench: Bench) -> None:
    done, key = Counter(), None
    for each in (record.event for record in bench.drive.records):
        if isinstance(each, ev.InvestigationBegan):
            key = (each.test, each.tree)
        elif isinstance(each, ev.MeasurementEnded) and each.how == "done":
            done[key, each.name] += 1
    assert all(times == 1 for times in done.values()), done


def test_nothing_is_chosen_of_a_target_that_can_be_measured_by_nothing():
    bench = failed()
    state = bench.drive.state
    chosen = next_measurement(replay(bench.drive.records))
    assert chosen.kind.name == "lines", "the one under way is not done yet"
    assert decide(cmd.PauseInvestigation(paused=False), state) == Refusal("the investigation goes on already")


FLIP = Flip(path="shop/cart.py", function="total", line=21, kind="comparison", before="x > 3", after="x >= 3")


def until(bench: Bench, name: str) -> Bench:
    """Let it measure until a measurement of that name is under way."""
    while bench.drive.state.measurement and bench.drive.state.measurement.name != name:
        bench.answer()
    return bench


def test_while_it_measures_the_next_move_is_one_that_can_be_made_now():
    bench = session()
    bench.send(cmd.GoToStep(step="isolate", reason="it is known"))
    bench.send(cmd.RunTarget(purpose="experiment"))
    bench.answer()
    asked = []
    while bench.drive.state.measurement:
        move = advise(bench.drive.state)
        assert move.action == "editor", move
        assert not move.is_waiting
        assert "‹next-step›" in move.text, "it can be gone on without"
        assert bench.drive.state.suspects[0].place in move.text
        asked.append(bench.drive.state.measurement.name)
        bench.answer()
    assert {"lines", "mutations", "calls", "regression"} <= set(asked)
    assert advise(bench.drive.state).action != "editor"


def test_a_flip_is_known_while_the_round_goes_on_and_ranks_nothing_before_its_end():
    bench = until(failed(), "mutations")
    bench.send(cmd.GoToStep(step="isolate", reason="it is known"))
    number, before = bench.drive.state.measurement.run, bench.drive.state
    assert "it passes" not in advise(before).text
    answer = bench.send(obs.FlipSeen(run=number, flip=FLIP))
    assert answer.notice == FLIP.sentence
    assert not bench.send(obs.FlipSeen(run=number, flip=FLIP)).notice, (
        "the same words at another spot of the line"
    )
    bench.send(obs.FlipSeen(run=number, flip=FLIP.model_copy(update={"line": 22})))
    state = bench.drive.state
    assert [each.line for each in state.early_flips] == [21, 21, 22]
    assert (state.suspects, state.mutants) == (before.suspects, before.mutants), "others may follow"
    assert state.measurement.name == "mutations"
    assert "with x >= 3 instead of x > 3 at shop/cart.py:21 it passes" in advise(state).text
    said = investigating(state, state.investigation, state.at, 120).plain
    assert "flip at cart.py:21" in said
    assert isinstance(bench.send(obs.FlipSeen(run=1, flip=FLIP)), Refusal), "of a run that is over"
    bench.answer()
    assert bench.drive.state.early_flips == ()
    assert replay(bench.drive.records) == bench.drive.state


def test_the_line_of_an_investigation_says_what_it_found_so_far():
    bench = until(failed(), "mutations")
    state = bench.drive.state
    said = investigating(state, state.investigation, state.at + 3, 120).plain
    assert "measuring: small mutations" in said
    assert f" cart.py:{state.suspects[0].line} {state.suspects[0].likelihood}" in said


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_measured_for_how_long_and_the_key_that_pauses_it_fit_into_80_columns(name):
    state = until(failed(), "lines").drive.state
    found = state.investigation
    assert found is not None
    measured = replace(found, measurements=(replace(found.measurements[-1], name=name),))
    [row] = flow([investigating(state, measured, found.measurements[-1].began + 3, 80)], 80)
    said = "".join(each.text for each in row.pieces)
    assert said.startswith(f" ◌ measuring: {BY_NAME[name].title} · 87 s at most")
    assert said.endswith(" p  pauses   c  stops ")
    assert "·…" not in said


def test_a_paused_investigation_says_what_it_has_left():
    bench = until(failed(), "mutations")
    bench.send(cmd.PauseInvestigation(paused=True))
    state = bench.drive.state
    assert state.investigation
    said = investigating(state, state.investigation, state.at, 120).plain
    assert f"paused · {state.investigation.left:.0f} s at most" in said


def test_files_that_the_runs_write_themselves_start_no_investigation_anew():
    """Every run of the test leaves another table of results: three trees, and nothing is measured twice."""
    bench = failed()
    bench.rest()
    done = measured(bench)
    bench.send(cmd.RunTarget(purpose="experiment"))
    job = bench.jobs.pop(0)
    bench.send(obs.RunEnded(number=job.request.number, report=red(tree="t1", same_as="t0", left="t2")))
    bench.rest()
    assert measured(bench) == done
    bench.tree = "t2"
    bench.send(cmd.RunTarget(purpose="experiment"))
    bench.answer()
    bench.rest()
    assert measured(bench) == done
    assert isinstance(bench.send(cmd.Investigate()), Decision)
    bench.rest()
    assert measured(bench) == [], "what is known is known of all three"
    assert replay(bench.drive.records) == bench.drive.state


def test_what_was_isolated_before_an_edit_is_measured_anew_after_it():
    bench = failed(auto=False)
    bench.send(cmd.Investigate())
    bench.rest()
    bench.tree = "t1"
    bench.send(obs.FilesSaved(paths=("shop/cart.py",)))
    bench.rest()
    likely = tuple(
        each.model_copy(update={"probability": 0.95 if index == 0 else 0.01, "kinds": ("alone", "flip")})
        for index, each in enumerate(bench.drive.state.suspects)
    )
    bench.drive.record(ev.SuspectsRanked(run=1, suspects=likely))
    bench.send(cmd.Investigate())
    assert measured(bench) == [("lines", "")]


@pytest.mark.parametrize(
    ("path", "read", "comes_first"),
    [
        ("README.md", (), False),
        ("docs/notes.txt", (), False),
        ("shop/template.txt", ("shop/template.txt",), True),
        ("shop/rates.json", (), True),
        ("shop/tax.py", (), True),
    ],
)
def test_prose_that_no_test_opened_does_not_keep_the_history_from_being_searched(path, read, comes_first):
    drive = opened()
    drive.send(cmd.RunTarget())
    drive.ends(red(opened=read))
    changes = CHANGES.model_copy(update={"files": (CHANGES.files[0].model_copy(update={"path": path}),)})
    state = replace(drive.state, changes=changes)
    why_not = BY_NAME["regression"].why_not(state)
    assert why_not == ("code is edited and not committed: the edits come first" if comes_first else "")
