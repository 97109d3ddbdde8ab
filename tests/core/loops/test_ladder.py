"""Note → banner → stop card; quiet for three runs; another loop is heard at once; what is dismissed stays dismissed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.loops import escalation
from coach.core.loops.detection import LEVELS, Detection, numbers
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.escalation import COOLDOWN, Said, look
from tests.core.loops.story import GREEN, OTHER, Story, failed, red


def detection(pattern="no-effect", level="banner", run=5, place="a"):
    return Detection(pattern, level, (run - 1, run), place, "seen", "do", "run")


def said(pattern="no-effect", level="banner", run=5, place="a"):
    return Said(pattern, place, level, run)


def climb(detections, before, dismissed, runs=range(1, 100)):
    """Climb after the run that the sightings are about; every run counts."""
    last = detections[0].evidence[-1] if detections else 0
    return escalation.climb(detections, before, dismissed, [run for run in runs if run <= last])


def levels(answer):
    return [(each.pattern, each.level) for each in answer]


def test_the_first_time_it_is_said_as_seen():
    assert levels(climb([detection()], [], ())) == [("no-effect", "banner")]


def test_a_note_becomes_a_banner_at_once():
    assert levels(climb([detection(run=6)], [said(level="note", run=5)], ())) == [("no-effect", "banner")]


def test_the_same_is_not_said_again_for_three_runs():
    for run in range(6, 6 + COOLDOWN):
        assert climb([detection(run=run)], [said(run=5)], ()) == ()
    assert levels(climb([detection(run=6 + COOLDOWN)], [said(run=5)], ())) == [("no-effect", "card")]


def test_only_runs_of_the_target_cool_down():
    """A save may start several runs; what counts is how often the target itself was tried."""
    assert climb([detection(run=20)], [said(run=5)], (), [5, 10, 20]) == ()
    assert levels(climb([detection(run=20)], [said(run=5)], (), [5, 8, 10, 15, 20])) == [
        ("no-effect", "card")
    ]


def test_a_note_stays_a_note_however_often():
    assert levels(climb([detection(level="note", run=20)], [said(level="note", run=5)], ())) == [
        ("no-effect", "note")
    ]


def test_another_place_and_another_pattern_are_heard_at_once():
    assert levels(climb([detection(place="b", run=6)], [said(run=5)], ())) == [("no-effect", "banner")]
    assert levels(climb([detection("revert", run=6)], [said(run=5)], ())) == [("revert", "banner")]


def test_what_was_dismissed_stays_dismissed_there_and_only_there():
    dismissed = {("no-effect", "a")}
    assert climb([detection(run=50)], [said(run=5)], dismissed) == ()
    assert levels(climb([detection(run=50, place="b")], [said(run=5)], dismissed)) == [
        ("no-effect", "banner")
    ]


def test_only_the_most_specific_is_loud():
    seen = [detection("tamper"), detection("revert"), detection("no-effect")]
    assert levels(climb(seen, [], ())) == [("tamper", "banner"), ("revert", "note"), ("no-effect", "note")]


def test_a_guess_without_effect_is_one_loop():
    assert levels(climb([detection("no-effect", "note"), detection("guess")], [], ())) == [
        ("no-effect", "note")
    ]


def test_detectors_can_be_switched_off_one_by_one():
    story = red().edit("assert 9 == 10").edit("assert 9 == 10").edit("assert 9 == 10")
    assert {each.pattern for each in look(story.history)} == {"no-effect", "guess"}
    assert {each.pattern for each in look(story.history, {"no-effect"})} == {"guess"}
    assert look(story.history, set(DETECTORS)) == ()


def test_a_healthy_morning_is_silent():
    """Each edit fixes one test and reveals another: other tests, other exceptions, one file."""
    story = Story()
    names = ["a", "b", "c", "d", "e", "f", "g"]
    kinds = [
        "AssertionError",
        "KeyError",
        "TypeError",
        "AssertionError",
        "ValueError",
        "AssertionError",
        "IndexError",
    ]
    heard = []
    for name, kind in zip(names, kinds, strict=True):
        story = story.edit([failed(f"{name} is wrong", f"tests/test_x.py::test_{name}", kind)])
        heard += climb(look(story.history), [], ())
    story = story.edit(GREEN)
    heard += climb(look(story.history), [], ())
    assert heard == []


def test_runs_read_as_a_list():
    assert numbers(()) == ""
    assert numbers((4,)) == "#4"
    assert numbers((4, 6)) == "#4 and #6"
    assert numbers((4, 6, 9)) == "#4, #6 and #9"
    assert numbers((1, 2, 3, 4, 9)) == "#1 to #9 (5 of them)"


OUTCOMES = st.sampled_from([GREEN, "assert 9 == 10", "assert 8 == 10", "other", "broken", "timeout"])
NATURES = st.sampled_from(["patch", "observing", "cosmetic", "tests", "groundwork"])
STEPS = st.lists(
    st.tuples(OUTCOMES, NATURES, st.sampled_from(["", "t1", "t2"]), st.booleans(), st.booleans()), max_size=14
)


def tell(steps):
    story = Story()
    for outcome, nature, tree, moved, noted in steps:
        if noted:
            story.wrote("note")
        made = {
            "other": [failed("assert 1 == 2", OTHER)],
            "broken": [failed("x", exception="SyntaxError")],
        }.get(outcome, outcome)
        story.edit(made, tree, nature=nature, head_moved=moved)
        yield story


@settings(deadline=None)
@given(STEPS)
def test_whatever_happens_evidence_is_real_and_the_ladder_keeps_its_rules(steps):
    before: list[Said] = []
    for story in tell(steps):
        runs = {trial.run for trial in story.history.trials}
        answer = climb(look(story.history), before, ())
        for each in answer:
            assert set(each.evidence) <= runs
            assert each.evidence[-1] == story.history.now.run
            assert list(each.evidence) == sorted(set(each.evidence))
            assert each.sentence.strip()
            assert each.move.strip()
            earlier = [old for old in before if (old.pattern, old.place) == (each.pattern, each.place)]
            if earlier and each.evidence[-1] - earlier[-1].run <= COOLDOWN:
                assert LEVELS.index(each.level) > LEVELS.index(earlier[-1].level)
        assert sum(each.level != "note" for each in answer) <= 1
        before += [Said(each.pattern, each.place, each.level, each.evidence[-1]) for each in answer]


@settings(deadline=None)
@given(STEPS)
def test_only_looking_and_formatting_never_say_anything(steps):
    quiet = [
        (outcome, "observing" if nature == "patch" else "cosmetic", tree, moved, noted)
        for outcome, nature, tree, moved, noted in steps
    ]
    for story in tell(quiet):
        assert [
            each for each in look(story.history) if each.level != "note" and each.pattern != "tamper"
        ] == []


@settings(deadline=None)
@given(STEPS)
def test_reruns_never_say_anything(steps):
    for story in tell(steps):
        pass
    if steps:
        again = story.run("assert 9 == 10")
        assert look(again.history) == ()
