"""The first move of the step that follows, made from the one before: the step is entered with the move's own command."""

from concurrent.futures import Future

from coach.core.decide.decision import Decision, Refusal
from coach.core.protocol.commands import Command, GoToStep
from coach.core.session.state import SessionState
from coach.core.workflow.advice import next_move
from coach.session.port import SessionPort, Update


class StepEntry:
    """Enters a step once the command that belongs there is sent: a form that is left enters nothing."""

    def __init__(self) -> None:
        self._step = ""
        """The step of the action that was pressed, until its first command."""
        self._answer: Future[Decision | Refusal] | None = None
        """What is said to the command that entered a step, until a change is shown."""

    def pressed(self, state: SessionState, action: str) -> None:
        """Take note of an action that is done now."""
        advice = next_move(state)
        self._step = advice.enters if advice.action == action else ""

    def submit(self, port: SessionPort, command: Command) -> None:
        """Send a command, after the one that enters its step."""
        step, self._step = self._step, ""
        if step and not isinstance(command, GoToStep):
            port.submit(GoToStep(step=step))
            self._answer = port.submit(command)
        else:
            port.submit(command)

    def is_halfway(self, update: Update) -> bool:
        """Return whether only the step was entered: it would ask for the very command that is on its way, and a quick key give it twice."""
        answer, self._answer = self._answer, None
        return answer is not None and not answer.done() and not update.notice
