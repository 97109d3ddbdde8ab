"""What a worker is, and how it differs from the machine that asks: what could change a verdict is refused or named."""

from collections.abc import Mapping
from dataclasses import dataclass

from coach.core.base.formatting import size_of
from coach.core.base.text import FilePath, Name
from coach.core.base.value import Value

LEAST_FREE = 1_000_000_000
"""Bytes of free disk from which on nothing is said."""
MAX_NAMED = 3


class WorkerFacts(Value):
    """A worker and the interpreter it runs targets with; of the machine that asks, the same about its own."""

    name: Name = ""
    host: Name = ""
    coach: Name = ""
    platform: Name = ""
    interpreter: FilePath = ""
    python: Name = ""
    """The version of that interpreter, such as 3.11.7; empty where there is none."""
    implementation: Name = ""
    pytest: Name = ""
    packages: Mapping[str, str] = {}
    """Installed distributions of that interpreter and their versions, but for what came from a folder of its machine."""
    prefix: FilePath = ""
    """Where that interpreter's installed packages lie."""
    root: FilePath = ""
    """Its own checkout of the project; empty: it has none, and needs none."""
    free_bytes: int = -1
    """Free disk where copies are made; -1: not known."""
    why: Name = ""
    """Why it can carry nothing out; empty: it can."""


@dataclass(frozen=True, slots=True)
class Differences:
    """In words. A worker of which anything is ``refused`` gets no work."""

    refused: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def differences(there: WorkerFacts, here: WorkerFacts) -> Differences:
    """Compare a worker with the machine that asks.

    Another minor version of Python or of coach, and packages that are missing there, may come to another verdict.
    """
    if there.why:
        return Differences((there.why,))
    refused = [*_other_versions(there, here), *_missing(there, here)]
    named = [
        *_other_packages(there, here),
        *_said("python", there.python, here.python),
        *_said("platform", there.platform, here.platform),
    ]
    if 0 <= there.free_bytes < LEAST_FREE:
        named.append(f"{size_of(there.free_bytes)} of disk are free there")
    return Differences(tuple(refused), () if refused else tuple(named))


def _other_versions(there: WorkerFacts, here: WorkerFacts) -> list[str]:
    found = []
    if _minor(there.coach) != _minor(here.coach):
        found.append(f"coach {there.coach or 'unknown'} there, {here.coach} here")
    if _minor(there.python) != _minor(here.python):
        found.append(f"python {there.python or 'unknown'} there, {here.python} here")
    if there.implementation != here.implementation:
        found.append(f"{there.implementation or 'another python'} there, {here.implementation} here")
    if here.pytest and not there.pytest:
        found.append(f"no pytest in {there.interpreter}")
    return found


def _missing(there: WorkerFacts, here: WorkerFacts) -> list[str]:
    missing = sorted(each for each in here.packages if each not in there.packages)
    return [f"missing there: {_listed(missing)}"] if missing else []


def _other_packages(there: WorkerFacts, here: WorkerFacts) -> list[str]:
    other = [
        f"{name} {there.packages[name]} (here {version})"
        for name, version in sorted(here.packages.items())
        if name in there.packages and there.packages[name] != version
    ]
    return [f"other versions there: {_listed(other)}"] if other else []


def _said(what: str, there: str, here: str) -> list[str]:
    return [f"{what} {there} there, {here} here"] if there != here and there and here else []


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _minor(version: str) -> tuple[str, ...]:
    return tuple(version.split(".")[:2])
