"""Prints without end, without a newline."""

import os


def test_flood():
    while True:
        os.write(1, b"x" * 65536)
