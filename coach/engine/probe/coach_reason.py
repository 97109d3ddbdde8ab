"""Why the unchanged test fails, as its forked child sees it: told to the parent, and compared with later failures.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``.
"""

import json
import mmap
import re

import coach_said

SIZE = 16_384
MOST = 2_000
_VOLATILE = re.compile(r"0x[0-9a-fA-F]+|\d+|(?:/[^\s/'\":]+)+|<[^<>]*>")
"""What may differ between the checkout and a copy, or between two runs: addresses, numbers, paths, objects."""
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
SAME, CHANGED, OTHER = b"F", b"C", b"E"
"""A test that fails: as without a mutant; with the same exception and another message; with another exception."""


class Reason:
    """The failure of the unchanged test: exception, message and where it was raised."""

    def __init__(self):
        self.memory = mmap.mmap(-1, SIZE)
        self.seen = None
        self.is_asked = False
        """Whether the next child that fails is to say why."""
        self.is_stable = None
        """Whether the unchanged test always fails alike; None: that is being tried."""

    def say(self, error, root):
        """In a child: leave what failed in memory that the parent shares."""
        raised = place_of(error, root)
        said = {"exception": type(error).__name__, "message": text_of(error), "place": raised}
        text = json.dumps(said).encode("ascii")
        if len(text) <= SIZE - 4:
            self.memory[4 : 4 + len(text)] = text
            self.memory[:4] = len(text).to_bytes(4, "little")

    def take(self):
        """In the parent: remember what the child said as the failure of the unchanged test; None where it said nothing."""
        size = int.from_bytes(self.memory[:4], "little")
        self.seen = json.loads(bytes(self.memory[4 : 4 + size]).decode("ascii")) if 0 < size <= SIZE - 4 else None
        return self.seen

    def letter(self, error):
        """In a child: return the letter of a failure, compared with the unchanged test's."""
        if self.seen is None or self.is_stable is False:
            return SAME
        if type(error).__name__ != self.seen["exception"]:
            return OTHER
        return SAME if _ADDRESS.sub("", text_of(error)) == _ADDRESS.sub("", self.seen["message"]) else CHANGED

    def differs(self, wanted):
        """Say how the failure in the copy differs from the one that was asked for; empty: it does not, or nobody knows.

        ``wanted`` has ``exception``, ``message`` and ``place`` (file below the root, line), as the session knows them.
        A message may hold values that are others in each run: then the line that raised tells.
        """
        seen = self.seen
        if not wanted or not seen or not wanted.get("exception"):
            return ""
        if seen["exception"] == wanted["exception"]:
            one, other = _plain(seen["message"]), _plain(wanted["message"])
            if one == other or (one and one in other) or (other and other in one):
                return ""
            if wanted.get("place") and list(wanted["place"]) == seen["place"]:
                return ""
        return ("%s: %s" % (seen["exception"], seen["message"].partition("\n")[0]))[:200]


def text_of(error):
    """Return what an exception says; of a doctest's, what its examples gave: its own text only names a file."""
    try:
        examples = coach_said.examples_of(error)
        return ("\n".join(each.words() for each in examples) if examples else str(error))[:MOST]
    except Exception:
        return ""


def place_of(error, root):
    """Return file and line of the innermost own frame, as the session names it; None: there is none."""
    found, trace = None, error.__traceback__
    start = root.rstrip("/") + "/"
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(start):
            found = [path[len(start) :], trace.tb_lineno]
        trace = trace.tb_next
    return found


def _plain(message):
    """Return a message without what may differ: its first words decide."""
    return " ".join(_VOLATILE.sub("", message[:MOST]).split())
