"""What an assistant may not do now, and why: touch some files, end its turn before the proof, run on after a stop card.

Questions about the state, for every front end of assistants; an empty sentence means that it may. A person is never asked.
"""

from collections.abc import Iterator

from coach.core.base.text import safe_line
from coach.core.runs.description import describe_run
from coach.core.session.state import SessionState
from coach.core.spec.spec import matches
from coach.core.workflow.gates import edited_since_verification

MAX_MISSING = 3


def never_touched(state: SessionState) -> tuple[str, ...]:
    """Return the files that a fix may not touch, as patterns: those protected by spec or team, and that of the pinned test."""
    return (*state.protected, *([state.pin.path] if state.pin else []))


def why_not_edited(state: SessionState, path: str) -> str:
    """Say why an assistant may not edit a file (its path below the root); empty when it may."""
    if state.pin and path == state.pin.path:
        return (
            f"{safe_line(path)} holds the pinned test {safe_line(state.pin.test)}: a test that is changed proves nothing. Change "
            "the code instead; write another test in another file. Where the test itself is wrong, ask the engineer (‹unpin›)"
        )
    if matches(path, state.protected):
        whose = "the spec" if matches(path, state.spec.protected) else "the team's rules"
        return f"{safe_line(path)} is protected by {whose}: mend it elsewhere, or ask the engineer"
    return ""


def why_not_ended(state: SessionState, name: str, *, is_changed: bool) -> str:
    """Say what is missing before the assistant called ``name`` ends its turn; empty when nothing is.

    Nothing is asked of an assistant that does not hold the session: it changed nothing. One that a loop stopped is to end
    its turn and say so. ``is_changed``: files differ from those of the newest run.
    """
    if state.closed or state.held_by != name or state.under_way or state.plan or state.standing_loop:
        return ""
    return next(_missing(state, is_changed=is_changed), "")


def _missing(state: SessionState, *, is_changed: bool) -> Iterator[str]:
    newest = state.last_target_run
    if newest is None:
        yield "the target was not run yet: ‹run› runs it"
        return
    if is_changed:
        yield f"files changed since run #{newest.number}: ‹run› runs the target"
    said = describe_run(newest)
    if newest.failing:
        yield (
            f"the target is still red (run #{newest.number}): {safe_line(said.showed, limit=300)}. Go on, or tell the engineer "
            "that it is red and what you know"
        )
    elif newest.judged is None or newest.judged.outcome != "PASS":
        yield f"run #{newest.number} is neither red nor green: {safe_line(said.showed, limit=300)}"
    yield from _unproven(state)


def _unproven(state: SessionState) -> Iterator[str]:
    found = state.verification
    if found is None or edited_since_verification(state):
        yield "the target is green, which is no proof yet: ‹verify› verifies the fix"
    elif found.verdict != "verified":
        lacks = (f"{each.title} ({each.figure})" if each.figure else each.title for each in found.missing)
        named = "; ".join(safe_line(each, limit=200) for each in list(lacks)[:MAX_MISSING])
        yield f"the fix is verified in part; missing: {named}. Mend it, or tell the engineer what is missing"


def why_no_run_by(assistant: str, state: SessionState) -> str:
    """Say why an assistant gets no run now; empty for a person, and while no stop card stands.

    A card is answered by a new hypothesis, by files that are put back, or by the engineer, who dismisses it with a reason.
    """
    loop = state.standing_loop
    if not assistant or loop is None or loop.level != "card":
        return ""
    return (
        f"{loop.sentence} No run until something changes: ‹hypothesis› writes a new cause with what will be seen, "
        "‹restore› puts earlier files back, or the engineer says why this is no loop"
    )


def why_not_proven_by(assistant: str, state: SessionState) -> str:
    """Say why an assistant cannot ask for a proof yet; a person who does so gets a verdict that names what is missing."""
    if not assistant or state.last_failure is not None:
        return ""
    return "no red run is recorded: ‹run› runs the target first; what never failed cannot be called fixed"


def why_not_restored_by(assistant: str, run: int, state: SessionState) -> str:
    """Say why an assistant cannot put the files of a run back: edits that are not its own would be lost."""
    if not assistant:
        return ""
    others = [each for each in state.attempts if each.run > run and each.is_edit and each.by != assistant]
    unread = [each for each in state.edits if each.after_run >= run and each.by != assistant]
    if not (others or unread):
        return ""
    return "since then the engineer edited too: ask, and let the engineer restore"
