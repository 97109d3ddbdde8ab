"""Leaves without a word, with exit code 0."""

import os


def test_before():
    pass


def test_exit():
    os._exit(0)
