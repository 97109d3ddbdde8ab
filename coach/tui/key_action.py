"""What an action of the registry is: its id, its keys, its label, and why it is not possible now."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from coach.tui import availability
from coach.tui.availability import WhyDisabled

Group = Literal[
    "Reproduce and run",
    "Find the cause",
    "Test an idea",
    "Prove the fix",
    "Get out of a loop",
    "Go through the steps",
    "Write and hand on",
    "Look",
    "Move",
    "coach",
]
"""What one may want to do."""
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing a key does."""

    id: str
    keys: tuple[str, ...]
    """As Textual names them."""
    label: str
    help: str
    group: Group
    rank: int = 0
    """Its place in the footer, 1 first; 0 keeps it out of there."""
    palette: bool = True
    """Whether the command palette offers it."""
    why_disabled: WhyDisabled = availability.always
    shown: str = ""
    """Its key as people read it, where that is not its first one's name."""

    @property
    def shown_key(self) -> str:
        """The key as people read it."""
        return self.shown or self.keys[0]


def session_action(
    id: str,  # noqa: A002 - the word of the registry
    keys: str,
    label: str,
    help: str,  # noqa: A002 - the word of the registry
    group: Group,
    **more: Any,
) -> KeyAction:
    """Return an action that asks the session for something: not possible when the session would refuse it.

    Args:
        id: the action's id, in the registry and in the core.
        keys: its keys as Textual names them, parted by blanks.
        label: two or three words, for the footer and the palette.
        help: one sentence, for the help screen and the docs.
        group: under which heading the help screen lists it.
        more: other fields of ``KeyAction``.

    """
    return KeyAction(
        id, tuple(keys.split()), label, help, group, why_disabled=availability.refused(id), **more
    )


def screen_action(
    id: str,  # noqa: A002 - the word of the registry
    keys: str,
    label: str,
    help: str,  # noqa: A002 - the word of the registry
    group: Group,
    **more: Any,
) -> KeyAction:
    """Return an action of the screen: possible always, or as ``why_disabled`` says. Arguments as of ``session_action``."""
    return KeyAction(id, tuple(keys.split()), label, help, group, **more)
