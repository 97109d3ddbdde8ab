"""What is drafted at the end comes from the log alone, and is safe to paste."""

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.spec.spec import Spec
from coach.core.verify.commit_message import commit_message, docstring_of_test
from coach.core.verify.conclusion import Closing, RootCause
from tests.core.driving import pinned, red, verified


def told():
    drive = pinned()
    drive.send(
        cmd.WriteSpec(spec=Spec(title="Total of three items", expected="the sum is 10", actual="it is 9"))
    )
    drive.send(
        cmd.ProposeHypothesis(claim="the tax is wrong", prediction=Prediction(text="", expects="pass"))
    )
    drive.saves()
    drive.ends(red(tree="t1"))
    cause = RootCause(
        what="int() cuts towards zero", where="shop/cart.py:total", uncaught="no negative amount"
    )
    drive.send(cmd.WriteClosing(closing=Closing(cause=cause, answers={"rollback": "revert it"})))
    return drive


def test_the_parts_of_the_end_are_written_one_by_one():
    drive = told()
    drive.send(cmd.WriteClosing(closing=Closing(lesson="test signs")))
    assert drive.state.closing.cause.what == "int() cuts towards zero"
    assert drive.state.closing.lesson == "test signs"
    assert drive.state.root_cause.splitlines()[1] == "Where: shop/cart.py:total"
    assert isinstance(drive.send(cmd.WriteClosing(closing=Closing(lesson="test signs"))), Refusal)
    assert isinstance(drive.send(cmd.WriteClosing(closing=Closing(answers={"colour": "red"}))), Refusal)


def test_a_commit_message_says_cause_and_evidence():
    drive = told()
    assert not drive.state.under_way
    verified(drive)
    message = commit_message(drive.state)
    assert message.splitlines()[0] == "Fix Total of three items"
    for part in (
        "int() cuts towards zero",
        "Not caught: no negative amount",
        "It failed in 3 of 3 cold runs before.",
        "Regression test: tests/test_cart.py::test_total",
        "Ruled out on the way:",
        "- the tax is wrong",
        "- How is it rolled back? revert it",
    ):
        assert part in message
    assert max(map(len, message.splitlines())) <= 72


def test_a_docstring_says_what_must_hold():
    text = docstring_of_test(told().state)
    assert text.startswith('"""The sum is 10.')
    assert "It once did not: It is 9." in text


def test_foreign_text_cannot_end_the_docstring():
    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(expected='a """ and \\ b', actual="x")))
    text = docstring_of_test(drive.state)
    assert text.count('"""') == 2
