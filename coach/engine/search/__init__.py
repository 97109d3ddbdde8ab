"""Searches over real runs: configurations become candidates, which run in copies on an executor."""
