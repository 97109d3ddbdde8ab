"""Replaces the clock, the system calls and json, and never gives them back."""

import json
import os
import time


def boom(*args, **kwargs):
    raise RuntimeError("this is not the real one")


def test_breaks_everything():
    for name in ("monotonic", "perf_counter"):
        setattr(time, name, lambda: 0.0)
    json.dumps = boom
    json.JSONEncoder.encode = boom
    os.write, os.fstat, os.open, os.close = boom, boom, boom, boom


def test_after():
    assert 1 == 2
