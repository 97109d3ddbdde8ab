"""Seen before: past failures are taken in as candidates, and taken away again when they do not help."""

from coach.core.decide.decision import Decision, Refusal, decide
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.session.state import SessionState


@decide.register
def _(message: obs.PastSeen, state: SessionState) -> Decision | Refusal:
    known = {each.session for each in state.past} | set(state.past_dismissed)
    found = tuple(each for each in message.candidates if each.session not in known)
    if not found or state.closed:
        return Decision()
    first = found[0]
    notice = f"seen before in {first.session}: {first.root_cause or first.title}"
    return Decision(events=(ev.PastFailuresFound(run=message.run, candidates=found),), notice=notice[:160])


@decide.register
def _(message: cmd.DismissPast, state: SessionState) -> Decision | Refusal:
    """Forget candidates. They are not offered for this failure again, in later sessions neither."""
    if not message.sessions:
        return Refusal("no such past failure is offered; coach seen lists them")
    failure = state.last_failure
    strict = failure.strict if failure else ()
    return Decision(events=(ev.PastFailureDismissed(sessions=message.sessions, strict=strict),))
