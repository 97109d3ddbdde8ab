"""Hand a session on: gather what must not leave (secrets, home, user, host) and render the pure export."""

import contextlib
import getpass
import os
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from coach.core.events import Recorded
from coach.core.export import LEAST, Export, Render, export
from coach.core.export.fence import Cleaner
from coach.core.redact import Private, Redactor
from coach.core.redact_values import is_random
from coach.core.session import SessionState
from coach.core.story.markdown import markdown
from coach.core.story.page import page
from coach.core.story.story import tell
from coach.errors import UsageError
from coach.regular_files import read_head

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:(?:API|ACCESS|PRIVATE|SECRET|ENCRYPTION|SIGNING)?_?KEY|TOKEN|SECRETS?|PASSWORD|PASSWD|PASS|PASSPHRASE|PWD"
    r"|CREDENTIALS?|AUTH|COOKIE|DSN)(?:_|$)",
    re.IGNORECASE,
)
"""Whole parts of a name: KEYBOARD_LAYOUT and AUTHOR hold no secrets."""
SHORTEST_SECRET = 6
"""Shorter values occur in text by chance."""

MOST_FILES = 20
MOST_BYTES = 200_000
"""Of one ``.env`` file."""

Style = Literal["markdown", "xml", "json"]
Telling = Literal["html", "markdown"]


def export_session(state: SessionState, budget: int, style: Style, render: Render | None = None) -> Export:
    """Render a session within a budget of tokens, with this machine's secrets taken out. Raises UsageError."""
    if budget < LEAST:
        raise UsageError(
            f"{budget} tokens are too few", why="task, failure and ask need more", do=f"give at least {LEAST}"
        )
    made = export(
        state,
        budget=budget,
        style=style,
        private=private_of(Path(state.opened.checkout.root) if state.opened else None),
        render=render,
    )
    if made.tokens > budget:
        raise UsageError(
            f"the template alone takes more than {budget} tokens", do="shorten it, or give a larger --budget"
        )
    return made


def tell_session(
    records: Sequence[Recorded], style: Telling, imported: str = ""
) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Tell a log as a page or as Markdown; returns it and what was taken out: (rule, times)."""
    story = tell(records, imported)
    redactor = Redactor(private_of(Path(story.state.opened.checkout.root) if story.state.opened else None))
    opened = story.state.opened
    clean = Cleaner(redactor, opened.checkout.root if opened else "")
    text = (page if style == "html" else markdown)(story, clean)
    return redactor.settle(text), redactor.counts


def cleaner_of(root: str, lines: Iterable[bytes]) -> tuple[Callable[[str], str], Redactor]:
    """Return what takes secrets, names, home and ``root`` out of one text of a log, and what counts them.

    The log is read once before: a secret that stands behind its name in one place is taken out in all places.
    """
    redactor = Redactor(private_of(Path(root) if root else None))
    place = root.rstrip("/")

    def clean(text: str) -> str:
        inside = text.replace(place, "~/project") if len(place) > 1 else text
        return redactor.settle(redactor.clean(inside))

    for line in lines:
        redactor.clean(line.decode("utf-8", "replace"))
    redactor.forget_counts()
    return clean, redactor


def private_of(root: Path | None) -> Private:
    """Gather what must not leave this machine: secrets of the environment and of the project's ``.env``, home, user, host."""
    home = os.path.expanduser("~")  # noqa: PTH111 - a string to replace, not a path to use
    files = dotenv_secrets(root) if root else ()
    return Private(
        secrets=tuple(dict.fromkeys((*environment_secrets(), *files))),
        home=home,
        user=_user(),
        host=platform.node(),
    )


def environment_secrets() -> tuple[str, ...]:
    """Return the values of secret-named environment variables: the only rule that finds a password in a diff."""
    values = {
        value
        for name, value in os.environ.items()
        if _SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET
    }
    return tuple(
        sorted(value for value in values if not value.startswith(("/", "~")))
    )  # PWD and OLDPWD are folders


def dotenv_secrets(root: Path) -> tuple[str, ...]:
    """Return values of a project's ``.env`` files: of secret names, and what looks too odd to be an ordinary word."""
    found: dict[str, None] = {}
    for path in sorted(root.glob(".env*"))[:MOST_FILES]:
        with contextlib.suppress(OSError):
            for line in read_head(path, MOST_BYTES).decode("utf-8", "replace").splitlines():
                name, _, value = line.strip().removeprefix("export ").partition("=")
                value = _unquoted(value)
                is_secret = bool(_SECRET_NAME.search(name.strip())) or is_random(value)
                if is_secret and len(value) >= SHORTEST_SECRET and not value.startswith(("/", "~", "$")):
                    found[value] = None
    return tuple(found)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.partition(" #")[0].strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
