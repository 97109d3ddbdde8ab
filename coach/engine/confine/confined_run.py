"""How one run is confined: its fence, its own folders, what it is told of them, what it was refused."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.core.base.text import storable
from coach.core.redact.observation_redactor import in_prose
from coach.core.runs.confinement import Confine, Confinement, confinement_of
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.confine.landlock import Fence, available, refuse_unconfined
from coach.engine.confine.own_folders import builds_go, own_folders, own_temporary

MAX_REFUSED = 10
REFUSED = "refused"
"""A file beside the plan of mutants."""
_BYTECODE = ("__pycache__", ".pyc")
UNCONFINED = "not confined: this system has no Landlock, so the tests in the copy could write anywhere"


@dataclass(slots=True)
class Confined:
    """One run, and what holds it; without a confinement it is as it would be without coach."""

    folder: Path
    """Disposable, for its own folders."""
    copy: Path | None
    confinement: Confinement | None
    fence: Fence | None = None
    notes: tuple[str, ...] = ()
    stands_for: list[tuple[str, str]] = field(default_factory=list)
    """Own folders and what they stand for."""

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - all that decides
        cls,
        request: RunRequest,
        setting: Confine,
        folder: Path,
        copy: Path | None,
        root: Path,
        kept: Iterable[Path] = (),
    ) -> "Confined":
        """Decide how a run is confined.

        Args:
            request: the run.
            setting: what the engineer set.
            folder: its disposable folder.
            copy: the copy it runs in; None: it runs in the checkout.
            root: the checkout.
            kept: folders of coach's that it writes to.

        Raises:
            NotConfined: it is of code that coach changed, and this system cannot confine it.

        """
        confinement = confinement_of(request, setting, in_copy=copy is not None)
        if confinement is None:
            return cls(folder, copy, None)
        if not available().is_there:
            if confinement.is_strict:
                refuse_unconfined("code that coach changed")
            return cls(folder, copy, confinement, notes=(UNCONFINED,))
        place = copy.parent if copy else root
        told = folder / REFUSED if request.tries_mutants and available().asks else None
        fence = Fence((place, folder, *kept), confinement.is_strict, told=told)
        return cls(folder, copy, confinement, fence)

    @property
    def settings(self) -> dict[str, Any] | None:
        """What the probe is told, so that it notes what is refused."""
        if self.fence is None:
            return None
        strict = self.fence.is_strict
        return {
            "allowed": list(self.fence.own),
            "tcp": not strict,
            "unix": not strict,
            "is_asked": available().asks,
        }

    def environment(self, env: Mapping[str, str], *, calls_compilers: bool) -> dict[str, str]:
        """Return the environment of the run, and make its folders."""
        if self.confinement is None:
            return dict(env)
        if self.copy is None:
            return own_temporary(env, self.folder)
        strict = self.confinement.is_strict
        own, pairs = own_folders(
            env,
            self.folder,
            is_strict=strict,
            calls_compilers=calls_compilers,
            reads_built=calls_compilers and builds_go(self.copy),
        )
        self.stands_for[:] = pairs
        return own

    def refused(self, said: Iterable[str]) -> tuple[str, ...]:
        """Return what was refused, as kernel and interpreter tell it; bytecode is nobody's business."""
        found = dict.fromkeys((*(self.fence.refused if self.fence else ()), *said))
        relevant = (each for each in found if not any(word in each for word in _BYTECODE))
        return tuple(storable(self.as_meant(each)) for each in relevant)[:MAX_REFUSED]

    def as_outside(self, report: RunReport) -> RunReport:
        """Name the engineer's folders where a report names the run's own: the same failure must have the same signature."""
        return in_prose(report, self.as_meant) if self.stands_for else report

    def as_meant(self, text: str) -> str:
        """Return a text with the engineer's folders where it names the run's own."""
        for own, meant in self.stands_for:
            for each in dict.fromkeys((own, os.path.realpath(own))):
                text = text.replace(each, meant)
        return text
