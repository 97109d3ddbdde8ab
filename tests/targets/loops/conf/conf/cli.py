"""A small command line."""

import sys


def main(argv=None):
    words = argv or sys.argv[1:]
    return len(words)


def usage():
    return "conf FILE"
