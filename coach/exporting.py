"""Hand a session on: gather what must not leave (secrets, home, user, host) and render the pure export."""

import getpass
import os
import platform
import re
from typing import Literal

from coach.core.export import Export, export
from coach.core.session import SessionState

_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|AUTH|COOKIE|DSN)", re.IGNORECASE)
SHORTEST_SECRET = 6
"""Shorter values occur in text by chance."""

Style = Literal["markdown", "xml", "json"]


def export_session(state: SessionState, budget: int, style: Style) -> Export:
    """Render a session within a budget of tokens, with this machine's secrets taken out."""
    return export(
        state,
        budget=budget,
        style=style,
        secrets=environment_secrets(),
        home=os.path.expanduser("~"),  # noqa: PTH111 - a string to replace, not a path to use
        user=_user(),
        host=platform.node(),
    )


def environment_secrets() -> tuple[str, ...]:
    """Return the values of secret-named environment variables: the only rule that finds a password in a diff."""
    values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET}
    return tuple(sorted(value for value in values if not value.startswith(("/", "~"))))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
