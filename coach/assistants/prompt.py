"""The prompt of a session as the project wants it worded: its template when it has one, coach's own words else."""

from pathlib import Path

from coach.core.export import Export, Purpose
from coach.core.session.state import SessionState
from coach.regular_files import is_folder
from coach.session.export_io import Style, export_session
from coach.session.factory import place_of
from coach.settings.project import load_settings
from coach.settings.template import load_template


def prompt_of(
    state: SessionState,
    budget: int | None = None,
    style: Style = "markdown",
    template: str = "",
    purpose: Purpose | None = None,
) -> Export:
    """Export a session; without a purpose it asks what the facts allow. Raises UsageError."""
    root = place_of(state.opened).home if state.opened else None
    named = Path(template) if template else None
    if named is None and root and is_folder(root) and style == "markdown":
        wished = load_settings(root).template
        named = root / wished if wished else None
    return export_session(state, budget, style, load_template(named) if named else None, purpose)
