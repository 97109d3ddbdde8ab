"""Actions that send the session a command and ask nothing first."""

from collections.abc import Callable

from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.tui.actions.context import Handler


def _back(state: SessionState) -> cmd.Command:
    before = state.workflow.steps[state.workflow.position(state.step_id) - 1]
    return cmd.GoToStep(step=before.id)


def _stop(state: SessionState) -> cmd.Command:
    """What somebody waits for first, then what coach measures by itself."""
    if state.is_investigating and not (state.awaited_runs or state.awaited_search):
        return cmd.StopInvestigation()
    return cmd.CancelRun() if state.under_way else cmd.StopSearch()


_COMMANDS: dict[str, Callable[[SessionState], cmd.Command]] = {
    "run": lambda _: cmd.RunTarget(),
    "reproduce": lambda _: cmd.Reproduce(),
    "failure": lambda _: cmd.TakeFailure(),
    "suite": lambda _: cmd.RunSuite(),
    "cancel": _stop,
    "investigate": lambda _: cmd.Investigate(),
    "narrow": lambda _: cmd.RunTarget(scope="failures"),
    "widen": lambda _: cmd.SetScope(scope="all"),
    "spectrum": lambda _: cmd.Suspects(scope="suite"),
    "mutants": lambda _: cmd.TryMutants(),
    "watching": lambda state: cmd.SetWatching(watching=not state.watching),
    "confirm": lambda _: cmd.ConfirmFix(),
    "back-step": _back,
}


def _sender(make: Callable[[SessionState], cmd.Command]) -> Handler:
    return lambda context, _key: context.submit(make(context.state))


HANDLERS: dict[str, Handler] = {name: _sender(make) for name, make in _COMMANDS.items()}
