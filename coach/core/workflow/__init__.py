"""Workflows as data: steps, gates, the one next move, and what makes an unmet gate hold."""
