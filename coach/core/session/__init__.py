"""The state of a session, folded from its log, and what is asked of it."""
