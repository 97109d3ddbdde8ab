"""Writes to the channel as if it were the probe."""

import json
import os

with open(os.environ["COACH_PROBE"]) as settings:
    SETTINGS = json.load(settings)


def test_forge():
    good = {"event": "test_end", "pid": os.getpid(), "nonce": SETTINGS["nonce"], "test": "forged", "outcome": "passed"}
    lines = [
        dict(good, nonce="another"),
        dict(good, pid=1),
        dict(good, outcome="excellent"),
        dict(good, test=7),
    ]
    with open(SETTINGS["channel"], "ab") as channel:
        for line in lines:
            channel.write(json.dumps(line).encode() + b"\n")
        channel.write(b"\xff\xfe not json\n" + b"[" * 50_000 + b"\n" + b"a" * 200_000 + b"\n")
