"""What the engineer approved: acceptance commands that were not written here, and what an assistant may evaluate.

Both are shown word by word first, and both approvals are files of one kind (``store/trust.py``); no door an assistant has
can make one.
"""

from collections.abc import Iterable
from pathlib import Path

from coach.core.acceptance import runnable
from coach.core.logpoint import Logpoint
from coach.core.session import SessionState
from coach.core.text import safe_line
from coach.headless.talk import say
from coach.headless.trusting import agrees, can_ask
from coach.store.trust import approval_of, approve, is_approved


def approved(state: SessionState) -> tuple[str, ...]:
    """Return the acceptance commands of a session that may be run."""
    return tuple(each for each in runnable(state) if is_approved(_approval(state, each)))


def approve_commands(state: SessionState, commands: Iterable[str]) -> None:
    """Remember that the engineer wrote or saw these. Raises StoreError."""
    for each in commands:
        approve(_approval(state, each.strip()), [each.strip()])


def agreed(state: SessionState, *, is_agreed: bool) -> tuple[str, ...]:
    """Ask about commands nobody approved yet (out of a report or the project's settings); return what may be run."""
    known = approved(state)
    new = [each for each in runnable(state) if each not in known]
    if not new:
        return known
    say("these say what done means; they were not written here, and run only when you agree:")
    for each in new:
        say(f"    {safe_line(each, limit=2_000)}")
    say(f"in a copy of {state.opened.checkout.root if state.opened else 'the work tree'}")
    if not is_agreed and can_ask():
        is_agreed = agrees("Run them, now and later?")
    if not is_agreed:
        say("left out; --yes runs them")
        return known
    approve_commands(state, new)
    return (*known, *new)


def may_evaluate(state: SessionState, logpoint: Logpoint) -> bool:
    """Whether the engineer allowed these very words of an assistant, in this file and this session."""
    return is_approved(_look_approval(state, logpoint))


def allow_evaluating(state: SessionState, logpoint: Logpoint) -> None:
    """Remember that the engineer saw these words and allowed them. Raises StoreError."""
    approve(_look_approval(state, logpoint), logpoint.words)


def _look_approval(state: SessionState, logpoint: Logpoint) -> str:
    opened = state.opened
    root = Path(opened.checkout.root) if opened else Path()
    return approval_of(root, ["evaluate", opened.session if opened else "", *logpoint.words], root)


def _approval(state: SessionState, command: str) -> str:
    """Return the name of an approval: of these very words, in this project."""
    root = Path(state.opened.checkout.root) if state.opened else Path()
    return approval_of(root, ["accepted when", command], root)
