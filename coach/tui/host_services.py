"""What the screen asks of the program around it: the platform's clipboard, assistants, approved commands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from coach.core.experiments.logpoint import Logpoint
    from coach.core.session.state import SessionState
    from coach.session.port import SessionPort


@dataclass(frozen=True, slots=True)
class NamedAssistant:
    """An assistant that the project's settings name. All texts are foreign."""

    name: str
    argv: tuple[str, ...]
    cwd: str
    is_approved: bool = False
    """Whether the engineer has seen this very command and agreed."""


class HostServices(Protocol):
    """What the screen may ask for. May raise CoachError."""

    def assistants(self, state: "SessionState") -> tuple[NamedAssistant, ...]:
        """Return the assistants of a session's project."""

    def run(self, port: "SessionPort", name: str, prompt: str) -> str:
        """Run an assistant in the terminal, which is given up meanwhile; returns what came of it in one sentence."""

    def approved(self, state: "SessionState") -> tuple[str, ...]:
        """Return the acceptance commands of a session that may be run."""

    def approve(self, state: "SessionState", commands: Iterable[str]) -> None:
        """Remember that the engineer wrote or saw these acceptance commands."""

    def allow(self, state: "SessionState", logpoint: "Logpoint") -> None:
        """Remember that the engineer saw what an assistant asks to evaluate, and allowed it."""

    def copy(self, text: str) -> str:
        """Give a text to the platform's clipboard; returns the tool's name, empty when there is none."""

    def keep(self, text: str, ending: str) -> str:
        """Write a text into a file of its own, never in the checkout; returns its path, empty where nothing is kept."""

    def clusters(self, state: "SessionState") -> tuple[str, ...]:
        """Return the words for clusters that the settings of a session's project name."""

    def why_no_cluster(self, state: "SessionState", typed: str) -> str:
        """Return why nothing can be carried out at an address that was typed; empty where it can."""


class NoHostServices:
    """No services: the screen in tests."""

    def assistants(self, state: "SessionState") -> tuple[NamedAssistant, ...]:  # noqa: ARG002 - the signature of HostServices
        return ()

    def run(self, port: "SessionPort", name: str, prompt: str) -> str:  # noqa: ARG002 - the signature of HostServices
        return "there is no assistant here"

    def approved(self, state: "SessionState") -> tuple[str, ...]:  # noqa: ARG002 - the signature of HostServices
        return ()

    def approve(self, state: "SessionState", commands: Iterable[str]) -> None:
        """Nothing is remembered."""

    def allow(self, state: "SessionState", logpoint: "Logpoint") -> None:
        """Nothing is remembered."""

    def copy(self, text: str) -> str:  # noqa: ARG002 - the signature of HostServices
        return ""

    def keep(self, text: str, ending: str) -> str:  # noqa: ARG002 - the signature of HostServices
        return ""

    def clusters(self, state: "SessionState") -> tuple[str, ...]:  # noqa: ARG002 - the signature of HostServices
        return ()

    def why_no_cluster(self, state: "SessionState", typed: str) -> str:  # noqa: ARG002 - the signature of HostServices
        return "there is no cluster here"
