"""Loops: edits that go round in circles, detected from attempts and runs."""
