"""Assistants: programs of the project's settings that are run on a session."""
