"""What a click on a piece of a line does. Views alone make links, so no text that is shown can become one but a place.

A place that stands in a text may be foreign: it is opened only where it is a file of the project (``actions/editing.py``).
"""

from dataclasses import dataclass

from coach.tui.views.view_state import Tab


@dataclass(frozen=True, slots=True)
class Press:
    """An action of the registry of keys is done, as if by ``key``."""

    action: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the window in which the piece stands is pressed, named as Textual does."""

    key: str


@dataclass(frozen=True, slots=True)
class Open:
    """The editor is opened. ``path`` is relative to the project's root or absolute; line 0 stands for none."""

    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Show:
    """A tab is shown."""

    tab: Tab


Link = Press | Key | Open | Show
OPENS_ROW = Key("enter")
"""What a row that can be selected says of itself; the first click selects it (``LinePanel``)."""
