"""What leads out of a circle is possible in whatever state, and is never what was done last."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.assistants.told_run import told_run
from coach.cli.commands.console import loop_line, status_text
from coach.core.decide import Refusal
from coach.core.decide.ways_out import standing_ways, ways_out
from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint
from coach.core.export import export
from coach.core.export.quoting import Cleaner
from coach.core.localize.spectrum import Spectrum
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.loops.way import Way
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.redact.redactor import Redactor
from coach.core.runs.report import Counts
from coach.core.search.request import SearchResult
from coach.core.session.summary import summarise
from coach.core.workflow.action_ids import COMMANDS
from coach.core.workflow.way_words import command_of, in_words, tool_of
from coach.mcp.results import loop_answer
from coach.tui.views.loops import card_lines
from tests.core.driving import TEST, failure, red, reproduced
from tests.core.workflow.test_advice import QUIET, Person, lived, sessions

PLACE = Suspect(
    path="shop/cart.py",
    function="total",
    line=21,
    probability=0.71,
    reasons=("commit c0ffee changed it", "few passing tests run its line"),
)
LOOPS = st.sampled_from(
    [
        None,
        *(
            ev.LoopNoticed(pattern=each, level="banner", run=1, evidence=(1,), sentence="s")
            for each in ("revert", "tamper", "guess")
        ),
    ]
)


def goes(person: Person, way: Way):
    """Return the command that goes a way, as the front ends make it."""
    if way.action == "logpoint":
        path, _, line = way.place.rpartition(":")
        return cmd.Look(logpoint=Logpoint(path=path, line=int(line), expression="total"))
    if way.action == "restore":
        return cmd.RestoreTree(run=way.run)
    return cmd.TraceOrigins() if way.action == "origins" else person.command(way.action, way.of)


@settings(QUIET, max_examples=50)
@given(drive=sessions, loop=LOOPS, data=st.data())
def test_a_way_out_is_never_refused_and_not_offered_again_once_gone(drive, loop, data):
    person = lived(drive, data)
    if data.draw(st.booleans()) and not drive.state.closed:
        place = PLACE.model_copy(update={"probability": data.draw(st.floats(0, 1))})
        drive.record(ev.SuspectsRanked(run=drive.state.last_number, suspects=(place,)))
    for _ in range(4):
        ways = ways_out(drive.state, loop)
        assert len({each.kind for each in ways}) == len(ways)
        assert ways or drive.state.closed or drive.state.last_red is None or drive.state.active_hypothesis
        if not ways:
            return
        way = data.draw(st.sampled_from(ways))
        assert way.action in COMMANDS
        answer = drive.send(goes(person, way))
        assert not isinstance(answer, Refusal), (way, answer)
        person.answer()
        again = ways_out(drive.state, loop)
        assert way not in again, way


def stuck():
    """A session of three red runs of other files each, which the newest run left worse than the one before."""
    drive = reproduced()
    for number, names in enumerate((("test_total",), ("test_total", "test_count")), 1):
        drive.saves()
        failures = tuple(failure(test=f"tests/test_cart.py::{name}") for name in names)
        counts = Counts(selected=2, failed=len(names))
        drive.ends(red(tree=f"t{number}", failures=failures, counts=counts))
    return drive


def by_kind(drive, loop=None):
    return {each.kind: each for each in ways_out(drive.state, loop)}


def test_a_likely_place_is_looked_at_with_its_probability_and_reason():
    drive = stuck()
    drive.record(ev.SuspectsRanked(run=drive.state.last_number, suspects=(PLACE,)))
    way = by_kind(drive)["measure"]
    assert way.sentence == "Look at the values at shop/cart.py:21 in total (71%: commit c0ffee changed it)."
    assert command_of(way) == "coach logpoint shop/cart.py:21"
    drive.send(goes(None, way))
    assert by_kind(drive)["measure"].action != "logpoint", "it is being looked at"


def test_what_is_not_measured_yet_is_named_with_its_price_and_what_it_would_tell():
    """While no place is likely, each measurement is offered once, and at last the best place after all."""
    drive = stuck()
    drive.record(
        ev.SuspectsRanked(
            run=drive.state.last_number, suspects=(PLACE.model_copy(update={"probability": 0.3}),)
        )
    )
    assert by_kind(drive)["measure"].sentence == (
        "Measure which lines the failing test runs, about 1 s (nothing is measured yet: the lines it runs say most)."
    )
    offered = []
    for _ in range(9):
        way = by_kind(drive)["measure"]
        if way.action == "logpoint":
            break
        offered.append(way.named)
        assert not isinstance(drive.send(goes(Person(drive, None), way)), Refusal), way
        if drive.state.search:
            nothing = SearchResult(how="nothing", sentence="nothing")
            drive.send(obs.SearchOver(number=drive.state.search.request.number, result=nothing))
        else:
            drive.ends(red(tree="t2"))
            drive.send(obs.SpectrumSeen(spectrum=Spectrum(test=TEST, tree="t2", passing=3)))
    assert offered[0] == "spectrum"
    assert len(offered) >= 3
    assert len(set(offered)) == len(offered)
    assert way.action == "logpoint"


def test_the_files_with_fewer_failures_are_named_with_both_figures():
    drive = stuck()
    way = by_kind(drive)["restore"]
    assert (
        way.sentence
        == "Go back to the files of #5: 1 test red, now 2 tests red, and no test was weakened there."
    )
    assert in_words(way).endswith("(`coach restore 5`)")
    assert tool_of(way) == "restore"


def test_what_is_missing_in_writing_is_named():
    drive = stuck()
    assert by_kind(drive)["write"].action == "hypothesis"
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="9", expects=None)))
    assert "write" not in by_kind(drive), "it waits for a run"
    drive.saves()
    drive.ends(red(tree="t3"))
    assert by_kind(drive)["write"].action == "judge"
    drive.send(cmd.JudgeHypothesis(id=1, verdict="REFUTED", reason="still 9"))
    drive.saves()
    drive.ends(red(tree="t4"))
    assert by_kind(drive)["write"].sentence.startswith("H1 is refuted: write")
    loop = ev.LoopNoticed(pattern="revert", level="banner", run=7, evidence=(4, 5, 6, 7), sentence="back")
    assert by_kind(drive, loop)["write"].sentence == "Write down what #5 and #6 showed."


def test_a_prediction_that_was_judged_before_anything_ran_leaves_the_next_one_to_write():
    drive = stuck()
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="9", expects=None)))
    drive.send(cmd.JudgeHypothesis(id=1, verdict="INCONCLUSIVE", reason="it says nothing of the cause"))
    assert by_kind(drive)["write"].sentence.startswith("H1 is inconclusive: write")


def test_files_that_answer_differently_are_measured_as_flaky_first():
    drive = stuck()
    drive.send(cmd.RunTarget())
    drive.ends(red("assert 1 == 2", tree="t2"))
    assert by_kind(drive)["measure"].action in {"searches", "reproduce"}


def test_a_closed_session_is_offered_nothing():
    drive = stuck()
    drive.send(cmd.Close())
    assert ways_out(drive.state) == ()


def test_every_front_end_says_the_same_sentence():
    drive = stuck()
    number = drive.state.last_number
    drive.record(ev.SuspectsRanked(run=number, suspects=(PLACE,)))
    ways = ways_out(drive.state)
    loop = ev.LoopNoticed(
        pattern="guess", level="banner", run=number, evidence=(number,), sentence="again", ways=ways
    )
    drive.record(loop)
    state, clean = drive.state, Cleaner(Redactor(), "/project")
    said = {
        "a line of a command": loop_line(loop),
        "status": status_text(state),
        "json": str(summarise(state)["loop"]),
        "a hook": told_run(state, state.last_run, clean),
        "a tool": str(loop_answer(state, loop)),
        "an export": export(state).text,
        "the card": "".join(piece.text for each in card_lines(state, loop) for piece in each.pieces),
    }
    assert [name for name, text in said.items() if ways[0].sentence not in text] == []
    assert "coach logpoint shop/cart.py:21" in said["status"]


def test_what_is_offered_follows_the_state_while_the_loop_stands_and_is_kept_after_it():
    drive = stuck()
    number = drive.state.last_number
    loop = ev.LoopNoticed(
        pattern="guess", level="banner", run=number, sentence="again", ways=ways_out(drive.state)
    )
    drive.record(loop)
    drive.record(ev.SuspectsRanked(run=number, suspects=(PLACE,)))
    assert standing_ways(drive.state, loop)[0].sentence.endswith("(71%: commit c0ffee changed it).")
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="9", expects=None)))
    assert standing_ways(drive.state, loop) == loop.ways
