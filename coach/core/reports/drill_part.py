"""How a drill went, as a part of the report of its session: score, effort, and the debrief where there is one."""

from coach.core.drill.debrief import Debrief
from coach.core.drill.score import HINT_POINTS, POINTS, Effort, Score
from coach.core.reports.parts import Cell, Part, Table
from coach.core.session.state import SessionState

_JUDGED = {
    "met": Cell("✔ met", "good"),
    "not met": Cell("✘ not met", "bad"),
    "not judged": Cell("○ not judged", "dim"),
}


def drill_part(state: SessionState) -> Part:
    """Return the part; an empty one where the session plays no drill."""
    drill = state.drill
    if drill is None:
        return Part("drill", "Drill")
    began = drill.began
    given = f", given {began.label}" if began.guidance else ""
    said = [f"Drill {began.number} of the set {began.set}, played by {began.player or 'a person'}{given}."]
    if drill.scored is None:
        return Part("drill", "Drill", (*said, "It is not graded yet."))
    score = drill.scored.score
    fair = "" if score.is_fair else " The answer was read, so nothing counts."
    said.append(f"Score: {score.percent} % of what was judged.{fair}")
    said += [*_effort(score.effort), *(_debrief(drill.debrief) if drill.debrief else ())]
    return Part("drill", f"Drill: {score.percent} %", tuple(said), tables=(_lines(score),))


def _lines(score: Score) -> Table:
    rows = tuple(
        (Cell(each.name), Cell(f"{POINTS[each.name]}", is_figure=True), _JUDGED[each.judged], Cell(each.said))
        for each in score.lines
    )
    return Table(("Line", "Points", "", "On what it rests"), rows)


def _effort(effort: Effort) -> tuple[str, ...]:
    known = {
        "runs": effort.runs,
        "attempts": effort.attempts,
        "files touched": effort.files,
        "minutes": effort.minutes,
        "tokens": effort.tokens,
    }
    took = ", ".join(f"{name} {value:,}" for name, value in known.items() if value is not None)
    hints = ", ".join(effort.hints)
    cost = f"Hints, each −{HINT_POINTS} points: {hints}." if hints else ""
    return tuple(filter(None, (f"It took: {took}." if took else "", cost)))


def _debrief(debrief: Debrief) -> tuple[str, ...]:
    places = ", ".join(f"{each.path} {each.function}".strip() for each in debrief.causes)
    shortest = debrief.shortest
    path = "no evidence of coach's names it first" if debrief.is_measured and not debrief.why_not else ""
    if shortest:
        path = f"{' and '.join(shortest.hints) or 'the traceback alone'} would have named it first"
    return tuple(filter(None, (f"The cause: {places}.", f"The shortest path: {path}." if path else "")))
