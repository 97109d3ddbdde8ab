"""Signs that several views share: how they are meant, and those of outcomes and verdicts."""

from typing import Literal

from coach.core.runs.oracle import Outcome

Role = Literal["good", "bad", "warn", "accent", "dim"]
"""How a sign is meant; a colour never says more than the sign."""

OUTCOMES: dict[Outcome, tuple[str, Role]] = {
    "PASS": ("✔", "good"),
    "FAIL": ("✘", "bad"),
    "UNRESOLVED": ("◐", "warn"),
}
VERDICTS: dict[str | None, tuple[str, Role]] = {
    None: ("○", "accent"),
    "SUPPORTED": ("✔", "good"),
    "REFUTED": ("✘", "bad"),
    "INCONCLUSIVE": ("◐", "warn"),
}
