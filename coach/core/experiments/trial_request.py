"""What a trial is asked to do: the part of it that a run request carries."""

import re
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import Name, Prose
from coach.core.base.value import Value
from coach.core.experiments.hypothesis import Expects
from coach.core.runs.variation import Order, Variation

_PACKAGE = re.compile(
    r"[A-Za-z0-9][\w.-]*(?:\[[\w ,.-]*\])?\s*+(?:(?:===?|[<>!~]=|[<>])\s*+[\w.*+!-]++\s*+(?:,\s*+)?)*"
)
MAX_PATCH = 2_000_000
"""Bytes of a patch."""
_ARCHIVES = (".whl", ".tar.gz", ".zip")


def is_package(text: str) -> bool:
    """Whether a text names a package and perhaps versions of it, or a file that holds one; never an option or a folder."""
    is_file = text.endswith(_ARCHIVES) and not text.startswith("-") and text.isprintable()
    return is_file or _PACKAGE.fullmatch(text) is not None


class Trial(Value):
    """One experiment in a copy. Of the fields only those of its kind matter."""

    kind: Literal["patch", "environment", "command"]
    patch: Prose = ""
    """*patch*: a unified diff, as ``git diff`` or ``diff -u`` writes it."""
    variables: tuple[tuple[Name, Prose], ...] = ()
    """*environment*, *command*: variables of the run, such as TZ."""
    packages: tuple[Name, ...] = ()
    """*environment*: versions of dependencies, as pip names them, in front of what is installed."""
    seed: int | None = None
    order: Literal["", "reversed"] = ""
    """*environment*: the tests of the file before the target, turned round."""
    expects: Expects | None = None
    exit_code: int | None = None
    """*command*: what it is predicted to end with."""
    pattern: Name = ""
    """*command*: a regular expression that is predicted to match its output."""
    hypothesis: int = 0

    @property
    def is_prediction(self) -> bool:
        return self.expects is not None or self.exit_code is not None or bool(self.pattern)

    def variation(self, victim: TestId) -> Variation:
        """Return how its run differs from a usual one; another order is one of the tests before ``victim``."""
        order = Order(victim, is_reversed=True) if self.order else None
        return Variation(seed=self.seed, order=order, variables=self.variables, packages=self.packages)

    @property
    def patched(self) -> tuple[str, ...]:
        """The files that a patch writes."""
        return tuple(dict.fromkeys(re.findall(r"^\+\+\+ (?:b/)?(\S+)", self.patch, re.MULTILINE)))

    @property
    def label(self) -> str:
        """In a few words."""
        if self.kind == "patch":
            return f"patch of {', '.join(self.patched) or 'nothing'}"
        if self.kind == "command":
            return "command"
        parts = [f"with {name.rpartition('/')[2]}" for name in self.packages]
        parts += [f"{name}={value}" for name, value in self.variables]
        parts += [f"seed {self.seed}"] if self.seed is not None else []
        parts += [f"order {self.order}"] if self.order else []
        return " · ".join(parts) or "the same environment"
