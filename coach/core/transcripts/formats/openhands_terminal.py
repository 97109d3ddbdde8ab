"""The one shell of an OpenHands session: a command that runs longer than its host waits goes on in later answers."""

import re
from dataclasses import dataclass

from coach.core.transcripts.draft import Draft
from coach.core.transcripts.model import Ran

_KEYS = re.compile(r"C-[a-z]")
_REFUSED = "is NOT executed. The previous command is still running"


@dataclass
class Terminal:
    """The folder the shell is in, and which step of the transcript it still works at."""

    folder: str = ""
    running: int | None = None

    def take(self, draft: Draft, ran: Ran, at: float | None, *, is_typed: bool, notice: str) -> None:
        """Add a command with its answer, or what was typed into the one that runs.

        Args:
            draft: the transcript.
            ran: the command; ``is_ended_early`` while the shell is still busy with it.
            at: seconds since the epoch.
            is_typed: it was given to the running command, not to the shell.
            notice: what the host says beside the output.

        """
        if _REFUSED in notice or _REFUSED in ran.output[-2_000:]:
            draft.lack("commands that the shell did not take, since another one was running")
            return
        is_key = _KEYS.fullmatch(ran.command.strip()) is not None
        if is_typed or is_key or not ran.command.strip():
            if self.running is not None:
                is_over = not ran.is_ended_early
                draft.go_on(self.running, ran.output, ran.exit_code, is_over=is_over and not is_key)
                self.running = None if is_over else self.running
            return
        draft.add(ran, at)
        is_added = bool(draft.steps) and draft.steps[-1].action == ran
        self.running = len(draft.steps) - 1 if ran.is_ended_early and is_added else None
