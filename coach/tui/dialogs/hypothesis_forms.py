"""Forms of a hypothesis: the claim with its prediction, written before the experiment, and the verdict after it."""

from typing import get_args

from coach.core.experiments.hypothesis import Expects, Hypothesis, Prediction, Verdict
from coach.core.experiments.suggestions import HypothesisDraft
from coach.core.protocol.commands import JudgeHypothesis, ProposeHypothesis
from coach.tui.dialogs.form import Field, Form

NOTHING = "I will judge"


class HypothesisForm(Form[ProposeHypothesis]):
    """A claim and a prediction. It begins with ``draft``, which counts for nothing until the engineer keeps it."""

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


class JudgeForm(Form[JudgeHypothesis]):
    def __init__(self, hypothesis: Hypothesis, verdict: Verdict, seen: str) -> None:
        """Begin with the verdict that what was ``seen`` suggests."""
        super().__init__()
        self._suggested, self._seen = verdict.lower(), seen
        self.TITLE_TEXT = f"Judge H{hypothesis.id}"
        self._hypothesis = hypothesis

    def question(self) -> str:
        predicts = self._hypothesis.prediction.text or f"next run: {self._hypothesis.prediction.expects}"
        return f"{self._hypothesis.claim} · predicts: {predicts}"

    def fields(self) -> tuple[Field, ...]:
        words = tuple(word.lower() for word in get_args(Verdict))
        asked = "what was observed" if self._hypothesis.is_open else "why the verdict before was wrong"
        return Field("verdict", "verdict", self._suggested, choices=words), Field("reason", asked, self._seen)

    def make(self, values: dict[str, str]) -> JudgeHypothesis | str:
        if not values["reason"].strip():
            return "a verdict needs what was observed"
        return JudgeHypothesis.model_validate(
            {
                "id": self._hypothesis.id,
                "verdict": values["verdict"].upper(),
                "reason": values["reason"].strip(),
            }
        )
