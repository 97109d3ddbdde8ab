"""Drills, put together: sets are made, run and compared."""
