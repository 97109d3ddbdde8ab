"""Where a session never saw its test pass: a pass in a past session is looked up, and what changed since is evidence."""

from coach.core.decide.decision import Decision, Draft, Refusal, decide
from coach.core.decide.suspect_measurement import failure_in_view, rank_suspects
from coach.core.localize.leads import changes_since_past_pass
from coach.core.log import events as ev
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.session.state import SessionState


def ask_past_pass(draft: Draft) -> None:
    """Have a past pass looked up for the failure in view, unless this session has a pass of its own or knows the answer."""
    state, seen = draft.state, failure_in_view(draft.state)
    if seen is None or state.last_pass or changes_since_past_pass(state, *seen):
        return
    run, failure = seen
    if run.report and run.report.tree and not run.request.in_copy:
        draft.perform(eff.ReadPastPass(test=failure.test, tree=run.report.tree))


@decide.register
def _(message: obs.PastPassSeen, state: SessionState) -> Decision | Refusal:
    past, draft = message.past, Draft(state)
    if past is None or state.closed:
        return Decision()
    labelled = past.changes.model_copy(update={"label": past.passed.words(state.at)})
    known = past.model_copy(update={"changes": labelled})
    draft.record(ev.PastChangesRead(past=known))
    draft.notice = known.sentence
    if not state.plan:
        rank_suspects(draft)
    return draft.done()
