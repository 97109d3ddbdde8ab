"""Hand a session on: gather what must not leave (secrets, home, user, host) and render the pure export."""

import contextlib
import getpass
import os
import platform
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from coach.core.export import LEAST, Export, Purpose, Render, export, names_of
from coach.core.export.quoting import Cleaner
from coach.core.log.events import Recorded
from coach.core.redact.redactor import Private, Redactor, placeholders
from coach.core.redact.values import is_random, is_secret_name
from coach.core.reports.html import page
from coach.core.reports.markdown import markdown
from coach.core.reports.model import tell
from coach.core.reports.parts import Page, parts_as_html, parts_as_markdown
from coach.core.session.state import SessionState
from coach.errors import UsageError
from coach.regular_files import kept_path, read_head

SHORTEST_SECRET = 6
"""Shorter values occur in text by chance."""

MAX_FILES = 20
MAX_BYTES = 200_000
"""Of one ``.env`` file."""

MAX_REMEMBERED = 100_000
"""Characters of a text whose cleaned form is remembered: the same names and lines stand in a log many times."""

Style = Literal["markdown", "xml", "json"]
PageStyle = Literal["html", "markdown"]


def export_session(
    state: SessionState,
    budget: int | None,
    style: Style,
    render: Render | None = None,
    purpose: Purpose | None = None,
) -> Export:
    """Render a session within a budget of tokens (None: what is worth them), with this machine's secrets taken out. Raises UsageError."""
    if budget is not None and budget < LEAST:
        raise UsageError(
            f"{budget} tokens are too few", why="task, failure and ask need more", do=f"give at least {LEAST}"
        )
    made = export(
        state,
        budget=budget,
        style=style,
        purpose=purpose,
        private=private_of(kept_path(state.opened.checkout.root) if state.opened else None),
        render=render,
    )
    if made.tokens > made.budget:
        raise UsageError(
            f"the template alone takes more than {made.budget} tokens",
            do="shorten it, or give a larger --budget",
        )
    return made


def tell_session(
    records: Sequence[Recorded], style: PageStyle, imported: str = ""
) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Tell a log as a page or as Markdown; returns it and what was taken out: (rule, times)."""
    story = tell(records, imported)
    opened = story.state.opened
    redactor = Redactor(private_of(kept_path(opened.checkout.root) if opened else None))
    redactor.spare(names_of(story.state))
    clean = Cleaner(redactor, opened.checkout.root if opened else "")
    text = (page if style == "html" else markdown)(story, clean)
    return redactor.settle(text), redactor.counts


def laid_out(page: Page, style: PageStyle, root: str) -> str:
    """Lay a page out that is about the project at ``root``, with this machine's secrets, names and places taken out."""
    redactor = Redactor(private_of(kept_path(root) if root else None))
    clean = Cleaner(redactor, root)
    return redactor.settle((parts_as_html if style == "html" else parts_as_markdown)(page, clean))


class LogCleaner:
    """Takes secrets, names, home and ``root`` out of the texts of one log, each text always in the same way.

    ``known`` are ids that coach itself gives out: in a field of coach's own they stay. ``names`` are files and tests of the
    project, which stay wherever they are named.
    """

    def __init__(self, root: str, known: frozenset[str] = frozenset(), names: tuple[str, ...] = ()) -> None:
        self._redactor = Redactor(private_of(Path(root) if root else None))
        self._redactor.spare(names)
        self._place = root.rstrip("/")
        self._seen: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()
        self.known = known

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """What was taken out since ``begin``: (rule, occurrences), in the order of the rules' names."""
        return tuple(sorted(self._counts.items()))

    def begin(self) -> None:
        """Count from here on; what was found is still known."""
        self._counts.clear()

    def text(self, text: str) -> str:
        """Clean a text."""
        return self._cleaned("", text)

    def named(self, name: str, text: str) -> str:
        """Clean the value of a name."""
        return self._cleaned(name, text)

    def _cleaned(self, name: str, text: str) -> str:
        found = self._seen.get((name, text))
        if found is None:
            inside = text.replace(self._place, "~/project") if len(self._place) > 1 else text
            found = self._redactor.named(name, inside) if name else self._redactor.clean(inside)
            if len(text) <= MAX_REMEMBERED:
                self._seen[name, text] = found
        settled = self._redactor.settle(found)
        if settled != text:
            self._counts.update(placeholders(settled))
            self._counts.subtract(placeholders(text))
        return settled


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
        value for name, value in os.environ.items() if is_secret_name(name) and len(value) >= SHORTEST_SECRET
    }
    return tuple(
        sorted(value for value in values if not value.startswith(("/", "~")))
    )  # PWD and OLDPWD are folders


def dotenv_secrets(root: Path) -> tuple[str, ...]:
    """Return values of a project's ``.env`` files: of secret names, and what looks too odd to be an ordinary word."""
    found: dict[str, None] = {}
    for path in sorted(root.glob(".env*"))[:MAX_FILES]:
        with contextlib.suppress(OSError):
            for line in read_head(path, MAX_BYTES).decode("utf-8", "replace").splitlines():
                name, _, value = line.strip().removeprefix("export ").partition("=")
                value = _unquoted(value)
                is_secret = is_secret_name(name.strip()) or is_random(value)
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
