"""Drills: a bug that was planted on purpose, and how well somebody mended it."""
