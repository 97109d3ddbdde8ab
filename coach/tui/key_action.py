"""What an action of the registry is: its id, its keys, its words, and why it is not possible now."""

from dataclasses import dataclass
from typing import Literal, get_args

from coach.core.session.state import SessionState
from coach.tui import availability
from coach.tui.availability import WhyDisabled

Group = Literal["Runs", "Evidence", "Narrowing", "Loops", "Steps", "Writing", "Looking", "Moving", "coach"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing a key does. ``rank`` orders the footer (1 first); 0 keeps it out of there."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    rank: int = 0
    palette: bool = True
    why: WhyDisabled = availability.always
    shown: str = ""

    @property
    def shown_key(self) -> str:
        """The key as people read it."""
        return self.shown or self.keys[0]

    def why_disabled(self, state: SessionState, read_only: str) -> str:
        """Return why this is not possible now; empty when it is."""
        return self.why(state, read_only)


def act(
    id: str,  # noqa: A002 - the word of the registry
    keys: str,
    label: str,
    help: str,  # noqa: A002 - the word of the registry
    group: Group,
    **more: object,
) -> KeyAction:
    return KeyAction(id, tuple(keys.split()), label, help, group, **more)  # type: ignore[arg-type]
