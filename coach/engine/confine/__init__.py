"""Confinement of runs in copies: Landlock, a filter of system calls, and folders of their own."""
