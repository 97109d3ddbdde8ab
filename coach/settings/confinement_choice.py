"""Which runs are confined: what the engineer says, and what a project's own settings may say about it.

A repository may ask for more than is usual, and not for less: ``confine = "off"`` in its settings counts only once the
engineer has said the same for it by variable, and is remembered with that file and folder.
"""

from pathlib import Path

from coach.core.runs.confinement import Confine
from coach.settings.project import Settings
from coach.settings.user import load_personal
from coach.store.trust import approval_of, approve, is_approved


def confine_for(root: Path, settings: Settings) -> Confine:
    """Return what is confined in a project. Raises UsageError, StoreError."""
    if settings.is_own_confine:
        if settings.confine == "off" and settings.is_unconfined_by_project:
            approve(_approval(root), ["confine", "off"])
        return settings.confine
    own = load_personal().confine
    if own is not None:
        return own
    return "copies" if is_refused(root, settings) else settings.confine


def is_refused(root: Path, settings: Settings) -> bool:
    """Whether a project wants its runs unconfined and nobody agreed to that."""
    return (
        settings.is_unconfined_by_project and not settings.is_own_confine and not is_approved(_approval(root))
    )


def _approval(root: Path) -> str:
    return approval_of(root / "pyproject.toml", ["confine", "off"], root)
