"""Closes descriptors it does not own, between others."""

import os


def test_close():
    os.closerange(3, 256)


def test_after():
    assert True
