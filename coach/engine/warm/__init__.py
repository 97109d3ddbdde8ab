"""The warm server: an interpreter with pytest and the dependencies imported, which forks runs."""
