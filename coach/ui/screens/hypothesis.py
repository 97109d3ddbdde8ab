"""A claim, and what will be seen if it holds: written before the experiment."""

from typing import get_args

from coach.core.commands import ProposeHypothesis
from coach.core.hypothesis import Expects, Prediction
from coach.ui.screens.dialog import Field, Form

NOTHING = "I will judge"


class HypothesisScreen(Form[ProposeHypothesis]):
    TITLE_TEXT = "Hypothesis"

    def fields(self) -> tuple[Field, ...]:
        return (
            Field("claim", "claim", hint="the total is rounded before the discount"),
            Field("prediction", "prediction", hint="without the rounding the sum is 27.0"),
            Field("expects", "the next run after one change", "pass", choices=(*get_args(Expects), NOTHING)),
        )

    def make(self, values: dict[str, str]) -> ProposeHypothesis | str:
        claim, text = values["claim"].strip(), values["prediction"].strip()
        expects = None if values["expects"] == NOTHING else values["expects"]
        if not claim:
            return "a claim is needed: what is wrong?"
        if not text and expects is None:
            return "a prediction is needed: what will you see?"
        prediction = Prediction.model_validate({"text": text, "expects": expects})
        return ProposeHypothesis(claim=claim, prediction=prediction)
