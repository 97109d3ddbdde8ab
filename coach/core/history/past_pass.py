"""The newest past session in which a test passed, and what changed since: evidence where the present one never saw it green."""

from coach.core.base.formatting import ago
from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, TreeId
from coach.core.base.value import Value
from coach.core.runs.changes import Changes


class PastPass(Value):
    """A run of a past session in which the test passed, on one tree from start to end."""

    session: CoachId
    run: int
    at: float
    """When it began, in seconds since the epoch."""
    tree: TreeId
    commit: TreeId = ""
    """What was checked out when that session was opened; empty without a history."""
    is_of_commit: bool = False
    """Whether the tree is that commit and nothing else: then the commit stands for a tree that is gone."""

    def words(self, now: float) -> str:
        """Say when and where it passed: ``it passed 2 days ago in session x at abc1234``; ``now`` in seconds since the epoch."""
        where = ("at " if self.is_of_commit else "on edited ") + self.commit[:7] if self.commit else ""
        return f"it passed {ago(now - self.at)} in session {self.session} {where}".rstrip()


class PastChanges(Value):
    """What differs between the tree of a past pass and that of a red run; its label says when and where it passed."""

    test: TestId
    passed: PastPass
    changes: Changes

    @property
    def sentence(self) -> str:
        """What changed since, in words."""
        if self.changes.files or self.changes.left_out:
            return f"{self.changes.label}; {self.changes.size} changed since"
        return f"{self.changes.label}, on the same files: it fails only sometimes, or for what lies around the project"
