import pytest

from coach.errors import UsageError
from coach.tui import keys
from coach.tui.own_keys import KEPT, with_keys


def test_an_own_key_takes_the_place_of_the_usual_one():
    chosen = {each.id: each for each in with_keys(keys.REGISTRY, {"run": "ctrl+r f5"})}
    assert chosen["run"].keys == ("ctrl+r", "f5")
    assert chosen["run"].shown_key == "ctrl+r"
    assert chosen["output"] == keys.action("output")


def test_two_actions_may_swap_their_keys():
    chosen = {each.id: each.keys for each in with_keys(keys.REGISTRY, {"run": "l", "output": "r"})}
    assert (chosen["run"], chosen["output"]) == (("l",), ("r",))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"run": "l"}, "the key l is for run and for output"),
        ({"rnu": "x"}, "did you mean 'run'"),
        ({"go-to-step": "x"}, "is not an action with keys to choose"),
        ({"run": " "}, "run has no key; usually it is r"),
        ({"run": "escape"}, "escape stays what it is"),
    ],
)
def test_what_cannot_be_is_named(chosen, words):
    with pytest.raises(UsageError) as error:
        with_keys(keys.REGISTRY, chosen)
    assert words in str(error.value)


def test_the_usual_keys_are_at_peace_with_each_other():
    assert with_keys(keys.REGISTRY, {}) == keys.REGISTRY
    bound = {key for each in keys.REGISTRY for key in each.keys if each.id != "quit"}
    assert not bound & KEPT
