"""How a play of a drill went, in words."""

from coach.core.base.text import safe_line
from coach.core.drill.score import POINTS, DrillResult

_SIGNS = {"met": "✔", "not met": "✘", "not judged": "-"}


def result_lines(result: DrillResult) -> list[str]:
    """Return a result in words: the score, each of its lines with what it rests on, and what it took."""
    score = result.score
    lines = [f"{result.set}/{result.number}: {score.percent} %, session {result.session}"]
    for each in score.lines:
        points = f"{POINTS[each.name]:>3}" if POINTS[each.name] else "  !"
        lines.append(
            f"  {_SIGNS[each.judged]} {points}  {each.name:<13} {safe_line(each.said, limit=300)}".rstrip()
        )
    took = {name: value for name, value in score.effort.model_dump().items() if value not in {None, ()}}
    lines.append("  " + ", ".join(f"{name} {_told(value)}" for name, value in took.items()))
    return lines


def _told(value: object) -> str:
    if isinstance(value, tuple | list):
        return safe_line(", ".join(map(str, value)))
    return f"{value:,}" if isinstance(value, int) else str(value)
