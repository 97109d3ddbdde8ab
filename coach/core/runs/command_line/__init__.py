"""What a command line runs: tests of which runner and which of them, a script, or neither. Read only, never run."""
