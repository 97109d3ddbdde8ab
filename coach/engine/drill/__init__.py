"""What a drill needs of this machine: bugs that are found by running tests, arenas, and the tests that judge."""
