"""What each kind of evidence says of a place, and what takes its force away."""

import pytest

from coach.core.localize.mutation.results import Mutations
from coach.core.localize.ranking import candidates, rank
from coach.core.runs.report import Failure
from tests.core.localize.test_ranking import TEST, failure, flip, function, measured, names


def evidence(name, *places, red=None, mutations=None, **changes):
    found = candidates([red or failure()], None, measured(*places, **changes), mutations)
    return next(each.evidence for each in found if each.function == name)


@pytest.mark.parametrize("name", ["Cart.__repr__", "Cart.__str__"])
def test_the_text_of_an_object_is_made_for_the_message_of_the_failed_assertion(name):
    """pytest asks for it before it raises: no passing test runs it, and it is the last that ran."""
    places = (function(name, 0, order=1), function("total", 1, first=30, order=2))
    assert names(rank([failure()], None, measured(*places))) == ["total", name]
    asked = measured(*places, mentioned=("__repr__", "__str__"))
    assert names(rank([failure()], None, asked))[0] == name


def test_a_name_in_the_test_says_little_of_what_passing_tests_run_too():
    """A test names what it calls: the entry of the package, which all tests run."""
    often, rarely = (
        evidence("apply", function("apply", passing), mentioned=("apply",))["mentioned"] for passing in (4, 0)
    )
    assert often < 0.5 < rarely


@pytest.mark.parametrize(
    ("exception", "message", "is_for_a_call"),
    [
        ("TypeError", "total() takes 1 positional argument but 2 were given", True),
        ("TypeError", "Cart.total() missing 1 required positional argument: 'rate'", True),
        ("TypeError", "total() got an unexpected keyword argument 'rate'", True),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'", False),
        ("ValueError", "total() takes 1 positional argument but 2 were given", False),
    ],
)
def test_arguments_that_do_not_fit_were_decided_on_before_the_line_that_raised(
    exception, message, is_for_a_call
):
    place = function("total", 1)
    raised = failure(("shop/cart.py", 12, "total"), exception=exception)
    red = Failure.model_validate({**raised.model_dump(), "message": message})
    assert evidence("total", place, red=red)["raised for its call"] == is_for_a_call


def test_few_passing_tests_that_leave_a_line_out_say_less_than_many():
    few, many = (evidence("total", function("total", 0), passing=count)["alone"] for count in (2, 40))
    assert few <= 0.5
    assert many > 0.9
    assert not evidence("total", function("total", 0), passing=0)["alone"]


def test_a_flip_says_more_the_more_neighbours_stay_green():
    def kept(**changes):
        tried = Mutations(test=TEST, flips=(flip(**changes),))
        return evidence("two", function("two", 4, first=30), mutations=tried)["flip"]

    many, few, breaks = (
        kept(neighbours=20, green=20),
        kept(neighbours=1, green=1),
        kept(neighbours=20, green=19),
    )
    assert breaks < few / 2 < few < many <= 1


def test_a_flip_where_all_passing_tests_run_says_little_when_few_of_them_were_tried():
    """They pass with the place as it is; of a renderer that 268 of 279 ran, two that stayed green made an innocent 70 % likely."""

    def kept(passing, **changes):
        tried = Mutations(test=TEST, flips=(flip(**changes),))
        place = function("two", passing, first=30)
        return evidence("two", place, mutations=tried, passing=200)["flip"]

    few, many = ({"neighbours": count, "green": count} for count in (2, 60))
    assert kept(150, **few) < 0.3 < kept(150, **many) < 0.5
    assert kept(1, **few) > 0.6


def test_what_is_named_as_no_entry_of_the_package_says_a_little_more():
    assert [evidence(name, function(name, 0))["private"] for name in ("_spread", "spread", "__add__")] == [
        1,
        0,
        0,
    ]


def test_a_flip_that_changes_a_call_says_as_much_of_what_is_called():
    places = (function("two", 4, first=30), function("Cart.rounded", 4, first=50))
    tried = Mutations(
        test=TEST, flips=(flip(before="self.rounded(total, 2)", after="self.rounded(total, 3)"),)
    )
    caller, callee = (evidence(name, *places, mutations=tried) for name in ("two", "Cart.rounded"))
    assert caller["flip"] == callee["flip"] < 0.5
    found = rank([failure()], None, measured(*places), tried)
    assert found[1].reasons[-1] == "its call at shop/cart.py:32 can be changed so that the test passes"
    assert not found[1].flip
    within = Mutations(test=TEST, flips=(flip(before="total + 1", after="total"),))
    assert "flip" not in evidence("Cart.rounded", *places, mutations=within)
