"""Which places of this machine tell the answer of a drill, and which within them do not."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coach.engine.drill.answers import Answer, is_answer, names_of

_NO_QUESTION = (
    "/usr/",
    "/lib",
    "/etc/",
    "/bin/",
    "/sbin/",
    "/sys/",
    "/dev/",
    "/run/",
    "/opt/",
    "/var/lib/",
    "/nix/",
)
"""Where programs and libraries lie: a path that begins so is not followed, since everything that starts reads there."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders and files by their real paths. Of several around a path the innermost counts."""

    answers: Mapping[str, str]
    """What tells the answer, with what it is called: ``the checkout``."""
    arena: str = ""
    """Where the drill is played: what is written there is the player's own work."""
    free: frozenset[str] = frozenset()
    """What lies within and tells nothing: environments, what the player's own command names."""
    copies: tuple[Answer, ...] = ()
    """The files of the true fix: another copy of one, wherever it lies, tells the answer as well."""
    of_coach: tuple[str, ...] = ()
    """What coach itself reads to list its sessions, and nobody else has to."""
    _quick: tuple[str, ...] = field(default=(), init=False)
    _names: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        quick = (each for each in _NO_QUESTION if not any(place.startswith(each) for place in self.answers))
        object.__setattr__(self, "_quick", tuple(quick))
        object.__setattr__(self, "_names", names_of(self.copies))

    def may_tell(self, path: str) -> bool:
        """Whether a path, as a program wrote it, is worth to be followed."""
        return not path.startswith(self._quick) or ".." in path or path.rpartition("/")[2] in self._names

    def is_of_coach(self, real: str) -> bool:
        return any(real == each or real.startswith(f"{each}/") for each in self.of_coach)

    def told_by(self, real: str) -> str:
        """Return what a real path is of, in words: ``shop/cart.py of the checkout``; empty where it tells nothing."""
        place, above = real, ""
        while place not in self.free and place not in self.answers and above != place:
            above, place = place, os.path.dirname(place)  # noqa: PTH120 - asked for every file that is opened
        if place in self.answers and place not in self.free:
            inside = os.path.relpath(real, place)
            name = self.answers[place]
            return name if inside == "." else f"{inside} of {name}"
        is_copy = real.rpartition("/")[2] in self._names and not self._is_in_arena(real)
        return f"{real}, which holds the fix" if is_copy and is_answer(real, self.copies) else ""

    def _is_in_arena(self, real: str) -> bool:
        return bool(self.arena) and real.startswith(f"{self.arena}/")


def places(
    answers: Iterable[tuple[Path | str, str]],
    arena: Path | str,
    free: Iterable[Path | str] = (),
    copies: tuple[Answer, ...] = (),
    of_coach: Iterable[Path | str] = (),
) -> Places:
    """Return places by the names they have; links are followed once, now."""
    own = os.path.realpath(arena)
    return Places(
        {os.path.realpath(place): name for place, name in answers},
        own,
        frozenset((own, *map(os.path.realpath, free))),
        copies,
        tuple(map(os.path.realpath, of_coach)),
    )
