"""Suspects are ranked by what was measured, say why, and say when they are tied."""

import ast

import pytest

from coach.core.localize.line_prior import Clues, line_order, priors
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.ranking import rank
from coach.core.localize.spectrum import FunctionCount, LineCount, Spectrum
from coach.core.localize.standing import EVIDENCE, LIKELY
from coach.core.localize.suspect import Touched
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Failure, Frame
from coach.core.search.request import Lead

TEST = "tests/test_cart.py::test_discount_of_three"


def function(name, passing, path="shop/cart.py", first=10, **changes):
    lines = (LineCount(line=first + 1, passing=passing), LineCount(line=first + 2, passing=passing))
    values = {
        "path": path,
        "function": name,
        "first": first,
        "last": first + 3,
        "size": 3,
        "passing": passing,
        "lines": lines,
    }
    return FunctionCount.model_validate({**values, **changes})


def measured(*functions, **changes):
    return Spectrum.model_validate({"test": TEST, "passing": 4, "functions": functions, **changes})


def failure(*frames, test=TEST, exception="AssertionError"):
    own = tuple(
        Frame(path=path, line=line, function=name, own=True, code="def x():\n    pass", code_start=line)
        for path, line, name in frames
    )
    return Failure(test=test, exception=exception, message="no", frames=own)


def names(suspects):
    return [each.function for each in suspects]


def test_every_weight_has_a_source():
    assert all(each.value and each.source for each in EVIDENCE.values())


def test_what_fewer_passing_tests_ran_comes_first():
    found = rank([failure()], None, measured(function("often", 4), function("never", 0, first=30)))
    assert names(found) == ["never", "often"]
    assert found[0].reasons[0] == "run by the failing test and by none of 4 passing ones"
    assert found[0].suspiciousness == 1.0


def test_of_equal_suspects_the_one_touched_last_comes_first_and_says_so():
    spectrum = measured(function("older", 1), function("newer", 1, first=30))
    old = Touched(path="shop/cart.py", start=10, end=13, commit="0" * 39 + "1", subject="begin", at=1)
    new = Touched(path="shop/cart.py", start=30, end=33, commit="0" * 39 + "2", subject="faster", at=2)
    found = rank([failure()], None, spectrum, touched=[old, new])
    assert names(found) == ["newer", "older"]
    assert "last touched by 0000000000: faster" in found[0].reasons
    alone = rank([failure()], None, spectrum, touched=[old])
    assert alone == rank([failure()], None, spectrum)


def lead(**changes):
    values = {"path": "shop/cart.py", "start": 28, "end": 34, "reason": "without this change it passes"}
    return Lead.model_validate({**values, **changes})


def test_what_an_experiment_points_at_comes_before_what_only_ran():
    spectrum = measured(function("never", 0), function("often", 4, first=30))
    found = rank([failure()], None, spectrum, None, [lead()])
    assert names(found) == ["often", "never"]
    assert found[0].reasons[0] == "without this change it passes"
    assert found[0].line == 32, "of two alike the one that ran later"
    twice = rank([failure()], None, spectrum, None, [lead(), lead(start=31, end=31)])
    assert twice[0].score == found[0].score
    shared = rank([failure()], None, spectrum, None, [lead(share=0.25)])
    assert shared[0].score < found[0].score


def test_a_lead_outside_of_what_ran_is_a_suspect_of_its_own_and_a_picture_is_none():
    found = rank(
        [failure()], None, measured(function("never", 0)), None, [lead(path="shop/tax.py", start=3, end=4)]
    )
    assert (found[0].path, found[0].line) == ("shop/tax.py", 3)
    assert names(rank([failure()], None, measured(function("never", 0)), None, [lead(path="logo.png")])) == [
        "never"
    ]


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("discount", {}, "shares discount with the test's name"),
        ("apply", {"mentioned": ("apply",)}, "named in the test"),
    ],
)
def test_names_shared_with_the_test_lift_a_place(name, changes, reason):
    found = rank([failure()], None, measured(function("other", 1), function(name, 1, first=30), **changes))
    assert names(found)[0] == name
    assert reason in found[0].reasons


def test_a_consequence_of_the_failure_comes_after_what_ran_before_it():
    places = (function("shown", 0, after_raise=True), function("work", 1, first=30, order=1))
    found = rank([failure()], None, measured(*places))
    assert names(found) == ["work", "shown"]
    assert found[1].reasons[0].endswith("by none of 4 passing ones, only after the exception was raised")


def test_equal_scores_are_ties_and_say_so():
    found = rank(
        [failure()],
        None,
        measured(function("one", 1), function("two", 1, first=30), function("far", 4, first=50)),
    )
    assert [(each.rank, each.ties) for each in found] == [(1, 2), (1, 2), (3, 1)]


def test_the_traceback_is_joined_with_the_function_around_its_line():
    found = rank(
        [failure(("shop/cart.py", 31, "two"))],
        None,
        measured(function("A.one", 1), function("A.two", 1, first=30)),
    )
    assert names(found) == ["A.two", "A.one"]
    assert "raised here" in found[0].reasons


def test_traceback_frames_are_candidates_even_when_the_spectrum_was_erased():
    found = rank([failure(("shop/lost.py", 5, "lost"))], None, measured(function("one", 1)))
    assert "lost" in names(found)


def test_tests_and_module_level_code_stay_below():
    spectrum = measured(
        function("test_discount_of_three", 0, path="tests/test_cart.py"),
        function("<module>", 0, first=1),
        function("work", 4, first=30),
    )
    assert names(rank([failure()], None, spectrum))[0] == "work"


def test_a_change_since_the_last_pass_leads():
    hunk = Hunk(old_start=31, old_lines=1, new_start=31, new_lines=1, text="-    a\n+    b")
    changes = Changes(
        base="a", tree="b", label="#3 passed", files=(FileChange(path="shop/cart.py", hunks=(hunk,)),)
    )
    found = rank([failure()], changes, measured(function("one", 0), function("two", 4, first=30)))
    assert names(found)[0] == "two"
    assert found[0].line == 31
    assert found[0].reasons[0] == "1 line changed since #3 passed"


def flip(**changes):
    values = {
        "path": "shop/cart.py",
        "function": "two",
        "line": 32,
        "kind": "comparison",
        "before": "a < b",
        "after": "a <= b",
        "neighbours": 4,
        "green": 4,
    }
    return Flip.model_validate({**values, **changes})


def test_a_clean_flip_leads_and_reads_as_evidence_about_a_place():
    spectrum = measured(function("one", 0), function("two", 4, first=30))
    (first, *_) = rank([failure()], None, spectrum, Mutations(test=TEST, flips=(flip(),)))
    assert (first.function, first.line) == ("two", 32)
    assert (
        first.flip
        == "with a <= b instead of a < b at shop/cart.py:32 the failing test passes and 4 of 4 neighbours stay green"
    )


@pytest.mark.parametrize("changes", [{"green": 1}, {"silences": True}])
def test_a_flip_that_breaks_neighbours_or_takes_a_check_away_proves_little(changes):
    spectrum = measured(function("one", 0), function("two", 4, first=30))
    found = rank([failure()], None, spectrum, Mutations(test=TEST, flips=(flip(**changes),)))
    assert found[0].function == "one"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, 31),
        ({"neighbours": 0, "green": 0}, 31),
        ({"siblings": 4, "mended": 3}, 31),
        ({"siblings": 4, "mended": 1}, 32),
        ({"green": 3}, 32),
        ({"silences": True}, 32),
    ],
)
def test_only_a_flip_that_does_not_dodge_names_its_line(changes, line):
    spectrum = measured(function("two", 0, first=30))
    (first, *_) = rank([failure()], None, spectrum, Mutations(test=TEST, flips=(flip(line=31, **changes),)))
    assert (first.line, first.flip != "") == (line, True)
    assert set(first.best_lines[:2]) == {32, 31}


def test_what_the_test_names_and_never_ran_is_said_at_the_end():
    missing = FunctionCount(path="shop/cart.py", function="discount", first=90, last=95, size=5, ran=False)
    found = rank([failure()], None, measured(function("one", 0), not_run=(missing,)))
    assert (found[-1].function, found[-1].ran, found[-1].leads) == ("discount", False, False)
    assert found[-1].reasons == ("named like the test, and the failing test never runs it",)
    named = missing.model_copy(update={"function": "Cart.render"})
    found = rank([failure()], None, measured(function("one", 0), not_run=(named,)))
    assert found[-1].reasons == ("named in the test, and the failing test never runs it",)


def test_without_a_measurement_the_traceback_is_all_there_is():
    found = rank(
        [failure(("tests/test_cart.py", 8, "test_discount_of_three"), ("shop/cart.py", 31, "two"))], None
    )
    assert names(found) == ["two", "test_discount_of_three"]


def test_among_equal_lines_those_that_decide_or_compute_come_first():
    code = "def f(self, a):\n    self.a = a\n    if a < 3:\n        return a + 1"
    worth = {2: 1.0, 3: 1.0, 4: 1.0, 1: 0.2}
    ast.parse(code)
    assert line_order(worth, priors(code)) == (3, 4, 2, 1)


def test_the_failure_itself_speaks_for_lines():
    """Where it was raised, through which call it came, and a text that the message holds."""
    frames = tuple(Frame(path="shop.py", line=line, function="f", own=True) for line in (4, 9))
    failure = Failure(test="test_shop.py::test_f", message="KeyError: 'coupon'", frames=frames)
    clues = Clues(failure)
    raised, passed, said, nothing = (
        clues.on("shop.py", 9, "return table[key]"),
        clues.on("shop.py", 4, "f(key)"),
        clues.on("shop.py", 5, 'key = "coupon"'),
        clues.on("shop.py", 6, 'key = "basket"'),
    )
    assert raised > passed > nothing == 0.0 < said
    assert Clues(None).on("shop.py", 9, "") == 0.0


def changed(path, *hunks, change="modified"):
    made = tuple(
        Hunk(old_start=at, old_lines=0, new_start=at, new_lines=1, heading=heading, text=text)
        for at, heading, text in hunks
    )
    return Changes(
        base="a", tree="b", label="HEAD", files=(FileChange(path=path, change=change, hunks=made),)
    )


@pytest.mark.parametrize("change", ["added", "modified"])
@pytest.mark.parametrize(
    "file", ["tests/test_cart.py", "conftest.py", "checks/cart_checks.py", "shop/testing/fixtures.py"]
)
def test_test_code_is_no_suspect_for_being_new_or_changed(file, change):
    """Write the failing test first: the one thing that is not committed is the test, and the defect is elsewhere."""
    test = f"{file}::test_discount_of_three" if "checks" in file else TEST
    spectrum = measured(
        function(
            "test_discount_of_three", 0, path=file, first=30, code="def test_discount_of_three():\n    x"
        ),
        function("total", 3),
        test=test,
    )
    red = failure((file, 31, "test_discount_of_three"), test=test)
    edits = changed(
        file, (30, "def test_other():", "+\n+def test_discount_of_three():\n+    x"), change=change
    )
    touch = Touched(path=file, start=30, end=33, commit="2" * 40, subject="a test", at=2)
    old = Touched(path="shop/cart.py", start=10, end=13, commit="1" * 40, subject="begin", at=1)
    for known in (spectrum, None):
        plain = rank([red], None, known)
        found = rank([red], edits, known, touched=[touch, old])
        assert names(found) == names(plain)
        assert not any("changed since" in why for each in found for why in each.reasons)
    assert found == plain or found[0].function != "test_discount_of_three"


def test_code_in_the_failing_tests_own_file_stays_a_suspect_for_its_change():
    """A script of one file, and a test in a docstring: what is not a test there is the code."""
    for test, name in (("quiz.py::test_score", "quiz"), ("shop/cart.py::shop.cart.total", "total")):
        path = test.partition("::")[0]
        spectrum = measured(
            function(name, 2, path=path, code="def quiz():\n    pass", first=10),
            function("other", 2, path=path, first=30),
            test=test,
        )
        red = failure(test=test)
        (first, *_) = rank([red], changed(path, (11, "", "-    a\n+    b")), spectrum)
        assert (first.function, first.reasons[0]) == (name, "1 line changed since HEAD")


def test_a_commit_that_is_proven_outweighs_a_change_elsewhere_that_dodges_the_failure():
    """What passes without the commit fails for what it changed, though passing tests run those lines as well."""
    dodging, cause = function("run", 1, first=30), function("detab", 300, first=10)
    spectrum = measured(dodging, cause, passing=400)
    tried = Mutations(test=TEST, flips=(flip(line=31),))
    (first, *_) = rank([failure()], None, spectrum, tried)
    assert (first.function, first.probability > 0.8) == ("run", True)
    lead = Lead(path="shop/cart.py", start=11, end=11, reason="it goes with it", kind="proven")
    (first, *_) = rank([failure()], None, spectrum, tried, [lead])
    assert first.function == "detab"
    assert first.probability > 0.5


@pytest.mark.parametrize("is_first", [True, False])
def test_a_change_in_an_inner_function_is_its_own_and_not_the_outer_ones(is_first):
    outer = function("outer", 4, first=10, last=30, code="def outer():\n" + "    pass\n" * 20)
    inner = function("outer.inner", 4, first=14, last=18, code="def inner():\n    pass\n    pass")
    spectrum = measured(*((outer, inner) if is_first else (inner, outer)))
    edit = changed("shop/cart.py", (16, "", "-    a\n+    b"))
    (first, *_) = rank([failure()], edit, spectrum)
    assert (first.function, first.line) == ("outer.inner", 16)
    lead = Lead(path="shop/cart.py", start=16, end=16, reason="it came with it", kind="proven")
    (first, *_) = rank([failure()], None, spectrum, leads=[lead])
    assert (first.function, first.line) == ("outer.inner", 16)


def test_an_example_in_a_docstring_is_no_code_and_its_file_is_not_the_test():
    path, test = "shop/cart.py", "shop/cart.py::shop.cart.total"
    red = failure((path, 12, "shop.cart.total"), exception="DocTestFailure", test=test)
    spectrum = measured(
        function("total", 4, path=path, first=10, code="def total():\n    pass"),
        function("price", 0, path=path, first=30),
        test=test,
    )
    found = rank([red], None, spectrum)
    assert found[0].function == "price"
    said = " ".join(reason for each in found for reason in each.reasons)
    assert "the test itself" not in said
    assert "in its own line" not in said


@pytest.mark.parametrize(
    ("exception", "code", "is_wrong"),
    [
        ("NameError", [function("total", 0)], True),
        ("AssertionError", [], True),
        ("AssertionError", [function("total", 0)], False),
    ],
)
def test_a_test_that_fails_before_any_code_ran_is_itself_the_suspect(exception, code, is_wrong):
    path = "tests/test_cart.py"
    own = function("test_discount_of_three", 0, path=path, first=30)
    red = failure((path, 32, "test_discount_of_three"), exception=exception)
    (first, *_) = rank([red], None, measured(own, function("<module>", 0, first=1), *code))
    assert (first.line, first.function) == (
        (32, "test_discount_of_three") if is_wrong else (first.line, "total")
    )
    assert (first.reasons[0] == "the test fails in its own line 32, in no code it calls") is is_wrong


def test_how_often_it_ran_is_said_of_the_line_or_of_the_function():
    one = function("one", 3, lines=(LineCount(line=11, passing=3), LineCount(line=12, passing=0)))
    (first, second) = rank([failure()], None, measured(one, function("two", 4, first=30)))
    assert (
        first.reasons[0] == "line 12 run by the failing test and by none of 4 passing ones, the function by 3"
    )
    assert second.reasons[0] == "run by the failing test and by 4 of 4 passing ones"


def test_never_run_is_said_only_where_the_recording_is_whole_and_the_name_is_meant():
    missing = function("discount", 0, first=90, ran=False, lines=())
    named = function("Coupon.apply", 0, first=80, ran=False, lines=())
    spectrum = measured(function("Cart.apply", 0), not_run=(missing, named), mentioned=("apply", "discount"))
    found = rank([failure()], None, spectrum)
    assert names(found) == [
        "Cart.apply",
        "discount",
    ]  # a name that code bears which ran says nothing of another
    assert found[-1].reasons == ("named like the test, and the failing test never runs it",)
    lost = rank([failure(("shop/cart.py", 72, "discounted"))], None, spectrum)  # it ran, and was not recorded
    assert all(each.ran for each in lost)


def test_probabilities_share_what_is_left_by_the_cause_being_elsewhere():
    alike = [function(f"f{number}", 0, first=number * 10) for number in range(4)]
    found = rank([failure()], None, measured(*alike))
    assert len({each.probability for each in found}) == 1
    assert 0 < sum(each.probability for each in found) < 1
    assert all(each.leads for each in found)
    nothing = rank([failure(("shop/cart.py", 31, "two"))], None)
    assert nothing[0].probability < LIKELY  # a traceback alone isolates nothing


def test_a_consequence_of_the_failure_stays_below_what_fails():
    spectrum = measured(
        function("CartError.__init__", 0, first=50),
        function("Cart.__repr__", 0, first=70),
        function("pay", 0),
    )
    assert names(rank([failure()], None, spectrum))[0] == "pay"
