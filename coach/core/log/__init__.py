"""The log: every kind of event, and each in words."""
