"""Which acceptance commands may be run: those the engineer wrote down, and others only once the engineer has seen them."""

from collections.abc import Iterable
from pathlib import Path

from coach.core.acceptance import runnable
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


def _approval(state: SessionState, command: str) -> str:
    """Return the name of an approval: of these very words, in this project."""
    root = Path(state.opened.checkout.root) if state.opened else Path()
    return approval_of(root, ["accepted when", command], root)
