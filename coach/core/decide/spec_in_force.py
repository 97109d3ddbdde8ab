"""A spec that tells of a failure in coach's words follows the failure in force: the test was edited, or another one was taken."""

from coach.core.decide.decision import Draft
from coach.core.decide.suspect_measurement import failure_in_view
from coach.core.log import events as ev
from coach.core.runs.failure import signature_of
from coach.core.runs.reference import could_not_ask
from coach.core.session.form_defaults import told_of
from coach.core.session.state import SessionState


def follow_edited_test(draft: Draft, before: SessionState) -> None:
    """After a red run: follow its failure where its test was edited since the one that was in view; code that was edited asks the same."""
    old, new = failure_in_view(before), failure_in_view(draft.state)
    if old and new and old[1].test == new[1].test:
        of_test = {new[1].test.file, *new[1].reads}
        edited = {path for edit in before.edits if edit.after_run >= old[0].number for path in edit.paths}
        if edited & of_test and not could_not_ask(signature_of(new[1])):
            follow_failure(draft, before)


def follow_failure(draft: Draft, before: SessionState) -> None:
    """Let the fields of the spec that coach wrote of the failure that was in view tell of the one in view now; others stay."""
    old, new, spec = failure_in_view(before), failure_in_view(draft.state), before.spec
    if old is None or new is None:
        return
    was, now = told_of(before, old[1]), told_of(draft.state, new[1])
    stale = {
        name: now[name] for name, text in was.items() if text and getattr(spec, name) == text != now[name]
    }
    if stale:
        draft.record(ev.SpecWritten(spec=spec.model_copy(update=stale).after(spec)))
