"""Waits for a lock that nobody gives back."""

import threading

lock = threading.Lock()


def wait_for_ever():
    lock.acquire()
    lock.acquire()


def test_deadlock():
    wait_for_ever()
