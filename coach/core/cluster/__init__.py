"""Searches beyond one machine: addresses, settings, what workers are."""
