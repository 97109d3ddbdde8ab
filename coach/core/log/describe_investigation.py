"""The words of investigations."""

from coach.core.log import events as ev
from coach.core.log.event_words import Said, on_cluster, say


@say.register
def _(event: ev.InvestigationLimited) -> Said:
    limits = event.limits
    text = f"investigations measure {limits.seconds:g} s at most"
    return "·", "dim", text if limits.auto else f"{text}, and begin on request"


@say.register
def _(event: ev.InvestigationBegan) -> Said:
    words = f"investigating {event.test}, {event.seconds:g} s at most"
    return "◌", "accent", f"{words}{on_cluster(event.on)}"


@say.register
def _(event: ev.MeasurementBegan) -> Said:
    return "◌", "dim", f"measuring {event.name}: {event.why}"


@say.register
def _(event: ev.MeasurementEnded) -> Said:
    text = f"measured {event.name}" if event.how == "done" else f"measuring {event.name} {event.how}"
    return "·", "dim", text + (f": {event.said}" if event.said else "")


@say.register
def _(_event: ev.InvestigationPaused) -> Said:
    return "·", "dim", "the investigation is paused"


@say.register
def _(_event: ev.InvestigationResumed) -> Said:
    return "·", "dim", "the investigation goes on"


@say.register
def _(event: ev.InvestigationEnded) -> Said:
    return "·", "accent" if event.ending == "isolated" else "dim", f"investigation over: {event.sentence}"


@say.register
def _(event: ev.FailureDated) -> Said:
    return "·", "warn" if event.failed else "dim", event.sentence
