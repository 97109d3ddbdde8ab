"""What a worker is, and which of its differences from this machine would change a verdict.

A verdict that was come to elsewhere stands for this project: what may turn one is refused, the rest is named.
"""

from dataclasses import dataclass

from pydantic import Field

from coach.core.base.formatting import count, size_of
from coach.core.base.value import Value

MIN_FREE = 1_000_000_000
"""Bytes below which a disk is called nearly full."""
TOOLS = frozenset({"pip", "wheel", "uv"})
"""Packages that install others: no test imports them, and some environments are made without."""
_MAX_NAMED = 5


class WorkerFacts(Value):
    """A worker as it describes itself; all of it is foreign text."""

    name: str = ""
    host: str = ""
    coach: str = ""
    python: str = ""
    """Version of the target's interpreter there: ``3.12.4``."""
    implementation: str = ""
    """Of that interpreter: ``cpython``, ``pypy``."""
    platform: str = ""
    """System and processor: ``linux x86_64``."""
    pytest: str = ""
    """Its version; empty: there is none."""
    packages: dict[str, str] = Field(default_factory=dict)
    """Installed packages of that interpreter and their versions, by normal names."""
    free_bytes: int = 0
    """On the disk that copies are made on."""
    root: str = ""
    """Its own checkout of the project; empty: it has none, and gets every tree from us."""
    interpreter: str = ""
    """Path of the target's interpreter there."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How a worker differs from this machine, in sentences."""

    refused: tuple[str, ...] = ()
    """What may turn a verdict: such a worker gets no work."""
    named: tuple[str, ...] = ()
    """What is worth knowing."""


def differences(worker: WorkerFacts, here: WorkerFacts) -> Differences:
    """Compare a worker with the session's own interpreter and machine."""
    refused = (
        _unlike("coach", _minor(worker.coach), _minor(here.coach)),
        _unlike("python", _minor(worker.python), _minor(here.python)),
        "it has no pytest" if here.pytest and not worker.pytest else "",
        _missing(worker, here),
    )
    named = (
        _unlike("coach", worker.coach, here.coach) if _minor(worker.coach) == _minor(here.coach) else "",
        _unlike("python", worker.python, here.python) if _minor(worker.python) == _minor(here.python) else "",
        _unlike("implementation", worker.implementation, here.implementation),
        _unlike("platform", worker.platform, here.platform),
        _other_versions(worker, here),
        f"only {size_of(max(worker.free_bytes, 0))} free" if worker.free_bytes < MIN_FREE else "",
    )
    return Differences(tuple(filter(None, refused)), tuple(filter(None, named)))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _unlike(what: str, there: str, here: str) -> str:
    return f"{what} {there or 'unknown'} instead of {here}" if here and there != here else ""


def _missing(worker: WorkerFacts, here: WorkerFacts) -> str:
    missing = sorted(here.packages.keys() - worker.packages.keys() - TOOLS)
    return f"{count(len(missing), 'package')} missing: {_some(missing)}" if missing else ""


def _other_versions(worker: WorkerFacts, here: WorkerFacts) -> str:
    other = [
        f"{name} {worker.packages[name]} instead of {version}"
        for name, version in sorted(here.packages.items())
        if worker.packages.get(name, version) != version
    ]
    return f"{count(len(other), 'other version')}: {_some(other)}" if other else ""


def _some(each: list[str]) -> str:
    more = len(each) - _MAX_NAMED
    return ", ".join(each[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
