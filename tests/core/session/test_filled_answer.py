"""The reason that is offered for what speaks against a fix: a figure that is known, or nothing."""

from dataclasses import replace

import pytest

from coach.core.session.form_defaults import filled_answer
from coach.core.verify.negative_control import Control, Survivor
from coach.core.verify.verification import Objection
from tests.core.driving import reproduced

SURVIVOR = Survivor(path="shop/cart.py", line=4, before="n < most", after="n != most")


@pytest.mark.parametrize(
    ("killed", "ran", "is_filled"),
    [(27, True, True), (0, True, False), (27, False, False)],
    ids=["others were caught", "none was caught", "the test never runs the line"],
)
def test_a_known_figure_is_offered_and_a_judgement_never(killed, ran, is_filled):
    survivor = SURVIVOR.model_copy(update={"ran": ran})
    found = Control(run=3, tried=28, killed=killed, survivors=(survivor,))
    state = replace(reproduced().state, control=found)
    offered = filled_answer(state, Objection(key=survivor.key, text=survivor.sentence))
    assert bool(offered) is is_filled
    if is_filled:
        assert offered.startswith("27 of 28 small wrong fixes are caught")
    assert not filled_answer(state, Objection(key="suite", text="a new failure"))
