"""A workflow: steps with short guidance and gates, written as data in ``workflows/*.toml``.

A gate is a list of checks by name; ``coach.core.workflow.gates`` computes them from the session, nobody ticks them off. This
module knows the shape of a workflow, not what a check means.
"""

from typing import Literal

from coach.core.base.text import CoachId, Prose
from coach.core.base.value import Value

Oracle = Literal["tests", "crash", "time"]


class GateCheck(Value):
    """One condition of a gate; ``limit`` is its only parameter, where it has one."""

    check: CoachId
    """The name of a check."""
    limit: int = 0
    """Its figure, where it takes one."""


class Step(Value):
    """One step: what it is called, one line of guidance, and what must hold to leave it."""

    id: CoachId
    """A stable word; ``coach step ID`` goes there."""
    title: Prose
    """Its name on the screen."""
    guidance: Prose = ""
    """One line: what to do here."""
    questions: tuple[Prose, ...] = ()
    """What to ask oneself here."""
    gate: tuple[GateCheck, ...] = ()
    """What must hold to leave it."""


class Workflow(Value):
    """An ordered list of steps."""

    name: CoachId
    """How it is chosen: ``--workflow NAME``."""
    title: Prose = ""
    """One line for the list of workflows."""
    oracle: Oracle = "tests"
    """What a failure is: a red test; also a run that dies or hangs; also one that takes longer than its budget."""
    steps: tuple[Step, ...] = ()
    """In the order they are walked."""

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def position(self, step_id: str) -> int:
        """Return the index of a step; -1 when it is not part of this workflow."""
        return next((index for index, step in enumerate(self.steps) if step.id == step_id), -1)

    def after(self, step_id: str) -> Step | None:
        """Return the step that follows, or None at the end."""
        position = self.position(step_id) + 1
        return self.steps[position] if position < len(self.steps) else None
