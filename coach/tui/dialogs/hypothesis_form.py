"""A claim, and what will be seen if it holds: written before the experiment."""

from typing import get_args

from coach.core.experiments.hypothesis import Expects, Prediction
from coach.core.experiments.suggestions import HypothesisDraft
from coach.core.protocol.commands import ProposeHypothesis
from coach.tui.dialogs.dialog import Field, Form

NOTHING = "I will judge"


class HypothesisScreen(Form[ProposeHypothesis]):
    """``draft`` is what it begins with: nobody's answer until it is kept."""

    TITLE_TEXT = "Hypothesis"

    def __init__(self, draft: HypothesisDraft | None = None) -> None:
        super().__init__()
        self._draft = draft

    def question(self) -> str:
        return f"Drafted because {self._draft.because}" if self._draft else ""

    def fields(self) -> tuple[Field, ...]:
        draft = self._draft
        claim, prediction = (draft.claim, draft.prediction) if draft else ("", "")
        expects = (draft.expects or NOTHING) if draft else "pass"
        return (
            Field("claim", "claim", claim, hint="such as: the total is rounded before the discount"),
            Field(
                "prediction", "prediction", prediction, hint="such as: without the rounding the sum is 27.0"
            ),
            Field("expects", "the next run after one change", expects, choices=(*get_args(Expects), NOTHING)),
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
