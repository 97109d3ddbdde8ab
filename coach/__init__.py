"""A terminal coach for debugging: evidence before edits, from a failing test to a verified fix."""

__version__ = "0.1.0"
