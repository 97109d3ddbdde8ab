"""What a repository names runs only when the engineer agrees: the question, and the interpreter of a project."""

import sys
from collections.abc import Iterable
from pathlib import Path

from coach.cli.commands.console import say
from coach.core.base.text import safe_line
from coach.core.experiments.logpoint import Logpoint
from coach.core.session.state import SessionState
from coach.core.verify.acceptance import runnable
from coach.errors import UsageError
from coach.settings.interpreter_approval import agree, python_for
from coach.settings.project import load_settings
from coach.store.trust import approval_of, approve, is_approved


def can_ask() -> bool:
    """Whether somebody sits there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Ask on the terminal; nothing but a yes is one."""
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def be_sure_of_python(root: Path, named: str | None) -> None:
    """Ask about a program that only the project names, before anything runs it. Raises UsageError when it is refused."""
    settings = load_settings(root, {"python": named})
    try:
        python_for(root, settings)
    except UsageError as error:
        if not can_ask():
            raise
        say(safe_line(error.why, limit=2_000))
        if not agrees("Run it, now and later, until it changes?"):
            raise UsageError("not approved; nothing was run", do="name another one: --python PATH") from None
        agree(root, settings)


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
