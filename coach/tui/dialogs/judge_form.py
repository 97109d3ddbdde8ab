"""A verdict on a hypothesis, and what was observed."""

from typing import get_args

from coach.core.experiments.hypothesis import Hypothesis, Verdict
from coach.core.protocol.commands import JudgeHypothesis
from coach.tui.dialogs.dialog import Field, Form


class JudgeScreen(Form[JudgeHypothesis]):
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
