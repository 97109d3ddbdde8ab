"""Cannot be asked to stop."""

import signal
import threading


def test_deaf():
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    print("deaf now", flush=True)
    while True:
        threading.Event().wait(60)
