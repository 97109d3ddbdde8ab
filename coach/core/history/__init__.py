"""What came before: similar failures of past sessions, files put back, and what happened before coach started."""
