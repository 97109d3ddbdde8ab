"""Hypothesis, prediction, verdict: scientific debugging as values.

The prediction is written before the experiment; a verdict names the runs it rests on. An eliminated hypothesis stays
eliminated until somebody says why the verdict was wrong; both verdicts are kept.
"""

from typing import Literal

from coach.core.base.text import Prose
from coach.core.base.value import Value

Verdict = Literal["SUPPORTED", "REFUTED", "INCONCLUSIVE"]

Expects = Literal["pass", "same failure", "another failure"]
"""What the next run of the target will do if the hypothesis holds."""


class Prediction(Value):
    """What will be observed if the claim is true. With ``expects`` coach can judge the next run by itself."""

    text: Prose
    expects: Expects | None = None


class Judgement(Value):
    """A verdict with what was observed and the runs it rests on."""

    verdict: Verdict
    reason: Prose = ""
    runs: tuple[int, ...] = ()
    teaches: Prose = ""
    """What is known since, in the words of a person."""


class Hypothesis(Value):
    """A falsifiable statement about the cause."""

    id: int
    claim: Prose
    prediction: Prediction
    after_run: int
    """The last run that had started when the prediction was written: only later runs can test it."""
    verdict: Verdict | None = None
    reason: Prose = ""
    runs: tuple[int, ...] = ()
    teaches: Prose = ""
    """What is known since its verdict, in the words of a person."""
    overruled: tuple[Judgement, ...] = ()
    """Verdicts before the present one, oldest first."""

    def judged(self, judgement: Judgement) -> "Hypothesis":
        """Return it with a verdict; another one that stood before is kept."""
        overruled = self.overruled
        is_same = (self.verdict, self.runs) == (judgement.verdict, judgement.runs)
        if self.verdict is not None and not is_same:
            before = Judgement(verdict=self.verdict, reason=self.reason, runs=self.runs, teaches=self.teaches)
            overruled = (*overruled, before)
        return self.model_copy(update={**dict(judgement), "overruled": overruled})

    @property
    def is_open(self) -> bool:
        return self.verdict is None

    @property
    def is_eliminated(self) -> bool:
        return self.verdict == "REFUTED"
