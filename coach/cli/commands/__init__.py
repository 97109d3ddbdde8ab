"""The calls behind the command line: each opens a session, submits, waits, and prints data to stdout."""
