"""What lies around the project and decides how its tests run: python, installed versions, some variables; and what of it changed."""

from coach.core.base.text import CoachId, Name
from coach.core.base.value import Value


class Surroundings(Value):
    """As they were when a run ended. Of variables only a digest is kept, never the value."""

    python: Name = ""
    packages: tuple[Name, ...] = ()
    """What is installed, ``numpy 2.0.1``, sorted."""
    variables: tuple[tuple[Name, CoachId], ...] = ()
    """Variables that python, pytest, time zones and locales read, each with a digest of its value."""


def changed(before: Surroundings, now: Surroundings) -> tuple[str, ...]:
    """Say what differs, each in a few words: ``numpy 1.26.4 → 2.0.1``, ``PYTHONPATH changed``."""
    said = [] if before.python == now.python else [f"python {before.python} → {now.python}"]
    old, new = _versions(before), _versions(now)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            said.append(f"{name} {old[name]} is gone")
        elif name not in old:
            said.append(f"{name} {new[name]} is new")
        elif old[name] != new[name]:
            said.append(f"{name} {old[name]} → {new[name]}")
    was, is_ = dict(before.variables), dict(now.variables)
    differing = (name for name in sorted(was.keys() | is_.keys()) if was.get(name) != is_.get(name))
    said += [
        f"{name} {'is unset' if name not in is_ else 'is new' if name not in was else 'changed'}"
        for name in differing
    ]
    return tuple(said)


def _versions(seen: Surroundings) -> dict[str, str]:
    return {name: version for name, _, version in (each.rpartition(" ") for each in seen.packages)}
