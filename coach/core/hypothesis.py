"""Hypothesis, prediction, verdict: scientific debugging as values.

The prediction is written before the experiment; a verdict names the runs it rests on; an eliminated hypothesis stays
eliminated.
"""

from typing import Literal

from coach.core.oracle import Outcome
from coach.core.text import Text
from coach.core.value import Value

Verdict = Literal["SUPPORTED", "REFUTED", "INCONCLUSIVE"]

Expects = Literal["pass", "same failure", "another failure"]
"""What the next run of the target will do if the hypothesis holds."""


class Prediction(Value):
    """What will be observed if the claim is true. With ``expects`` coach can judge the next run by itself."""

    text: Text
    expects: Expects | None = None


class Hypothesis(Value):
    """A falsifiable statement about the cause."""

    id: int
    claim: Text
    prediction: Prediction
    after_run: int
    """The last run that had started when the prediction was written: only later runs can test it."""
    verdict: Verdict | None = None
    reason: Text = ""
    runs: tuple[int, ...] = ()
    teaches: Text = ""
    """What is known since its verdict, in the words of a person."""

    @property
    def is_open(self) -> bool:
        return self.verdict is None

    @property
    def is_eliminated(self) -> bool:
        return self.verdict == "REFUTED"


def judge_prediction(expects: Expects, outcome: Outcome, *, another_failure: bool) -> tuple[Verdict, str]:
    """Compare a prediction with the run that followed it. A run without a clear outcome decides nothing."""
    if outcome == "UNRESOLVED" and not another_failure:
        return "INCONCLUSIVE", "the run has no clear outcome"
    if outcome == "PASS":
        seen: Expects = "pass"
    else:
        seen = "another failure" if another_failure else "same failure"
    verdict: Verdict = "SUPPORTED" if seen == expects else "REFUTED"
    return verdict, f"predicted {expects}, seen {seen}"
