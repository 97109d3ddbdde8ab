"""What the engineer has chosen to look at. It belongs to the screen: never recorded, never exported."""

from dataclasses import dataclass
from typing import Literal, get_args

from coach.core.protocol.live import AtWork

Tab = Literal["work", "gate", "runs", "output", "diff", "timeline"]
ALL_TABS: tuple[Tab, ...] = ("work", "gate", "runs", "output", "diff", "timeline")
Kind = Literal["all", "runs", "edits", "thoughts", "notices"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What the timeline is limited to."""
WIDE_FROM = 100
"""Columns from which evidence stands beside the code."""
ROOMY_FROM = 118
"""Columns from which it has more room."""
VAST_FROM = 150
"""Columns from which the list of runs stands below it, and the failing test below the suspect."""
_AROUND = 7
"""Rows that are not a panel's: header, steps, next move and its reason, title, message, footer."""
_FEWEST_ROWS = 6
_ROOMY_SIDE, _VAST_SIDE, _WIDE_SIDE = 40, 58, 36
"""Columns of the panel of evidence; the style sheet sets them."""
_FRAME = 3
"""Columns of a panel that its lines have not: edge, padding, scrollbar."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """Which tab, suspect, hypothesis and run are shown, and how large the screen is."""

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
    played: float = 0.0
    """Seconds that a drill has been played, where the session plays one."""
    width: int = 140
    """Columns of the screen: below some widths panels become tabs."""
    height: int = 45
    """Rows of the screen."""
    workers: tuple[AtWork, ...] = ()
    """What the workers of a cluster do now, where one is in use."""

    @property
    def rows(self) -> int:
        """How many rows of code or evidence there are, about."""
        return max(_FEWEST_ROWS, self.height - _AROUND)

    @property
    def code_rows(self) -> int:
        """How many of them are for code: on a narrow screen evidence stands below it."""
        return max(_FEWEST_ROWS, (self.rows + 1) // 2) if self.is_narrow else self.rows

    @property
    def evidence_columns(self) -> int:
        """How wide a line of evidence may be: below the code as wide as the screen, else as its panel."""
        if self.is_narrow:
            return max(1, self.width - _FRAME)
        side = (
            _VAST_SIDE if self.width >= VAST_FROM else _ROOMY_SIDE if self.width >= ROOMY_FROM else _WIDE_SIDE
        )
        return side - _FRAME

    @property
    def is_narrow(self) -> bool:
        return self.width < WIDE_FROM

    @property
    def is_reading(self) -> bool:
        """Whether a text is read that needs the room of the evidence."""
        return self.tab in {"output", "diff", "timeline"} and self.width < VAST_FROM

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs there are: what has no panel of its own."""
        folded = {"gate"} if self.width >= WIDE_FROM else set()
        folded |= {"runs"} if self.width >= VAST_FROM else set()
        return tuple(tab for tab in ALL_TABS if tab not in folded)
