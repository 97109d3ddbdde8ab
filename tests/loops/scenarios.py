"""The registry of scenarios: a name, a label, and what a script does on a bench."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.loops.bench import Bench
from tests.loops.projects import PROJECTS, Project

Script = Callable[[Bench], None]


@dataclass(frozen=True)
class Scenario:
    """One recording to be made."""

    kind: str
    label: Literal["looping", "healthy"]
    project: Project
    script: Script
    opening: dict[str, Any] = field(default_factory=dict)
    variant: str = ""
    seen_in: str = ""
    """The real session that has this shape; empty for one that was thought of."""

    @property
    def name(self) -> str:
        return "-".join(filter(None, [self.kind, self.variant, self.project.name]))

    @property
    def folder(self) -> str:
        """Where its log lies."""
        if self.seen_in:
            return "observed"
        return "holdout" if self.is_held_out else "corpus"

    @property
    def is_held_out(self) -> bool:
        """A third, by hash. Healthy sessions are held out by whole kinds, so that the figure is about sessions of a new kind."""
        key = self.kind if self.label == "healthy" else self.name
        return hashlib.sha256(key.encode()).digest()[0] % 3 == 0


REGISTRY: list[Scenario] = []
PROJECTS_PER_KIND = {"looping": 4, "healthy": 3}


def _some(kind: str, count: int) -> list[Project]:
    """Choose projects for a kind, spread over all of them."""
    start = hashlib.sha256(kind.encode()).digest()[1]
    return [PROJECTS[(start + step) % len(PROJECTS)] for step in range(count)]


def scenario(label: Literal["looping", "healthy"], **opening: Any) -> Callable[[Script], Script]:
    """Register a script for several projects; ``opening`` holds arguments of the bench, or functions of the project."""

    def register(script: Script) -> Script:
        kind = script.__name__.replace("_", "-")
        for project in _some(kind, PROJECTS_PER_KIND[label]):
            values = {key: value(project) if callable(value) else value for key, value in opening.items()}
            REGISTRY.append(Scenario(kind, label, project, script, values))
        return script

    return register


def observed(
    label: Literal["looping", "healthy"], seen_in: str, **opening: Any
) -> Callable[[Script], Script]:
    """Register a script after a real session's shape for two projects."""

    def register(script: Script) -> Script:
        kind = script.__name__.replace("_", "-")
        for project in _some(kind, 2):
            values = {key: value(project) if callable(value) else value for key, value in opening.items()}
            REGISTRY.append(Scenario(kind, label, project, script, values, seen_in=seen_in))
        return script

    return register


def variants(
    label: Literal["looping", "healthy"], of: str, share: int = 0, **opening: Any
) -> Callable[[Callable[..., None]], None]:
    """Register a script once per entry of a project's vocabulary (``tampering``, ``hiding`` …).

    ``share`` 1 or 2 takes every other entry, so that two scripts divide a vocabulary between them.
    """

    def register(script: Callable[..., None]) -> None:
        kind = script.__name__.replace("_", "-")
        entries = [(project, each) for project in PROJECTS for each in getattr(project, of).items()]
        for number, (project, (name, edits)) in enumerate(entries):
            if not share or number % 2 == share - 1:
                values = {key: value(project) if callable(value) else value for key, value in opening.items()}
                bound = _bind(script, name, edits)
                REGISTRY.append(Scenario(kind, label, project, bound, values, name))

    return register


def _bind(script, name, edits) -> Script:
    return lambda bench: script(bench, name, edits)


def every() -> Iterator[Scenario]:
    """Yield all scenarios, by name."""
    from tests.loops import healthy, looping, observed, person  # noqa: F401 - they register theirs

    yield from sorted(REGISTRY, key=lambda each: each.name)
