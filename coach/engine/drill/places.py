"""Which places of this machine tell the answer of a drill, and which within them do not."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
    free: frozenset[str] = frozenset()
    """What lies within and tells nothing: the arena, environments, what the player's own command names."""
    of_coach: tuple[str, ...] = ()
    """What coach itself reads to list its sessions, and nobody else has to."""
    _quick: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        quick = (each for each in _NO_QUESTION if not any(place.startswith(each) for place in self.answers))
        object.__setattr__(self, "_quick", tuple(quick))

    def may_tell(self, path: str) -> bool:
        """Whether a path, as a program wrote it, is worth to be followed."""
        return not path.startswith(self._quick) or ".." in path

    def is_of_coach(self, real: str) -> bool:
        return any(real == each or real.startswith(f"{each}/") for each in self.of_coach)

    def told_by(self, real: str) -> str:
        """Return what a real path is of, in words: ``shop/cart.py of the checkout``; empty where it tells nothing."""
        place = real
        while True:
            if place in self.free:
                return ""
            if place in self.answers:
                inside = os.path.relpath(real, place)
                name = self.answers[place]
                return name if inside == "." else f"{inside} of {name}"
            above = os.path.dirname(place)  # noqa: PTH120 - asked for every file that is opened
            if above == place:
                return ""
            place = above


def places(
    answers: Iterable[tuple[Path | str, str]], free: Iterable[Path | str], of_coach: Iterable[Path | str] = ()
) -> Places:
    """Return places by the names they have; links are followed once, now."""
    return Places(
        {os.path.realpath(place): name for place, name in answers},
        frozenset(map(os.path.realpath, free)),
        tuple(map(os.path.realpath, of_coach)),
    )
