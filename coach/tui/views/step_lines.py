"""The lines of a step, in the parts that stand beside each other or, on a narrow screen, below each other."""

from typing import NamedTuple

from coach.tui.views.line import Line


class StepLines(NamedTuple):
    """The lines of a step: ``first`` and ``evidence`` are one column, or stand above and below ``code``."""

    first: tuple[Line, ...]
    code: tuple[Line, ...]
    evidence: tuple[Line, ...]
