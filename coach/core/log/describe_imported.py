"""The event of a session that was made from a transcript, in words."""

from coach.core.base.formatting import count
from coach.core.log import events as ev
from coach.core.log.event_words import Said, say


def in_words(event: ev.Imported) -> str:
    """Return what was read, in one sentence."""
    whose = f" with {event.assistant}" if event.assistant else ""
    what = (
        f"{count(event.runs, 'run')} of {count(event.targets, 'target')}, {count(event.attempts, 'attempt')}"
    )
    unread = f" ({event.unread_attempts} with files of unknown content)" if event.unread_attempts else ""
    return f"imported from a transcript of {event.format}{whose}: {what}{unread}"


@say.register
def _(event: ev.Imported) -> Said:
    return "○", "accent", in_words(event)
