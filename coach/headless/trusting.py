"""Asks, on a terminal, about the interpreter that a project's settings name."""

import sys
from pathlib import Path

from coach.config import load_settings
from coach.core.text import safe_line
from coach.errors import UsageError
from coach.headless.talk import say
from coach.project_python import agree, python_for


def be_sure_of_python(root: Path, named: str | None) -> None:
    """Ask about a program that only the project names, before anything runs it. Raises UsageError when it is refused."""
    settings = load_settings(root, {"python": named})
    try:
        python_for(root, settings)
    except UsageError as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        say(safe_line(error.why, limit=2_000))
        say("Run it, now and later, until it changes? [y/N]")
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise UsageError("not approved; nothing was run", do="name another one: --python PATH") from None
        agree(root, settings)
