"""A run of tests: its target, its report, its failures, and what they say together (pass, fail, unresolved)."""
