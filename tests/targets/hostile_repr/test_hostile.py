"""Values that fight back when they are looked at."""

import time


class Raises:
    def __repr__(self):
        raise ValueError("no repr for you")


class Exits:
    def __repr__(self):
        raise SystemExit(3)


class Slow:
    def __repr__(self):
        time.sleep(0.2)
        return "slow"


class Liar:
    def __repr__(self):
        return 7


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def test_locals():
    endless = []
    endless.append(endless)
    huge = list(range(1_000_000))
    text = "x" * 1_000_000
    raises, exits, liar = Raises(), Exits(), Liar()
    slow = [Slow() for _ in range(9)]
    first, second, third, fourth = Slow(), Slow(), Slow(), Slow()
    assert not "bad \udcff surrogate"


def test_exception():
    raise Unspeakable()


def deeper(n):
    return deeper(n + 1)


def test_recursion():
    deeper(0)


def test_long():
    print("y" * 3_000_000)
    raise ValueError("z" * 3_000_000)
