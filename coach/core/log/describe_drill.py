"""The words of drills."""

from coach.core.log import events as ev
from coach.core.log.event_words import Said, say


@say.register
def _(event: ev.DrillBegan) -> Said:
    who = event.player or "a person"
    given = f", given {event.label}" if event.label else ""
    return "◌", "accent", f"drill {event.set}/{event.number}, played by {who}{given}"


@say.register
def _(event: ev.DrillDebriefed) -> Said:
    found = event.debrief
    places = ", ".join(f"{each.path} {each.function}".strip() for each in found.causes)
    shortest = found.shortest
    hints = f", and {' and '.join(shortest.hints) or 'the traceback'} names it first" if shortest else ""
    return "·", "dim", f"the cause: {places}{hints}"


@say.register
def _(event: ev.DrillScored) -> Said:
    score = event.score
    fixed = "fixed" if score.is_fixed else "not fixed"
    unfair = "" if score.is_fair else ", and the answer was read"
    return (
        "·",
        "good" if score.is_fixed and score.is_fair else "warn",
        f"drill over: {fixed}{unfair}, {score.percent} %",
    )
