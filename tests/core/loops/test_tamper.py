"""The failure went away because the tests ask for less."""

from dataclasses import replace

import pytest

from coach.core.base.test_id import TestId
from coach.core.loops.attempt import Attempt, Finding
from coach.core.loops.detectors import symptom_patch
from coach.core.loops.detectors import test_tampering as tamper
from coach.core.loops.history import History
from coach.core.runs.changes import Changes, FileChange
from tests.core.loops.story import GREEN, OTHER, TEST, Story, failed, red

A = "assert 9 == 10"
PATH = "tests/test_cart.py"
CONFTEST = "tests/conftest.py"


def weaker(kind="fewer-assertions", function="test_total", path=PATH):
    return (Finding(kind=kind, path=path, line=3, function=function, text=f"{function or path} is weaker"),)


def edit(story, outcome=GREEN, kind="fewer-assertions", paths=(PATH,), nature="tests", **more):
    findings = more.pop("findings", weaker(kind))
    return story.edit(outcome, paths=paths, nature=nature, findings=findings, **more)


KINDS = [
    "fewer-assertions",
    "trivial-assertion",
    "skip-added",
    "test-gone",
    "expectation-changed",
    "inputs-changed",
]


@pytest.mark.parametrize("kind", KINDS)
def test_red_to_green_by_a_weaker_test_is_heard_at_once(kind):
    found = tamper.seen(edit(red(A), kind=kind).history)
    assert (found.level, found.evidence) == ("banner", (1, 2))
    assert found.place == f"{PATH}::test_total"
    assert "green in #2" in found.sentence


@pytest.mark.parametrize("kind", ["narrowed", "patched-in-conftest"])
def test_what_all_tests_share_needs_no_name(kind):
    findings = weaker(kind, "", CONFTEST)
    assert tamper.seen(edit(red(A), findings=findings, paths=(CONFTEST,)).history).level == "banner"


def test_one_of_several_failures_is_enough():
    both = [failed(A), failed("assert 1 == 2", OTHER)]
    story = edit(red(both), [failed("assert 1 == 2", OTHER)], "skip-added")
    assert tamper.seen(story.history).level == "banner"


def test_the_pinned_test_gets_the_card():
    history = red(A).history.pinned(TestId(f"{TEST}[a-1]"))
    assert tamper.seen(edit(Story(history, 1)).history).level == "card"


def test_parametrized_and_class_tests_are_recognised():
    start = red([failed(A, "tests/test_cart.py::TestCart::test_total[3-7]")])
    found = tamper.seen(edit(start, findings=weaker(function="TestCart::test_total")).history)
    assert found.level == "banner"


def test_while_red_it_is_a_note():
    assert tamper.seen(edit(red(A), A).history).level == "note"


def test_the_green_may_come_later():
    story = edit(red(A), "assert 1 == 3", "skip-added").edit(GREEN)
    found = tamper.seen(story.history)
    assert (found.level, found.evidence) == ("banner", (2, 3))


def test_a_test_that_ran_and_is_skipped_now_needs_no_syntax_tree():
    story = red(A).edit(GREEN, paths=("setup.py",), report={"skipped": (TEST,)})
    assert tamper.seen(story.history).level == "banner"


def test_fewer_tests_run_than_before():
    fewer = {"counts": {"selected": 3, "passed": 3}}
    found = tamper.seen(red(A).edit(GREEN, paths=("pytest.ini",), report=fewer).history)
    assert found.level == "banner"
    assert "2 fewer tests run" in found.sentence
    fixed = red(A).edit(GREEN, paths=("shop/cart.py",), report=fewer)
    assert tamper.seen(fixed.history) is None


@pytest.mark.parametrize(("in_head", "level"), [(None, "note"), (False, "note"), (True, "banner")])
def test_tests_go_with_the_file_that_nobody_committed(in_head, level):
    gone = FileChange(path="tests/test_try.py", change="deleted", in_head=in_head)
    story = red(A, heads=()).run(A)
    changes = Changes(base="t0", tree="t1", files=(gone,))
    story.run(GREEN, "t1", counts={"selected": 3, "passed": 3})
    read = Attempt(run=3, base_run=2, changes=changes, nature="tests")
    found = tamper.seen(story.history.read(read))
    assert found.level == level


@pytest.mark.parametrize("kind", ["expectation-changed", "inputs-changed"])
def test_another_expectation_is_a_question_unless_the_test_failed_before_any_edit(kind):
    after_a_patch = red(A, heads=()).edit(A)
    found = tamper.seen(edit(after_a_patch, kind=kind).history)
    assert (found.level, found.move) == ("note", tamper.QUESTION)
    assert "is not known" in found.sentence
    for now, level in ((kind, "note"), ("fewer-assertions", "banner")):
        was_green = Story(History(heads=frozenset({"t0"}))).run(GREEN, "t0").edit(A)
        assert tamper.seen(edit(was_green, kind=now).history).level == level
    was_red = red(A).edit(A)
    assert tamper.seen(edit(was_red, kind=kind).history).level == "banner"


def test_a_test_that_the_commit_does_not_have_is_a_draft():
    drafted = edit(red(A), findings=[each.model_copy(update={"in_head": False}) for each in weaker()])
    assert tamper.seen(drafted.history).level == "note"
    withdrawn = edit(red(A, heads=()), kind="test-gone")
    assert tamper.seen(withdrawn.history).level == "note"
    known = [each.model_copy(update={"in_head": True}) for each in weaker("test-gone")]
    assert tamper.seen(edit(red(A, heads=()), findings=known).history).level == "banner"


def test_a_script_that_the_target_runs_demands_nothing():
    script = "test_try.py"
    ended = failed("exit 1", test=f"python {script}", exception="exit 1", phase="command")
    history = replace(red([ended]).history, words=("python", script))
    corrected = Story(history, 1).edit(GREEN, paths=(script,), nature="tests", findings=weaker(path=script))
    assert tamper.seen(corrected.history) is None
    assert symptom_patch.seen(corrected.history) is None
    tested = Story(history, 1).edit(GREEN, paths=(PATH,), nature="tests")
    assert tamper.seen(tested.history).level == "banner"


def test_only_tests_were_edited_and_a_value_was_wrong():
    found = tamper.seen(red(A).edit(GREEN, paths=("tests/data.json",), nature="tests").history)
    assert found.level == "banner"
    assert "Only tests were edited" in found.sentence


def test_data_that_spare_the_code_its_error_are_no_fix():
    raised = failed("'NoneType' has no 'rate'", exception="AttributeError", place=("shop/cart.py", "total"))
    found = tamper.seen(red([raised]).edit(GREEN, paths=("tests/data.json",), nature="tests").history)
    assert (found.level, found.place) == ("banner", "tests/data.json")


@pytest.mark.parametrize(
    ("exception", "message"),
    [("TypeError", "unsupported operand type(s) for +: 'int' and 'NoneType'"), ("NameError", "no 'rate'")],
)
def test_an_error_that_the_code_raises_is_not_the_tests_to_avoid(exception, message):
    raised = failed(message, exception=exception, place=("shop/cart.py", "total"))
    found = tamper.seen(edit(red([raised]), kind="inputs-changed").history)
    assert (found.level, found.place) == ("banner", f"{PATH}::test_total")


HEALTHY = {
    "a fix": red(A).edit(GREEN),
    "a note says why": edit(red(A).wrote("note")),
    "changed while green": edit(Story().run(GREEN, "t0"), A),
    "another test follows a wanted change": red(A).edit(
        GREEN, findings=weaker("expectation-changed", "test_other")
    ),
    "a branch": edit(red(A), head_moved=True),
    "coach put it back": edit(red(A), restored=True),
    "corrected while red, then fixed": edit(red(A), "assert 1 == 3", "expectation-changed").edit(GREEN),
    "inputs follow the code": red(A).edit(
        GREEN, paths=(PATH, "shop/cart.py"), findings=weaker("inputs-changed")
    ),
    "a rename ends in the tests": red([failed("no 'total'", exception="AttributeError")]).edit(
        GREEN, paths=(PATH,), nature="tests", findings=weaker("inputs-changed")
    ),
    "a keyword took another name": red([failed("unexpected keyword 'rate'", exception="TypeError")]).edit(
        GREEN, paths=(PATH,), nature="tests", findings=weaker("inputs-changed")
    ),
    "the test could not even run": red([failed("no module", exception="ImportError")]).edit(
        GREEN, paths=(PATH,), nature="tests"
    ),
    "no edit": red(A).run(GREEN),
    "it gets more cases while red": red(A).edit(
        [failed(A, f"{TEST}[3-7]")], paths=(PATH,), nature="tests", findings=weaker("inputs-changed")
    ),
    "a flaky test passes after an edit of tests": red(A)
    .run(GREEN)
    .run(A)
    .edit(GREEN, paths=(PATH,), nature="tests"),
    "weakened when green was long ago": edit(red(A).edit(GREEN), GREEN),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    found = tamper.seen(HEALTHY[name].history)
    assert found is None or found.level == "note", found


def test_an_own_test_may_still_change():
    history = red(A).edit(A, paths=(PATH,), nature="tests", new_tests=(f"{PATH}::test_total",)).history
    assert tamper.seen(edit(Story(history, 2), kind="expectation-changed").history).level == "note"
    pinned = Story(history.pinned(TestId(TEST)), 2)
    assert tamper.seen(edit(pinned, kind="expectation-changed").history).level == "card"


def test_an_unpinned_test_may_change_and_a_pinned_one_again_not():
    history = red(A).history.pinned(TestId(TEST)).taken_off()
    assert tamper.seen(edit(Story(history, 1)).history) is None
    again = history.pinned(TestId(TEST))
    assert tamper.seen(edit(Story(again, 1)).history).level == "card"


def test_a_narrower_target_that_leaves_the_failure_out():
    whole = red([failed(A)]).history
    file = replace(whole, words=("tests/test_cart.py",))
    aimed = Story(file.aimed(("tests/test_cart.py::test_other",)), 1).run(GREEN, "t0")
    found = tamper.seen(aimed.history)
    assert found.level == "banner"
    assert TEST in found.sentence
    kept = Story(file.aimed((TEST,)), 1).run(GREEN, "t0")
    assert tamper.seen(kept.history) is None
    elsewhere = Story(file.aimed(("tests/test_new.py::test_new",)), 1).run(GREEN, "t0")
    assert tamper.seen(elsewhere.history) is None
    red_again = Story(file.aimed(("tests/test_cart.py::test_other",)), 1).run(A, "t0")
    assert tamper.seen(red_again.history) is None
