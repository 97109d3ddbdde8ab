"""What the engineer has chosen to look at. It belongs to the screen: never recorded, never exported."""

from dataclasses import dataclass
from typing import Literal, get_args

Tab = Literal["work", "gate", "runs", "output", "diff", "timeline"]
ALL_TABS: tuple[Tab, ...] = ("work", "gate", "runs", "output", "diff", "timeline")
Kind = Literal["all", "runs", "edits", "thoughts", "notices"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What the timeline is limited to."""
WIDE_FROM = 100
"""Columns from which the gate has a panel of its own."""
ROOMY_FROM = 118
"""Columns from which the runs have one too."""
VAST_FROM = 150


@dataclass(frozen=True, slots=True)
class ViewState:
    """Which tab, suspect, hypothesis and run are shown, and how wide the screen is."""

    tab: Tab = "work"
    suspect: str = ""
    """Key of the selected suspect; empty means the first that stands."""
    hypothesis: int = 0
    """Number of the selected hypothesis; 0 means the newest."""
    run: int = 0
    """Number of the run whose output is shown; 0 means the newest."""
    kind: Kind = "all"
    """The kind of events the timeline is limited to."""
    now: float = 0.0
    """Seconds since the epoch; in a past session the time of the event shown."""
    width: int = 140
    """Columns of the screen: below some widths panels become tabs."""

    @property
    def is_narrow(self) -> bool:
        return self.width < WIDE_FROM

    @property
    def is_reading(self) -> bool:
        """Whether a text is read that needs the room of the gate's panel; the next move stays in view as a line."""
        return self.tab in {"output", "diff", "timeline"} and self.width < VAST_FROM

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs there are: what has no panel of its own."""
        folded = {"gate"} if self.width >= WIDE_FROM else set()
        folded |= {"runs"} if self.width >= ROOMY_FROM else set()
        return tuple(tab for tab in ALL_TABS if tab not in folded)
