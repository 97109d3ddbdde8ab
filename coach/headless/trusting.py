"""What a repository names runs only when the engineer agrees: the question, and the interpreter of a project."""

import sys
from pathlib import Path

from coach.core.text import safe_line
from coach.errors import UsageError
from coach.headless.talk import say
from coach.settings.interpreter_approval import agree, python_for
from coach.settings.project import load_settings


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
