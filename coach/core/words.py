"""Signs that several views share: how they are meant, and those of verdicts."""

from typing import Literal

Role = Literal["good", "bad", "warn", "accent", "dim"]
"""How a sign is meant; a colour never says more than the sign."""

VERDICTS: dict[str | None, tuple[str, Role]] = {
    None: ("○", "accent"),
    "SUPPORTED": ("✔", "good"),
    "REFUTED": ("✘", "bad"),
    "INCONCLUSIVE": ("◐", "warn"),
}
