"""What a run says of the prediction that was written before it."""

from coach.core.experiments.hypothesis import Expects, Verdict
from coach.core.runs.oracle import Judged
from coach.core.runs.run import Run


def judge_prediction(expects: Expects, run: Run) -> tuple[Verdict, str]:
    """Compare a prediction with the run that followed it.

    A run without a clear outcome decides nothing; nor does an edit that could not run: it judges the edit, not the idea.
    """
    judged = run.judged
    if judged is None or (judged.outcome == "UNRESOLVED" and not run.failing):
        return "INCONCLUSIVE", (judged.reason if judged else "") or "the run has no clear outcome"
    if judged.remark == "broken edit":
        return "INCONCLUSIVE", judged.reason
    seen = _seen(expects, judged)
    verdict: Verdict = "SUPPORTED" if seen == expects else "REFUTED"
    return verdict, f"predicted {expects}, seen {seen}"


def _seen(expects: Expects, judged: Judged) -> Expects:
    """Name what was seen. The same test with another message is whichever of the two was predicted: both are true."""
    if judged.outcome == "PASS" or judged.remark == "old failures":
        return "pass"
    if judged.outcome == "UNRESOLVED":
        return "another failure"
    is_moved = judged.remark == "another message" and expects == "another failure"
    return "another failure" if is_moved else "same failure"
