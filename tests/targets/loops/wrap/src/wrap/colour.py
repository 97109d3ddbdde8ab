"""Colours of the terminal."""


def red(text):
    return f"\x1b[31m{text}\x1b[0m"


def plain(text):
    return text
