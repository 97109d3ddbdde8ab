"""Put an engineer's own keys in place of the usual ones: by the ids of actions, and never two actions on one key."""

import difflib
from collections.abc import Mapping
from dataclasses import replace

from coach.errors import UsageError
from coach.tui.key_action import KeyAction

KEPT = frozenset({"escape", "ctrl+q", "ctrl+c", "tab", "shift+tab", "enter", "up", "down"})
"""Keys that always do what they do: leaving, and moving in lists."""
_NUMBERED = frozenset({"go-to-step"})
_WHERE = "settings of your own, [keys]"


def with_keys(registry: tuple[KeyAction, ...], chosen: Mapping[str, str]) -> tuple[KeyAction, ...]:
    """Return the registry with other keys.

    Args:
        registry: the actions with their usual keys.
        chosen: keys by id, several parted by blanks, as Textual names them (``r``, ``ctrl+r``, ``f5``, ``question_mark``).

    Raises:
        UsageError: an unknown id, no key, a key that stays what it is, or a key of two actions; all are named.

    """
    known = {each.id: each for each in registry}
    for name, keys in chosen.items():
        _refuse(name, keys.split(), known)
    made = tuple(
        replace(each, keys=tuple(chosen[each.id].split()), shown="") if each.id in chosen else each
        for each in registry
    )
    owners: dict[str, str] = {}
    for each in made:
        for key in each.keys:
            if owners.setdefault(key, each.id) != each.id:
                raise UsageError(
                    f"{_WHERE}: the key {key} is for {owners[key]} and for {each.id}",
                    do="give one of them another key; `coach keys` lists all",
                )
    return made


def _refuse(name: str, keys: list[str], known: Mapping[str, KeyAction]) -> None:
    if name not in known or name in _NUMBERED:
        close = difflib.get_close_matches(name, known, n=1)
        hint = (
            f"did you mean {close[0]!r}?" if close and close[0] != name else "`coach keys` lists what can be"
        )
        raise UsageError(f"{_WHERE}: {name!r} is not an action with keys to choose", do=hint)
    if not keys:
        raise UsageError(f"{_WHERE}: {name} has no key", do=f"usually it is {known[name].keys[0]}")
    if kept := next((key for key in keys if key in KEPT and key not in known[name].keys), None):
        raise UsageError(
            f"{_WHERE}: {kept} stays what it is, it cannot be for {name}", do="choose another key"
        )
