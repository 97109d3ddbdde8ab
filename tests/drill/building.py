"""Results of drills, made for tests."""

from coach.core.drill.score import DrillResult, Effort, Score, ScoreLine


def score(fixed=True, *, fair=True, effort=None, **lines):
    """Return a score. A line is given as True (met), False (not met) or None (not judged)."""
    judged = {True: "met", False: "not met", None: "not judged"}
    said = {"fixed": fixed, **{name.replace("_", " "): each for name, each in lines.items()}, "fair": fair}
    return Score(
        lines=tuple(
            ScoreLine(name=name, judged=judged[each], said=f"{name} was looked at")
            for name, each in said.items()
        ),
        effort=effort or Effort(),
    )


def result(number, fixed=True, *, player="robot", guidance="", label="no spec", **more):
    return DrillResult(
        set="demo",
        number=number,
        session=f"s-{number}-{guidance or 'none'}",
        player=player,
        guidance=guidance,
        label=label,
        score=more.pop("score", None) or score(fixed, **more),
    )
