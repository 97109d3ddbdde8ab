"""Saves in the checkout: which files count, and real changes of their content."""
