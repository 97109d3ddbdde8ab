"""When a person has done with a drill."""

from coach.core.session.state import SessionState


def is_over(state: SessionState) -> bool:
    """Whether the session is closed, or the fix is verified and the cause is written: then a drill is graded."""
    verified = state.verification is not None and state.verification.verdict == "verified"
    return state.closed is not None or (verified and bool(state.root_cause))
