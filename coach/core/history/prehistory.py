"""Something that happened before coach was started, as traces show it."""

from typing import Literal

from coach.core.base.text import Name
from coach.core.base.value import Value


class Earlier(Value):
    """One trace: tests that failed, a move of git's HEAD (a commit, a checkout), a file that was saved."""

    at: float
    """Seconds since the epoch; for a file its last change, earlier ones leave no trace."""
    kind: Literal["failed", "git", "saved"]
    what: tuple[Name, ...]

    @property
    def sentence(self) -> str:
        first = self.what[0] if self.what else "?"
        more = f" and {len(self.what) - 1} more" if len(self.what) > 1 else ""
        return (
            {"failed": "failed under pytest: ", "git": "git: ", "saved": "saved "}[self.kind] + first + more
        )
