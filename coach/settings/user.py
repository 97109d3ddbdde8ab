"""What one engineer likes, in every project: ``config.toml`` in the user's own configuration folder.

    theme = "coach-light"

    [keys]
    run = "ctrl+r"

Keys are named by the ids that ``coach keys`` lists. A mistake is refused with the file and the nearest right word.
"""

import contextlib
import os
from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError

from coach.core.base.value import Value
from coach.core.runs.confinement import Confine
from coach.errors import StoreError, UsageError
from coach.private_folders import write_private
from coach.regular_files import read_head, read_toml, reason
from coach.settings.project import refuse_unknown
from coach.store.paths import make_private, state_home

VARIABLE = "COACH_CONFIG_DIR"
WELCOMED = "welcomed"


class Personal(Value):
    """Settings of one person. ``keys`` maps ids of actions to keys, several parted by blanks."""

    theme: str = ""
    """The look of the screen; empty: the one chosen last."""
    confine: Confine | None = None
    """Which runs write only where they may, in every project: ``copies``, ``all`` or ``off``; else each project's setting."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Ids of actions and their keys, several parted by blanks."""


def personal_path() -> Path:
    """Return where the file is looked for: ``COACH_CONFIG_DIR``, else the platform's own place."""
    chosen = os.environ.get(VARIABLE, "").strip()
    folder = Path(chosen).expanduser() if chosen else Path(platformdirs.user_config_dir("coach"))
    return folder / "config.toml"


def theme_wished(personal: Personal) -> str:
    """Return the theme of the settings, else the one that was chosen last on the screen; empty for neither."""
    if personal.theme:
        return personal.theme
    with contextlib.suppress(OSError, StoreError):
        return read_head(_remembered(), 200).decode("utf-8", "replace").strip()[:60]
    return ""


def remember_theme(name: str) -> None:
    """Keep what was chosen on the screen for the next time; a state directory that cannot be written forgets it."""
    with contextlib.suppress(OSError, StoreError):
        make_private(state_home())
        write_private(_remembered(), f"{name}\n".encode())


def is_first_time() -> bool:
    """Whether the screen was never seen before, and remember that it was; where nothing can be kept, nobody is told twice."""
    with contextlib.suppress(OSError, StoreError):
        make_private(state_home())
        (state_home() / WELCOMED).touch(mode=0o600, exist_ok=False)
        return True
    return False


def _remembered() -> Path:
    return state_home() / "theme"


def load_personal() -> Personal:
    """Read the file; without one everything is as it comes. Raises UsageError that names file and key."""
    path = personal_path()
    try:
        table = read_toml(path)
    except (FileNotFoundError, NotADirectoryError):
        table = {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=reason(error), do="mend it or move it away") from None
    refuse_unknown(str(path), "", table, Personal)
    try:
        return Personal.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {key} is not usable", why=first["msg"].lower()) from None
